"""What a plan would have come to on tasks whose outcomes are known, and the folds on which policies are tried."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.evals.grid import Codes, Flags, Floats, Grid
from droidlite.routing.evidence import Evidence

Step = tuple[int, float | None]
"""A stage of a plan: the column of its model, and the spend in USD at which the next one takes over."""


NOBODY: Floats = np.zeros(0)


class Check(Struct, frozen=True):
    """What a check tells of a run that ended: it finds `catch` of the failed ones and calls `alarm` of the solved ones
    failed (0 to 1)."""

    catch: float
    alarm: float


class Played(Struct, frozen=True):
    """One place a task: the chance that it was solved, the cost in USD, and whether every model that was needed has an
    outcome there. `chosen` says in words what was decided; `start`: the chance that the first model alone solves it,
    whatever the plan made of that (of size 0 where there is no such model)."""

    solved: Floats
    cost: Floats
    known: Flags
    chosen: tuple[str, ...] = ()
    start: Floats = NOBODY


class Fold(Struct, frozen=True, kw_only=True):
    """`train` and `test` are `train_rows` and `test_rows` of the whole grid; `evidence` is learned on `train` alone.
    `target` is the share of the frontier's passes that is aimed at."""

    train: Grid
    test: Grid
    train_rows: Codes
    test_rows: Codes
    evidence: Evidence
    frontier: int
    target: float


def play(grid: Grid, plan: Sequence[Step], check: Check | None = None) -> Played:
    """The plan on every task of `grid`. Without a check a stage ends the task unless it would spend more than its stop;
    with one it ends it where the check passes. The check's errors enter as chances, so this is the mean over all its
    coins, not one toss."""
    solved, cost, reach = np.zeros(grid.tasks), np.zeros(grid.tasks), np.ones(grid.tasks)
    known = np.ones(grid.tasks, bool)
    for place, (column, stop) in enumerate(plan):
        won, price = grid.solved[:, column].astype(float), grid.cost[:, column]
        known &= grid.ran[:, column]
        if place == len(plan) - 1:
            start = grid.solved[:, plan[0][0]].astype(float)
            return Played(solved + reach * won, cost + reach * price, known, start=start)
        handed = np.zeros(grid.tasks) if check is None else np.where(won > 0, check.alarm, check.catch)
        if stop is not None:
            handed = np.where(price > stop, 1.0, handed)
            price = np.minimum(price, stop)
        cost += reach * price
        solved += reach * (1 - handed) * won
        reach = reach * handed
    raise ValueError("a plan has at least one stage")


def mixed(one: Played, other: Played, share: float) -> Played:
    """`one` for a share of the tasks drawn by lot, `other` for the rest: the mean over all draws."""
    return Played(
        share * one.solved + (1 - share) * other.solved,
        share * one.cost + (1 - share) * other.cost,
        (one.known | (share == 0)) & (other.known | (share == 1)),
    )


def joined(parts: Sequence[tuple[Codes, Played]], tasks: int) -> Played:
    """Pieces over some rows each as one over all; rows of no piece are not known."""
    solved, cost, known = np.zeros(tasks), np.zeros(tasks), np.zeros(tasks, bool)
    start = np.zeros(tasks) if all(len(piece.start) for _, piece in parts) else NOBODY
    for rows, piece in parts:
        solved[rows], cost[rows], known[rows] = piece.solved, piece.cost, piece.known
        if len(start):
            start[rows] = piece.start
    return Played(solved, cost, known, tuple(text for _, piece in parts for text in piece.chosen), start)


def split(units: Codes, folds: int, seed: int, noun: str) -> tuple[Codes, list[str]]:
    """The fold of each task: tasks of one unit stay together, units go to folds by lot, the largest first to the
    smallest fold. Raises UsageError where there are fewer than two units."""
    sizes = np.bincount(units)
    present = np.flatnonzero(sizes)
    if len(present) < 2:
        raise UsageError(f"All tasks are of one {noun}: nothing is left to learn from when it is judged.")
    notes = [f"Every fold is of one {noun}: there are only {len(present)}."] if len(present) < folds else []
    drawn = np.random.default_rng(seed).permutation(present)
    drawn = drawn[np.argsort(-sizes[drawn], kind="stable")]
    filled, fold = np.zeros(min(folds, len(present))), np.zeros(len(sizes), np.intp)
    for unit in drawn:
        fold[unit] = np.argmin(filled)
        filled[fold[unit]] += sizes[unit]
    return fold[units], notes
