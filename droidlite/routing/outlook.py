"""What is to be expected of models from the middle of a task on: going on, or taking over what another has begun."""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from droidlite.routing.belief import Belief, name_of
from droidlite.routing.chains import Pairs, at, share_within

STUCK_ODDS = 0.5
"""What two signals of being stuck, or the model's own word, leave of the odds that it finishes. Signals of that kind
are weak: they tell failure from success with an AUC of 0.45 to 0.6 on public runs; 0.6 means odds of 1 to 2 at best."""
LEAST_LEFT = 0.1
"""Of what a task costs, at least so much is still ahead: nobody knows that the next call is the last."""


class Chance(Struct, frozen=True):
    """The chance (0 to 1) that a model finishes the task from here, and the USD it is expected to spend on that."""

    success: float
    usd: float


class Outlook:
    """Beliefs about the models that may do one task, asked by model id."""

    def __init__(self, beliefs: Sequence[Belief], pairs: Pairs) -> None:
        self._beliefs = {belief.option.model: belief for belief in beliefs}
        self._pairs = pairs

    def __contains__(self, model: str) -> bool:
        return model in self._beliefs

    def success(self, model: str) -> float:
        """Of a whole task."""
        return self._beliefs[model].success

    def stronger(self, model: str) -> tuple[str, ...]:
        """Those more is expected of than of `model`, the likeliest to succeed first. Where nothing is known of
        `model`, all others."""
        mine = self._beliefs.get(model)
        others = [
            belief
            for belief in self._beliefs.values()
            if belief.option.model != model
            and (mine is None or (belief.success > mine.success and not _same(belief, mine)))
        ]
        others.sort(key=lambda belief: (-belief.success, belief.cost, belief.option.model))
        return tuple(belief.option.model for belief in others)

    def tail_usd(self, model: str, share: float) -> float | None:
        """The spend below which `share` (0 to 1) of its solved tasks stay; None where that is not known."""
        belief = self._beliefs.get(model)
        return at(belief.solved_cost, share) if belief is not None and belief.solved_cost else None

    def going_on(self, model: str, spent_usd: float, *, stuck: bool) -> Chance:
        """`model` itself, after having spent `spent_usd` on the task without an end."""
        belief = self._beliefs.get(model)
        if belief is None:
            return Chance(0.0, spent_usd)
        chance, left = belief.success, max(belief.cost - spent_usd, LEAST_LEFT * belief.cost)
        if belief.solved_cost and belief.failed_cost:
            solved = belief.success * (1 - share_within(belief.solved_cost, spent_usd))
            failed = (1 - belief.success) * (1 - share_within(belief.failed_cost, spent_usd))
            chance = solved / (solved + failed) if solved + failed > 0 else 0.0
            rest = chance * _beyond(belief.solved_cost, spent_usd) + (1 - chance) * _beyond(
                belief.failed_cost, spent_usd
            )
            left = max(rest, LEAST_LEFT * belief.cost)
        return Chance(_lowered(chance, STUCK_ODDS) if stuck else chance, left)

    def taking_over(self, model: str, after: str, chance: float) -> Chance:
        """`model` on a task that `after` would finish with this `chance`: weighted over both ways it may have gone."""
        belief, before = self._beliefs[model], self._beliefs.get(after)
        if before is None:
            return Chance(belief.success, belief.cost)
        given = self._pairs.given(before, belief)
        return Chance(
            chance * given.solved + (1 - chance) * given.failed,
            chance * given.cost_solved + (1 - chance) * given.cost_failed,
        )


def _lowered(chance: float, factor: float) -> float:
    """The chance whose odds are `factor` times those of `chance`."""
    return factor * chance / (1 - chance + factor * chance)


def _beyond(quantiles: Sequence[float], spent: float) -> float:
    """USD still to come on average where `spent` did not end it; where nobody is known to have spent so much, 0."""
    total = weight = 0.0
    for low, high in pairwise(quantiles):
        if high <= spent:
            continue
        start = max(low, spent)
        share = (high - start) / (high - low) if high > low else 1.0
        total += share * ((start + high) / 2 - spent)
        weight += share
    return total / weight if weight else 0.0


def _same(one: Belief, other: Belief) -> bool:
    return (one.key or name_of(one.option.model)) == (other.key or name_of(other.option.model))
