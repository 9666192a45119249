"""Scores of policies against the frontier on the same tasks: bootstrap intervals, and the gain over the mix line."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from droidlite.evals.grid import Codes, Floats, Grid
from droidlite.evals.mixline import Corner, Singles, cost_at, mix_line, passes_at, singles
from droidlite.evals.playing import Played

CENTRAL = (2.5, 97.5)
"""Ends of a 95 % interval, in percent."""
_AT_ONCE = 50
"""Resamples held in memory together."""
Ends = tuple[float, float]


class Score(Struct, frozen=True, kw_only=True):
    """Passes and cost in percent of the frontier's on the `tasks` that could be compared; `cost_per_solved` in USD
    (None = nothing solved). `gain_over_mix`: points of passes above the mix line at the same cost; `mix_cost_pct`: what
    the line costs at the same passes (None = it never has them). `left_out`: tasks at which a model that was needed has
    no outcome. `chosen`: what was decided, with the number of folds in which it was. `quadrants`: see there; empty
    where a policy starts on no one model."""

    pass_pct: float
    cost_pct: float
    cost_per_solved: float | None
    pass_ci: Ends
    cost_ci: Ends
    gain_over_mix: float
    gain_ci: Ends
    mix_cost_pct: float | None
    tasks: int
    left_out: int
    chosen: tuple[str, ...]
    quadrants: dict[str, float] = {}


class Resampler:
    """Draws units (tasks over one issue, or repositories) with replacement, the same draws for everything."""

    def __init__(self, units: Codes, resamples: int, seed: int) -> None:
        _, self._unit = np.unique(units, return_inverse=True)
        self._units, self._resamples, self._seed = int(self._unit.max()) + 1, resamples, seed

    def sums(self, columns: Floats) -> Floats:
        """For each resample (rows) the sum of each column of `columns` (tasks by sums)."""
        by_unit = np.stack(
            [np.bincount(self._unit, column, minlength=self._units) for column in columns.T], axis=1
        )  # fmt: skip
        draw = np.random.default_rng(self._seed)
        parts = []
        for start in range(0, self._resamples, _AT_ONCE):
            count = min(_AT_ONCE, self._resamples - start)
            picked = draw.integers(self._units, size=(count, self._units))
            weights = np.stack([np.bincount(row, minlength=self._units) for row in picked])
            parts.append(weights @ by_unit)
        return np.concatenate(parts) if parts else np.zeros((0, columns.shape[1]))


def score(grid: Grid, frontier: int, played: Sequence[Played], resampler: Resampler) -> list[Score]:
    """One score for each of `played`, in its order."""
    alone = singles(grid, frontier)
    line = mix_line(alone)
    columns = [_columns(grid, frontier, one) for one in played]
    drawn = resampler.sums(np.concatenate([*columns, _single_columns(grid, frontier)], axis=1))
    own = [drawn[:, 4 * place : 4 * place + 4] for place in range(len(played))]
    lines = _lines(drawn[:, 4 * len(played) :], alone)
    return [_score(one, columns[place], line, (own[place], lines)) for place, one in enumerate(played)]


def _columns(grid: Grid, frontier: int, one: Played) -> Floats:
    """Solved, cost, and the frontier's, of each task; zeros where it is not known."""
    theirs = grid.solved[:, frontier], grid.cost[:, frontier]
    return np.stack([one.solved, one.cost, *theirs], axis=1) * one.known[:, None]


def _single_columns(grid: Grid, frontier: int) -> Floats:
    """Four blocks of a column a model: solved, cost, and the frontier's solved and cost where the model ran."""
    won, spent = grid.solved * grid.ran, grid.cost * grid.ran
    return np.concatenate(
        [won, spent, grid.ran * grid.solved[:, [frontier]], grid.ran * grid.cost[:, [frontier]]], axis=1
    )


def _lines(drawn: Floats, alone: Singles) -> list[list[Corner]]:
    """The mix line of each resample."""
    won, spent, their_won, their_spent = np.split(drawn, 4, axis=1)
    passes, cost = won / _some(their_won), spent / _some(their_spent)
    return [mix_line(Singles(passes[row], cost[row], alone.covers)) for row in range(len(drawn))]


def _score(one: Played, columns: Floats, line: list[Corner], drawn: tuple[Floats, list[list[Corner]]]) -> Score:
    solved, cost, their_solved, their_cost = columns.sum(axis=0).tolist()
    passes, spent = solved / (their_solved or np.inf), cost / (their_cost or np.inf)
    sums, lines = drawn
    pass_draws, cost_draws = sums[:, 0] / _some(sums[:, 2]), sums[:, 1] / _some(sums[:, 3])
    gains = np.array([p - passes_at(each, c) for p, c, each in zip(pass_draws, cost_draws, lines, strict=True)])
    tasks, mix_cost = int(one.known.sum()), cost_at(line, passes)
    return Score(
        pass_pct=100 * passes,
        cost_pct=100 * spent,
        cost_per_solved=cost / solved if solved else None,
        pass_ci=_ends(pass_draws, passes),
        cost_ci=_ends(cost_draws, spent),
        gain_over_mix=100 * (passes - passes_at(line, spent)),
        gain_ci=_ends(gains, passes - passes_at(line, spent)),
        mix_cost_pct=None if mix_cost is None else 100 * mix_cost,
        tasks=tasks,
        left_out=len(one.known) - tasks,
        chosen=one.chosen,
        quadrants=quadrants(one, columns[:, 2]),
    )


def quadrants(one: Played, frontier: Floats) -> dict[str, float]:
    """What starting there came to, in percent of the tasks: `safe`, the first model solves it and so it was solved;
    `rescue`, it does not, and another solved it; `loss`, unsolved though the frontier solves it alone; `hard`, unsolved
    by it too."""
    if not len(one.start) or not one.known.any():
        return {}
    solved, start, theirs = one.solved[one.known], one.start[one.known], frontier[one.known]
    parts = {
        "safe": np.minimum(solved, start),
        "rescue": np.maximum(solved - start, 0.0),
        "loss": (1 - solved) * theirs,
        "hard": (1 - solved) * (1 - theirs),
    }
    return {name: 100 * float(part.mean()) for name, part in parts.items()}


def _ends(draws: Floats, value: float) -> Ends:
    """In percent; the value itself where nothing was drawn."""
    low, high = np.percentile(draws, CENTRAL) if len(draws) else (value, value)
    return 100 * float(low), 100 * float(high)


def _some(sums: Floats) -> Floats:
    return np.where(sums > 0, sums, np.inf)
