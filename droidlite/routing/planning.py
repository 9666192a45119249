"""Chooses the plan: the cheapest start whose expected success, doubt included, reaches the mode's share of the
reference model's; in a verified session the plan whose solved tasks are worth most over what they cost."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from droidlite.routing.belief import Belief, Option, believe, name_of
from droidlite.routing.chains import Chain, Pairs, alone, at, checked, lengthened, stopped
from droidlite.routing.evidence import Evidence, Kind
from droidlite.settings.config import Mode
from droidlite.types import Estimate, Interval, Stage

TARGET: dict[Mode, float] = {"cost": 0.96, "balanced": 0.99, "quality": 1.0}
"""The share of the reference's success a plan must reach."""
WORTH: dict[Mode, float] = {"cost": 1.0, "balanced": 4.0, "quality": 20.0}
"""What a solved task is worth, in costs of one that the reference solves: it decides how long a verified plan is."""
DOUBT = 0.84
"""Standard errors taken off before a plan is compared with its target: one-sided 80 %."""
CENTRAL = 1.2816
"""Standard errors from the mean to the ends of a central 80 % interval."""
LEAST = 0.3
"""A model less likely than this to succeed starts nothing: its runs cost more time than they save money. Chosen."""
MOST_OTHERS, LEAST_OTHERS = 5, 3
"""Plans that are told beside the chosen one."""
BEATEN = 2
"""A model that so many others beat in both success and cost takes part in no plan."""
LENGTHENED = 40
"""So many of the best two-stage plans are tried with a third."""


class Plan(Struct, frozen=True):
    """A plan with its numbers; `margin` is its success over the target after doubt (>= 0: it reaches it)."""

    chain: Chain
    estimate: Estimate
    margin: float


class Choice(Struct, frozen=True, kw_only=True):
    """What was chosen and against what. `others`: the best plan of each other start model, best first; `short`: where
    they are few, the nearest that fall short of the target, so that it is seen by how much. `singles`: each
    model alone, by model. `reached`: False where no plan but the reference alone reaches the target; `wanted`: what
    would have been chosen if any amount might be spent."""

    plan: Plan
    others: tuple[Plan, ...]
    short: tuple[Plan, ...] = ()
    singles: dict[str, Plan]
    reference: str
    reached: bool
    wanted: Plan

    @property
    def capped(self) -> bool:
        """Whether what was wanted is expected to cost more than may be spent."""
        return self.plan is not self.wanted


def choose_plan(
    kind: str,
    pool: Sequence[Option],
    evidence: Evidence,
    *,
    mode: Mode = "balanced",
    verified: bool = False,
    reference: str = "",
    own: Evidence | None = None,
    today: date | None = None,
    most_usd: float | None = None,
) -> Choice:
    """The plan for a task of `kind` over the models of `pool`. `reference` is one of them ("" = the strongest);
    `most_usd` what may be spent. Raises ValueError where the pool is empty."""
    if not pool:
        raise ValueError("there is no model to choose from")
    beliefs = [believe(option, kind, evidence, own, today=today or date.today()) for option in pool]
    compared = next((b for b in beliefs if b.option.model == reference), None) or strongest(beliefs)
    here = evidence.kinds.get(kind) or Kind(models={})
    field = _Field(beliefs, compared, Pairs(here, beliefs), TARGET[mode], verified=verified)
    chains = list(_chains(field, here.tail, verified=verified))
    plans = [field.plan(chain) for chain in chains]
    reaching = [plan for plan in plans if plan.margin >= 0]
    only = field.plan(alone(compared))
    ranked = sorted(reaching, key=_price_of if not verified else field.net_of(WORTH[mode]))
    wanted = ranked[0] if ranked else only
    chosen = wanted if most_usd is None else _affordable(wanted, ranked, plans, most_usd)
    others = _distinct(ranked, (chosen,))
    nearest = sorted((plan for plan in plans if plan.margin < 0), key=lambda plan: -plan.margin)
    return Choice(
        plan=chosen,
        others=others[:MOST_OTHERS],
        short=_distinct(nearest, (chosen, only, *others))[: max(LEAST_OTHERS - len(others), 0)],
        singles={plan.chain.stages[0].model: plan for plan in (field.plan(alone(b)) for b in beliefs)},
        reference=compared.option.model,
        reached=any(plan.margin < math.inf for plan in ranked),
        wanted=wanted,
    )


