"""What is asked of the tables: which models, kinds and frontier, and how they are judged; resolved against a grid."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.evals.grid import Grid
from droidlite.routing.belief import name_of
from droidlite.settings.config import Mode
from droidlite.settings.reading import nearest


class Question(Struct, frozen=True, kw_only=True):
    """`models` and `kinds` are names or globs, `!` before one takes it out, () = all; `frontier` "" = the model with
    the most passes. `catch`: the share of failed runs a check finds; `alarm`: of solved ones it calls failed.
    `bootstrap`: resamples for the intervals (0 = none)."""

    models: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    frontier: str = ""
    mode: Mode = "balanced"
    catch: float = 1.0
    alarm: float = 0.0
    folds: int = 5
    group: Literal["repo", "none"] = "none"
    seed: int = 0
    bootstrap: int = 1000


class Narrowed(Struct, frozen=True):
    """The grid that is judged: only tasks at which the frontier ran. `notes`: what was left out or added, and why."""

    grid: Grid
    frontier: str
    notes: tuple[str, ...]


def narrow(grid: Grid, question: Question) -> Narrowed:
    """Raises UsageError, with the nearest name, where a model or kind is not in the tables, and where the frontier has
    nothing to be compared with."""
    kinds = _named(question.kinds, grid.kinds, "--kinds", "kind")
    grid = _of_kinds(grid, kinds)
    ran = [model for column, model in enumerate(grid.models) if grid.ran[:, column].any()]
    _named(question.models, grid.models, "--models", "model")
    pool = [model for model in _named(question.models, ran or grid.models, "--models", "model", hint=grid.models)]
    frontier = _frontier(grid, pool, question.frontier)
    notes = []
    if frontier not in pool:
        notes.append(f"{frontier} is the frontier, so it takes part although --models leaves it out.")
        pool = sorted([*pool, frontier])
    grid = grid.choose(tuple(pool))
    grid, left = _comparable(grid, frontier)
    return Narrowed(grid, frontier, (*notes, *left, *_same(pool)))


def _named(
    patterns: Sequence[str], known: Sequence[str], flag: str, noun: str, *, hint: Sequence[str] = ()
) -> tuple[str, ...]:
    """The known names the patterns leave, in their order. Raises UsageError where one matches nothing."""
    kept = set() if any(not pattern.startswith("!") for pattern in patterns) else set(known)
    for pattern in patterns:
        glob = pattern.removeprefix("!")
        found = {name for name in known if fnmatchcase(name.lower(), glob.lower())}
        if not found and glob in hint:
            raise UsageError(f"{flag} {pattern}: no outcome of this {noun} is among the kinds that were asked for.")
        if not found:
            raise UsageError(f"{flag} {pattern}: the tables have no such {noun}.{_near(glob, known)}")
        kept = kept - found if pattern.startswith("!") else kept | found
    if not kept:
        raise UsageError(f"{flag} {','.join(patterns)} leaves no {noun}.")
    return tuple(name for name in known if name in kept)


def _near(name: str, known: Sequence[str]) -> str:
    by_lower = {each.lower(): each for each in known}
    near = nearest(name.lower(), list(by_lower))
    return (
        f" Nearest: {by_lower[near]}." if near else f" They have: {', '.join(known[:8])}{', ...' * (len(known) > 8)}."
    )


def _of_kinds(grid: Grid, kinds: tuple[str, ...]) -> Grid:
    codes = [grid.kinds.index(kind) for kind in kinds]
    picked = grid.pick(np.isin(grid.kind, codes))
    return msgspec.structs.replace(picked, kinds=kinds, kind=np.searchsorted(codes, picked.kind))


def _frontier(grid: Grid, pool: Sequence[str], wanted: str) -> str:
    """The named model, else the one of the pool with the most passes; the cheaper one of two."""
    if wanted:
        match = next((model for model in grid.models if model.lower() == wanted.lower()), "")
        if not match:
            raise UsageError(f"--frontier {wanted}: the tables have no such model.{_near(wanted, grid.models)}")
        return match
    passes, cost = grid.solved.sum(axis=0), grid.cost.sum(axis=0)
    return max(pool, key=lambda model: (passes[grid.column(model)], -cost[grid.column(model)]))


def _same(pool: Sequence[str]) -> list[str]:
    """A note for each name of the router's that several models share."""
    by_name: dict[str, list[str]] = {}
    for model in pool:
        by_name.setdefault(name_of(model), []).append(model)
    return [
        f"The router reads {' and '.join(models)} as one model, {name}: auto never goes from one to the other."
        for name, models in by_name.items()
        if len(models) > 1
    ]


def _comparable(grid: Grid, frontier: str) -> tuple[Grid, list[str]]:
    """Without the kinds and tasks at which the frontier did not run."""
    ran = grid.ran[:, grid.column(frontier)]
    counts = [(kind, int(ran[grid.kind == code].sum())) for code, kind in enumerate(grid.kinds)]
    if not ran.any():
        raise UsageError(f"{frontier} has no outcomes of {', '.join(grid.kinds)}; name another --frontier or --kinds.")
    notes = [
        f"{frontier} has no outcomes of {kind}, so nothing can be compared there: {kind} is left out."
        for kind, count in counts
        if not count
    ]
    grid = _of_kinds(grid, tuple(kind for kind, count in counts if count))
    ran = grid.ran[:, grid.column(frontier)]
    if not ran.all():
        gone = int((~ran).sum())
        told = f"{gone:,} tasks are" if gone > 1 else "1 task is"
        notes.append(f"{told} left out: {frontier} has no outcome there.")
    grid = grid.pick(ran)
    if not grid.solved[:, grid.column(frontier)].any():
        raise UsageError(f"{frontier} solved nothing, so nothing can be compared with it; name another --frontier.")
    if not grid.cost[:, grid.column(frontier)].sum() > 0:
        raise UsageError(f"{frontier} cost nothing, so no share of its cost can be told; name another --frontier.")
    return grid, notes
