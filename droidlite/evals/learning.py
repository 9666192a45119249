"""From outcomes to evidence: what the router may know of models at kinds of task. The same code makes the shipped
priors (scripts/make-priors) and, in `router eval`, what is learned on the training folds."""

import numpy as np

from droidlite.evals.grid import Codes, Flags, Floats, Grid
from droidlite.routing.evidence import STEPS, Evidence, Kind, Pair, Record

LEVELS = np.linspace(0, 1, STEPS)


def learn(grid: Grid, *, version: str = "", date: str = "", source: str = "") -> Evidence:
    """Everything `grid` tells, by kind; kinds without a run are left out."""
    kinds = {
        name: learn_kind(grid, np.flatnonzero(grid.kind == code))
        for code, name in enumerate(grid.kinds)
        if grid.ran[grid.kind == code].any()
    }
    return Evidence(version=version, date=date, source=source, kinds=kinds)


def learn_kind(grid: Grid, rows: Codes) -> Kind:
    """What the tasks `rows` tell: records of the models that ran, pairs of those that ran on the same tasks."""
    solved, cost, ran = grid.solved[rows], grid.cost[rows], grid.ran[rows]
    present = [column for column in range(len(grid.models)) if ran[:, column].any()]
    records = {
        grid.models[column]: _record(solved[ran[:, column], column], cost[ran[:, column], column]) for column in present
    }
    named = sorted(present, key=lambda column: grid.models[column])
    names = [grid.models[column] for column in named]
    return Kind(
        models=records,
        pairs=_pairs(names, solved[:, named], cost[:, named], ran[:, named]),
        tail=_tail(solved[:, present], cost[:, present], ran[:, present]),
    )


def _record(solved: Flags, cost: Floats) -> Record:
    return Record(
        runs=float(len(solved)),
        solved=float(solved.sum()),
        cost=float(cost.mean()),
        solved_cost=_quantiles(cost[solved]),
        failed_cost=_quantiles(cost[~solved]),
    )


def _quantiles(cost: Floats) -> tuple[float, ...]:
    """STEPS quantiles, linear between the runs; () where there is none."""
    return tuple(np.quantile(cost, LEVELS).tolist()) if len(cost) else ()


def _pairs(names: list[str], solved: Flags, cost: Floats, ran: Flags) -> dict[str, Pair]:
    """`names` must be sorted; all counts of all pairs are products of the 0/1 matrices of who solved and who failed.
    A mean over no task at all falls back on the mean over the tasks that both ran."""
    won, lost = (ran & solved).astype(float), (ran & ~solved).astype(float)
    every = won + lost
    both, first, second, neither = won.T @ won, won.T @ lost, lost.T @ won, lost.T @ lost
    where_won, where_lost, anyhow = won.T @ cost, lost.T @ cost, every.T @ cost
    shared = every.T @ every
    mean = anyhow / np.maximum(shared, 1)
    after_won = np.where(both + first > 0, where_won / np.maximum(both + first, 1), mean)
    after_lost = np.where(second + neither > 0, where_lost / np.maximum(second + neither, 1), mean)
    return {
        f"{names[a]}|{names[b]}": Pair(
            both=float(both[a, b]),
            first=float(first[a, b]),
            second=float(second[a, b]),
            neither=float(neither[a, b]),
            b_solved_a=float(after_won[a, b]),
            b_failed_a=float(after_lost[a, b]),
            a_solved_b=float(after_won[b, a]),
            a_failed_b=float(after_lost[b, a]),
        )
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if shared[a, b]
    }


def _tail(solved: Flags, cost: Floats, ran: Flags) -> tuple[float, ...]:
    """Pooled over the models that both solved and failed: the share of failed runs at or below each quantile of the
    model's own solved cost. () where no model has both."""
    below, failures = np.zeros(STEPS), 0
    for column in range(solved.shape[1]):
        won = cost[ran[:, column] & solved[:, column], column]
        lost = np.sort(cost[ran[:, column] & ~solved[:, column], column])
        if not len(won) or not len(lost):
            continue
        below += np.searchsorted(lost, np.quantile(won, LEVELS), side="right")
        failures += len(lost)
    return tuple((below / failures).tolist()) if failures else ()