def strongest(beliefs: Sequence[Belief]) -> Belief:
    """The model most is expected of: by its own or its family's success, then version, then price. A model of which
    little is known counts here for what its family does: to hold others against it is the careful side."""
    return max(beliefs, key=lambda belief: (belief.option.tier != "local", *belief.strength))


class _Field:
    """The models compared and what they are compared with."""

    def __init__(
        self, beliefs: Sequence[Belief], reference: Belief, pairs: Pairs, target: float, *, verified: bool
    ) -> None:
        self.beliefs, self.reference, self.pairs, self.target = beliefs, reference, pairs, target
        self._verified = verified
        self._by_model = {belief.option.model: belief for belief in beliefs}

    def of(self, stage: Stage) -> Belief:
        return self._by_model[stage.model]

    def plan(self, chain: Chain) -> Plan:
        first = self.of(chain.stages[0])
        estimate = Estimate(
            stages=chain.stages,
            success=self._success(chain),
            cost=self._cost(chain),
            plan=in_words(chain.stages, verified=self._verified),
            basis=_basis(chain, self.of),
        )
        if len(chain.stages) == 1 and first is self.reference:
            return Plan(chain, estimate, math.inf)
        gain = chain.success - self.target * self.reference.success
        return Plan(chain, estimate, gain - DOUBT * self._doubt(chain))

    def net_of(self, worth: float) -> "_Net":
        value = worth * self.reference.cost / max(self.reference.success, 0.05)
        return _Net(value)

    def _doubt(self, chain: Chain) -> float:
        """Standard error of the difference to the reference, from the share of tasks on which they end differently.
        A plan with the reference among its stages differs only where an earlier stage ended the task; a verified one
        then only for the better."""
        variance = 0.0
        for stage, kept in zip(chain.stages, chain.kept, strict=True):
            belief = self.of(stage)
            if belief is not self.reference:
                variance += kept * self._differs(belief, ended=self._verified and stage is not chain.stages[-1])
        if self._verified and all(self.of(stage) is not self.reference for stage in chain.stages):
            last = self.of(chain.stages[-1])
            lost = (1 - chain.success) * self.pairs.given(last, self.reference).failed
            variance += lost / min(last.runs, self.reference.runs)
        return math.sqrt(variance)

    def _differs(self, belief: Belief, *, ended: bool) -> float:
        """Variance of one task's difference to the reference where this model has the last word; `ended`: where a check
        has passed, so that only the reference may have failed."""
        known = self.pairs.differ(belief, self.reference)
        runs = min(belief.runs, self.reference.runs, known[1] if known is not None else math.inf)
        if ended:
            return (1 - self.pairs.given(belief, self.reference).solved) / runs
        if known is not None:
            return known[0] / runs
        return _variance(belief) + _variance(self.reference)

    def _success(self, chain: Chain) -> Interval:
        runs = min(self.of(stage).runs for stage in chain.stages)
        spread = CENTRAL * math.sqrt(max(chain.success * (1 - chain.success), 0.0) / (runs + 1))
        return Interval(chain.success, max(chain.success - spread, 0.0), min(chain.success + spread, 1.0))

    def _cost(self, chain: Chain) -> Interval:
        """The mean, and what a run costs at its 10 % and 90 % quantiles (USD): half and double where none are known."""
        first = self.of(chain.stages[0])
        low = at(first.solved_cost, 0.1) if first.solved_cost else first.cost / 2
        high, left = 0.0, 1.0
        for stage, reach in zip(chain.stages, chain.reach, strict=True):
            if reach < 0.1:
                break
            belief, left = self.of(stage), reach
            most = at(belief.solved_cost, max(1 - 0.1 / left, 0.0)) if belief.solved_cost else 2 * belief.cost
            high += most if stage.stop_usd is None else min(most, stage.stop_usd)
        return Interval(chain.cost, min(low, chain.cost), max(high, chain.cost))


