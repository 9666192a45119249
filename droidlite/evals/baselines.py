"""The policies that auto is held against. Each looks at the training tasks alone and is played on the others."""

import numpy as np
from msgspec import structs

from droidlite.evals.grid import Floats, Grid
from droidlite.evals.learning import LEVELS
from droidlite.evals.mixline import Singles, mix_for, mix_line, singles
from droidlite.evals.playing import Check, Fold, Played, Step, joined, mixed, play

MIX_TARGET = 0.99
"""Of the frontier's passes, for mix_99."""
_TIE = 1e-9
"""Of two plans at the same cost the one of a single model is taken."""


def always_frontier(fold: Fold) -> Played:
    return play(fold.test, [(fold.frontier, None)])


def best_single(fold: Fold) -> Played:
    """One model for everything: the cheapest that reached the target."""
    return _told(fold.test, [(_cheapest(singles(fold.train, fold.frontier), fold), None)])


def best_of_kind(fold: Fold) -> Played:
    """One model for each kind, the cheapest that reached the target there; the frontier where nothing was learned."""
    parts = []
    for code, kind in enumerate(fold.test.kinds):
        rows = np.flatnonzero(fold.test.kind == code)
        if not len(rows):
            continue
        train = fold.train.pick(fold.train.kind == code)
        only = _one_kind(train, kind)
        model = _cheapest(singles(only, fold.frontier), fold) if train.tasks else fold.frontier
        parts.append((rows, _told(fold.test.pick(rows), [(model, None)], kind)))
    return joined(parts, fold.test.tasks)


def mix_99(fold: Fold) -> Played:
    """The cheapest two models and coin that had 99 % of the frontier's passes."""
    low, high, share = mix_for(mix_line(singles(fold.train, fold.frontier)), MIX_TARGET)
    made = mixed(play(fold.test, [(low.model, None)]), play(fold.test, [(high.model, None)]), share)
    names = fold.test.models
    both = f"{share:.0%} {names[low.model]}, {1 - share:.0%} {names[high.model]}"
    text = names[low.model] if low.model == high.model else both
    return structs.replace(made, chosen=(text,))


def oracle(fold: Fold) -> Played:
    """Hindsight: the cheapest run that solved the task, else the cheapest run."""
    grid = fold.test
    price = np.where(grid.ran, grid.cost, np.inf)
    won = np.where(grid.solved, price, np.inf).min(axis=1)
    any_won = np.isfinite(won)
    return Played(any_won.astype(float), np.where(any_won, won, price.min(axis=1)), np.any(grid.ran, axis=1))


def budget_stop(fold: Fold) -> Played:
    """One model until it has spent a quantile of what its solved runs cost, then the frontier: the cheapest such pair
    that reached the target."""
    grid, frontier = fold.train, fold.frontier
    alone = singles(grid, frontier)
    best: tuple[float, list[Step]] = (1.0, [(frontier, None)])
    for model in np.flatnonzero(alone.covers & (alone.cost < 1)):
        both = grid.pick(grid.ran[:, model])
        passes, spent = both.solved[:, frontier].sum(), both.cost[:, frontier].sum()
        for stop in np.unique(np.quantile(both.cost[both.solved[:, model], model], LEVELS[1:])) if passes else ():
            made = play(both, [(int(model), float(stop)), (frontier, None)])
            cost = float(made.cost.sum() / spent) if spent else np.inf
            if made.solved.sum() >= fold.target * passes and cost < best[0]:
                best = (cost, [(int(model), float(stop)), (frontier, None)])
    return _told(fold.test, best[1])


def verified_cascade(fold: Fold, check: Check) -> Played:
    """One model, then another where the check fails: the cheapest two that reached the target on the training tasks."""
    passes, cost = cascades(fold.train, fold.frontier, check)
    covers = singles(fold.train, fold.frontier).covers
    fits = (passes >= fold.target - 1e-9) & covers[:, None] & covers[None, :]
    cost = np.where(fits, cost * (1 - _TIE * np.eye(len(cost))), np.inf)
    first, second = np.unravel_index(np.argmin(cost), cost.shape)
    plan: list[Step] = [(int(first), None)]
    return _told(fold.test, plan if first == second else [*plan, (int(second), None)], check=check)


def cascades(grid: Grid, frontier: int, check: Check) -> tuple[Floats, Floats]:
    """Every first model (rows) with every second one (columns): shares of the frontier's passes and cost on the tasks
    all three ran. The diagonal is a model alone."""
    ran = (grid.ran & grid.ran[:, [frontier]]).astype(float)
    won, spent = ran * grid.solved, ran * grid.cost
    handed = check.alarm * won + check.catch * (ran - won)
    passes = ((1 - check.alarm) * won).T @ ran + handed.T @ won
    cost = spent.T @ ran + handed.T @ spent
    np.fill_diagonal(passes, won.sum(axis=0))
    np.fill_diagonal(cost, spent.sum(axis=0))
    theirs = (ran * grid.solved[:, [frontier]]).T @ ran, (ran * grid.cost[:, [frontier]]).T @ ran
    return _over(passes, theirs[0]), _over(cost, theirs[1])


def _over(mine: Floats, theirs: Floats) -> Floats:
    return mine / np.where(theirs > 0, theirs, np.inf)


def _cheapest(alone: Singles, fold: Fold) -> int:
    """The cheapest model that reaches the target; the frontier always does."""
    fits = alone.covers & (alone.passes >= fold.target)
    fits[fold.frontier] = True
    return int(np.argmin(np.where(fits, alone.cost, np.inf)))


def _one_kind(grid: Grid, kind: str) -> Grid:
    from msgspec.structs import replace

    return replace(grid, kinds=(kind,), kind=np.zeros(grid.tasks, np.intp))


def _told(grid: Grid, plan: list[Step], kind: str = "", *, check: Check | None = None) -> Played:
    made = play(grid, plan, check)
    return structs.replace(made, chosen=(told(grid, plan, kind),))


def told(grid: Grid, plan: list[Step], kind: str = "") -> str:
    """A plan in words; stops are told as such, their amounts differ by fold."""
    stages = [f"{grid.models[column]}{' until its stop' if stop is not None else ''}" for column, stop in plan]
    return f"{kind}: {' -> '.join(stages)}" if kind else " -> ".join(stages)
