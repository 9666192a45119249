"""The honest baseline: what tossing a coin between two models gives. Points are shares of the frontier's passes and
spend on the same tasks (1 = the frontier)."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from droidlite.evals.grid import Flags, Floats, Grid

COVER = 0.5
"""A model stands for itself on the line only where it ran at this share of the frontier's tasks, of every kind."""


class Singles(Struct, frozen=True):
    """Each model alone: `passes` and `cost` as shares of the frontier's on the tasks both ran; `covers`: whether it ran
    at enough of them to be compared."""

    passes: Floats
    cost: Floats
    covers: Flags


class Corner(Struct, frozen=True):
    """A model on the mix line."""

    model: int
    cost: float
    passes: float


def singles(grid: Grid, frontier: int) -> Singles:
    shared = grid.ran & grid.ran[:, [frontier]]
    won, spent = grid.solved & shared, np.where(shared, grid.cost, 0.0)
    passes = won.sum(axis=0) / _at_least((shared & grid.solved[:, [frontier]]).sum(axis=0))
    cost = spent.sum(axis=0) / _at_least((shared * grid.cost[:, [frontier]]).sum(axis=0))
    covers = np.ones(len(grid.models), bool)
    for code in range(len(grid.kinds)):
        here = shared[grid.kind == code]
        covers &= here.sum(axis=0) >= COVER * here[:, frontier].sum()
    return Singles(passes, cost, covers)


def _at_least(sums: Floats) -> Floats:
    """Nothing divided by nothing is nothing."""
    return np.where(sums > 0, sums, np.inf)


def mix_line(alone: Singles) -> list[Corner]:
    """The models on the upper hull, cheapest first, passes rising: between two neighbours lies every mix of them, and
    no mix of any two models is above it."""
    order = sorted(np.flatnonzero(alone.covers), key=lambda m: (alone.cost[m], -alone.passes[m]))
    line: list[Corner] = []
    for model in order:
        corner = Corner(int(model), float(alone.cost[model]), float(alone.passes[model]))
        if line and corner.passes <= line[-1].passes:
            continue
        while len(line) > 1 and _below(line[-2], line[-1], corner):
            line.pop()
        line.append(corner)
    return line


def _below(left: Corner, middle: Corner, right: Corner) -> bool:
    rise = (right.passes - left.passes) * (middle.cost - left.cost)
    return (middle.passes - left.passes) * (right.cost - left.cost) <= rise


def passes_at(line: Sequence[Corner], cost: float) -> float:
    """The share of passes a mix has at this cost; below the cheapest model a mix with doing nothing."""
    return float(np.interp(cost, [0.0, *(c.cost for c in line)], [0.0, *(c.passes for c in line)]))


def cost_at(line: Sequence[Corner], passes: float) -> float | None:
    """The least cost at which a mix has this share of passes; None where none has."""
    if passes > line[-1].passes:
        return None
    return float(np.interp(passes, [0.0, *(c.passes for c in line)], [0.0, *(c.cost for c in line)]))


def mix_for(line: Sequence[Corner], passes: float) -> tuple[Corner, Corner, float]:
    """The cheapest mix with this share of passes, or the best there is: two models, and the share of tasks for the
    first. Where one model alone does, it is both."""
    place = bisect_left([corner.passes for corner in line], passes)
    if place == 0 or place == len(line):
        only = line[min(place, len(line) - 1)]
        return only, only, 1.0
    low, high = line[place - 1], line[place]
    return low, high, (high.passes - passes) / (high.passes - low.passes)