class _Net:
    """Sorts plans by the worth of what they solve less what they cost, best first."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, plan: Plan) -> float:
        return plan.chain.cost - self.value * plan.chain.success


def _affordable(wanted: Plan, ranked: Sequence[Plan], plans: Sequence[Plan], most_usd: float) -> Plan:
    """What is wanted, where its expected cost may be spent; else the best that reaches the target within it, else the
    likeliest to succeed within it, else the cheapest."""
    if wanted.chain.cost <= most_usd:
        return wanted
    within = [plan for plan in ranked if plan.chain.cost <= most_usd]
    if within:
        return within[0]
    cheap = [plan for plan in plans if plan.chain.cost <= most_usd]
    return max(cheap, key=lambda plan: plan.chain.success) if cheap else min(plans, key=_price_of)


def _price_of(plan: Plan) -> tuple[float, float]:
    return plan.chain.cost, -plan.chain.success


def _variance(belief: Belief) -> float:
    return belief.success * (1 - belief.success) / (belief.runs + 1)


def _chains(field: _Field, tail: Sequence[float], *, verified: bool) -> Iterator[Chain]:
    usable = _band(field)
    yield from (alone(belief) for belief in usable)
    two: list[Chain] = []
    for a in usable:
        for b in usable:
            if _same(a, b):
                continue
            if verified:
                two.extend(checked(a, b, field.pairs))
            elif b.success >= a.success:
                two.extend(stopped(a, b, field.pairs, tail))
    yield from two
    if verified:
        for chain in _frontier(two)[:LENGTHENED]:
            before = [field.of(stage) for stage in chain.stages]
            others = [c for c in usable if not any(_same(c, a) for a in before)]
            yield from (lengthened(chain, before, c, field.pairs) for c in others)


def _same(one: Belief, other: Belief) -> bool:
    """Whether two options are one model, perhaps on two services: what it failed at it would fail at again."""
    return one is other or (one.key or name_of(one.option.model)) == (other.key or name_of(other.option.model))


def _band(field: _Field) -> list[Belief]:
    """The reference, and every model that is likely enough and that at most one other beats in both success and cost.
    In cross-validation plans over all models came to the same figures; leaving the rest out makes the choice 5 to 10
    times quicker."""
    likely = [belief for belief in field.beliefs if belief.success >= LEAST]
    return [
        belief
        for belief in field.beliefs
        if belief is field.reference or (belief in likely and sum(_beats(other, belief) for other in likely) < BEATEN)
    ]


def _beats(one: Belief, other: Belief) -> bool:
    return one is not other and one.cost <= other.cost and one.success >= other.success


def _frontier(chains: Sequence[Chain]) -> list[Chain]:
    """Those that none beats in both success and cost, cheapest first."""
    best, kept = -1.0, []
    for chain in sorted(chains, key=lambda chain: (chain.cost, -chain.success)):
        if chain.success > best:
            best = chain.success
            kept.append(chain)
    return kept


def _distinct(ranked: Sequence[Plan], before: Sequence[Plan]) -> tuple[Plan, ...]:
    """The first plan of each start model that none of `before` starts with."""
    seen, kept = {plan.chain.stages[0].model for plan in before}, []
    for plan in ranked:
        if plan.chain.stages[0].model not in seen:
            seen.add(plan.chain.stages[0].model)
            kept.append(plan)
    return tuple(kept)


def in_words(stages: Sequence[Stage], *, verified: bool) -> str:
    """A until $0.19 or a failed check, then B."""
    words = []
    for stage in stages[:-1]:
        digits = 2 if stage.stop_usd is None or stage.stop_usd >= 0.1 else 4
        ends = [] if stage.stop_usd is None else [f"${stage.stop_usd:.{digits}f}"]
        ends += ["a failed check"] if verified else []
        words.append(f"{stage.model} until {' or '.join(ends)}")
    return ", then ".join([*words, stages[-1].model])


def _basis(chain: Chain, of: Callable[[Stage], Belief]) -> str:
    return "; ".join(f"{stage.model}: {of(stage).basis}" for stage in chain.stages)
