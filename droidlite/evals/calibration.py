"""Whether what is called 70 % likely happens in 70 % of cases: reliability table, ECE and Brier score."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from droidlite.evals.grid import Flags, Floats
from droidlite.evals.shipped import Guesses

BINS = 10


class Bin(Struct, frozen=True):
    """Estimates from `low` to below `high`: how many runs, the mean estimate, the share that was solved."""

    low: float
    high: float
    runs: int
    expected: float
    solved: float


class Fit(Struct, frozen=True):
    """`ece`: mean distance of estimate and outcome over BINS equal bins, weighted by runs (Naeini et al. 2015);
    `brier`: mean squared distance over runs."""

    runs: int
    ece: float
    brier: float


class Calibration(Struct, frozen=True):
    """Over all models and kinds, and by kind."""

    runs: int
    ece: float
    brier: float
    bins: tuple[Bin, ...]
    kinds: dict[str, Fit]


def calibrate(parts: Sequence[Guesses], kinds: Sequence[str]) -> Calibration:
    expected = np.concatenate([part.expected for part in parts])
    solved = np.concatenate([part.solved for part in parts])
    kind = np.concatenate([part.kind for part in parts])
    whole = fit(expected, solved)
    by_kind = {name: fit(expected[kind == code], solved[kind == code]) for code, name in enumerate(kinds)}
    return Calibration(whole.runs, whole.ece, whole.brier, bins(expected, solved), by_kind)


def fit(expected: Floats, solved: Flags) -> Fit:
    distance = sum(each.runs * abs(each.expected - each.solved) for each in bins(expected, solved))
    runs = max(len(expected), 1)
    return Fit(len(expected), distance / runs, float(((expected - solved) ** 2).sum()) / runs)


def bins(expected: Floats, solved: Flags) -> tuple[Bin, ...]:
    """The bins with any run in them."""
    place = np.minimum((expected * BINS).astype(int), BINS - 1)
    runs = np.bincount(place, minlength=BINS)
    means = [np.bincount(place, values, minlength=BINS) / np.maximum(runs, 1) for values in (expected, solved)]
    return tuple(
        Bin(i / BINS, (i + 1) / BINS, int(runs[i]), float(means[0][i]), float(means[1][i]))
        for i in range(BINS)
        if runs[i]
    )
