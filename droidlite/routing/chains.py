"""What a plan of several models comes to: each stage's chance and cost given that the ones before did not do.

Failures of models go together: the chance that B solves what A could not is taken from pairs of runs on the same
tasks, drawn towards what B rescues from others, never from the product of two marginals.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from droidlite.routing.belief import Belief
from droidlite.routing.evidence import STEPS, Kind, Pair
from droidlite.types import Stage

PAIR_RUNS = 30.0
"""What is known of B with others counts as so many runs when it is told of B with A. Chosen, not fitted."""
TAIL_RUNS = 60.0
"""What is known of the spend of all failed runs counts as so many of one model's. Chosen, not fitted."""
STOPS = (0.7, 0.8, 0.9, 0.95)
"""Quantiles of a model's solved cost at which an unverified plan may go on to the next model."""
CHECKED_STOPS = (0.8, 0.9, 0.95)
"""The same for a verified one, where stopping early only saves the tail of hopeless runs."""
RESCUE = 0.15
"""Odds that B solves what A failed at, over B's odds on any task, where no pair is known: between the medians over all
pairs of the OpenHands index, 0.10 (fix) and 0.31 (tests)."""


class Chain(Struct, frozen=True):
    """A plan's numbers: `reach` is the chance that a stage is begun, `kept` that it is the one that ends the task."""

    stages: tuple[Stage, ...]
    success: float
    cost: float
    reach: tuple[float, ...]
    kept: tuple[float, ...]


class Given(Struct, frozen=True):
    """B's chance and cost after A: where A had solved it (and was cut off) and where A had failed."""

    solved: float
    failed: float
    cost_solved: float
    cost_failed: float


class Pairs:
    """The pairs of one kind, asked by model; remembers what was asked."""

    def __init__(self, kind: Kind | None, beliefs: Sequence[Belief]) -> None:
        self._kind = kind or Kind(models={})
        self._given: dict[tuple[str, str], Given] = {}
        self._rescues = self._typical({belief.key for belief in beliefs if belief.key})

    def pair(self, a: Belief, b: Belief) -> tuple[Pair, bool] | None:
        """The counts of A and B, and whether A is the first of them."""
        if not a.key or not b.key or a.key == b.key:
            return None
        straight = a.key < b.key
        found = self._kind.pairs.get(f"{a.key}|{b.key}" if straight else f"{b.key}|{a.key}")
        return None if found is None else (found, straight)

    def differ(self, a: Belief, b: Belief) -> tuple[float, float] | None:
        """On what share of the tasks A and B end differently, and over how many runs; None where no pair is known. Half
        a task more than was seen: a few tasks on which they agreed do not say that they always will."""
        found = self.pair(a, b)
        if found is None:
            return None
        pair = found[0]
        runs = pair.both + pair.first + pair.second + pair.neither
        return ((pair.first + pair.second + 0.5) / (runs + 1), runs) if runs else None

    def given(self, a: Belief, b: Belief) -> Given:
        key = (a.option.model, b.option.model)
        if key not in self._given:
            self._given[key] = self._after(a, b)
        return self._given[key]

    def _after(self, a: Belief, b: Belief) -> Given:
        failed = self._rescue(a, b)
        solved = min(max((b.success - (1 - a.success) * failed) / max(a.success, 0.01), failed), 1.0)
        counts = self._counts(a, b)
        if counts is None:
            return Given(solved, failed, b.cost, b.cost)
        both, only_a, only_b, neither, cost_solved, cost_failed = counts
        record = self._kind.models[b.key].cost
        scale = b.cost / record if record else 1.0
        here, there = both + only_a, only_b + neither
        return Given(
            (both + PAIR_RUNS * solved) / (here + PAIR_RUNS),
            (only_b + PAIR_RUNS * failed) / (there + PAIR_RUNS),
            (here * cost_solved * scale + PAIR_RUNS * b.cost) / (here + PAIR_RUNS),
            (there * cost_failed * scale + PAIR_RUNS * b.cost) / (there + PAIR_RUNS),
        )

    def _rescue(self, a: Belief, b: Belief) -> float:
        """P(B solves | A failed) without their pair: as B does with others, and no less than what is left of A's
        failures when all of B's fall among them."""
        if b.key in self._rescues:
            usual = self._rescues[b.key] * b.success
        else:
            odds = RESCUE * b.success / max(1 - b.success, 0.001)
            usual = odds / (1 + odds)
        return min(max(usual, 1 - (1 - b.success) / max(1 - a.success, 0.001)), 1.0)

    def _counts(self, a: Belief, b: Belief) -> tuple[float, float, float, float, float, float] | None:
        found = self.pair(a, b)
        if found is None:
            return None
        pair, straight = found
        if straight:
            return pair.both, pair.first, pair.second, pair.neither, pair.b_solved_a, pair.b_failed_a
        return pair.both, pair.second, pair.first, pair.neither, pair.a_solved_b, pair.a_failed_b

    def _typical(self, wanted: set[str]) -> dict[str, float]:
        """For each model: P(it solves | another failed) over P(it solves), over all others."""
        rescued: dict[str, list[float]] = {}
        for name, pair in self._kind.pairs.items():
            first, _, second = name.partition("|")
            for model, hit in ((first, pair.first), (second, pair.second)):
                if model in wanted:
                    sums = rescued.setdefault(model, [0.0, 0.0])
                    sums[0] += hit
                    sums[1] += hit + pair.neither
        ratios = {}
        for model, (hits, chances) in rescued.items():
            record = self._kind.models.get(model)
            if record is not None and record.solved and chances:
                ratios[model] = (hits / chances) / (record.solved / record.runs)
        return ratios


def alone(a: Belief) -> Chain:
    return Chain((Stage(a.option.model),), a.success, a.cost, (1.0,), (1.0,))


def stopped(a: Belief, b: Belief, pairs: Pairs, tail: Sequence[float]) -> Iterator[Chain]:
    """A until it has spent what most of its solved runs cost, then B. Nobody checks: what A ends by itself stays."""
    if not a.solved_cost or not a.failed_cost:
        return
    after = pairs.given(a, b)
    for quantile in STOPS:
        stop = at(a.solved_cost, quantile)
        failed_kept = _failed_within(a, quantile, stop, tail)
        solved_cut, failed_cut = a.success * (1 - quantile), (1 - a.success) * (1 - failed_kept)
        yield Chain(
            (Stage(a.option.model, stop), Stage(b.option.model)),
            a.success * quantile + solved_cut * after.solved + failed_cut * after.failed,
            _spend(a, stop) + solved_cut * after.cost_solved + failed_cut * after.cost_failed,
            (1.0, solved_cut + failed_cut),
            (1 - solved_cut - failed_cut, solved_cut + failed_cut),
        )


def checked(a: Belief, b: Belief, pairs: Pairs) -> Iterator[Chain]:
    """A, then B where the check says that A failed, or where A spends what few of its solved runs cost."""
    after = pairs.given(a, b)
    for quantile in (1.0, *(CHECKED_STOPS if a.solved_cost and a.failed_cost else ())):
        stop = at(a.solved_cost, quantile) if quantile < 1 else None
        cut, failed = a.success * (1 - quantile), 1 - a.success
        yield Chain(
            (Stage(a.option.model, stop), Stage(b.option.model)),
            a.success * quantile + cut * after.solved + failed * after.failed,
            (a.cost if stop is None else _spend(a, stop)) + cut * after.cost_solved + failed * after.cost_failed,
            (1.0, cut + failed),
            (1 - cut - failed, cut + failed),
        )


def lengthened(chain: Chain, before: Sequence[Belief], c: Belief, pairs: Pairs) -> Chain:
    """A verified chain with C behind it. What two models failed at is harder than what either did: of the lower of C's
    two chances 0.55 to 0.95 are left, growing with it (measured over all triples of the shipped evidence)."""
    afters = [pairs.given(a, c) for a in before]
    least = min(after.failed for after in afters)
    chance = least * min(0.55 + 0.5 * least, 0.95)
    left = 1 - chain.success
    return Chain(
        (*chain.stages, Stage(c.option.model)),
        chain.success + left * chance,
        chain.cost + left * max(after.cost_failed for after in afters),
        (*chain.reach, left),
        (*chain.kept[:-1], max(chain.kept[-1] - left, 0.0), left),
    )


def at(quantiles: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of a distribution lies."""
    place = share * (STEPS - 1)
    low = min(int(place), STEPS - 2)
    return quantiles[low] + (place - low) * (quantiles[low + 1] - quantiles[low])


def share_within(quantiles: Sequence[float], value: float) -> float:
    """The share (0 to 1) of a distribution at or below `value`."""
    if value >= quantiles[-1]:
        return 1.0
    above = bisect_right(quantiles, value)
    if above == 0:
        return 0.0
    low, high = quantiles[above - 1], quantiles[above]
    return (above - 1 + ((value - low) / (high - low) if high > low else 0.0)) / (STEPS - 1)


def _failed_within(a: Belief, quantile: float, stop: float, tail: Sequence[float]) -> float:
    own = share_within(a.failed_cost, stop)
    if len(tail) != STEPS:
        return own
    runs = a.runs * (1 - a.success)
    return (own * runs + at(tail, quantile) * TAIL_RUNS) / (runs + TAIL_RUNS)


def _spend(a: Belief, stop: float) -> float:
    """Mean cost of A's part when it is ended at `stop`."""
    return a.success * _capped(a.solved_cost, stop) + (1 - a.success) * _capped(a.failed_cost, stop)


def _capped(quantiles: Sequence[float], stop: float) -> float:
    cut = [min(value, stop) for value in quantiles]
    return sum((one + other) / 2 for one, other in pairwise(cut)) / (STEPS - 1)
