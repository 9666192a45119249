"""The decision at the start of a session: from candidates, rules and evidence to a plan with its reasons."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, field

from droidlite.routing.belief import Belief, Option, believe
from droidlite.routing.chains import Pairs
from droidlite.routing.evidence import Evidence
from droidlite.routing.features import Features
from droidlite.routing.planning import TARGET, Choice, Plan, choose_plan
from droidlite.settings.config import Mode
from droidlite.types import Candidate, Estimate, ModelSpec, RoutingDecision, Tier

SURE = 0.5
"""A kind recognised less surely than this counts as none: then all kinds' evidence speaks, and widely."""
ROOM_TOKENS = 24_000
"""Context a model must at least have to work in: system prompt, tools, a few files."""
_TIERS: tuple[Tier, ...] = ("local", "small", "mid", "frontier")


class Narrowing(Struct, frozen=True, kw_only=True):
    """What rules say of a task: `rejected` models with reasons, `preferred` ones (the choice is made among them where
    one can be used), the rules that matched as "name (file:line)", and reasons for a person."""

    rejected: dict[str, str] = field(default_factory=dict)
    preferred: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """All a decision rests on. `reference`: the model others are held against ("" = the strongest allowed). `own`: the
    person's own outcomes. `trouble`: what went wrong with the evidence, in one sentence ("" = nothing)."""

    features: Features
    candidates: Sequence[Candidate]
    narrowing: Narrowing = Narrowing()
    mode: Mode = "balanced"
    reference: str = ""
    public: Evidence = Evidence()
    own: Evidence | None = None
    today: date | None = None
    trouble: str = ""


def decide(asked: Asked) -> RoutingDecision | None:
    """The decision, or None where no model may be used. A failure within takes the strongest model and says so."""
    usable, rejected = usable_of(asked)
    if not usable:
        return None
    favoured = [candidate for candidate in usable if candidate.spec.id in asked.narrowing.preferred] or usable
    try:
        if asked.trouble:
            raise ValueError(asked.trouble)
        return _decided(asked, favoured, rejected)
    except (ValueError, ArithmeticError, LookupError) as error:
        return _fallen_back(asked, favoured, rejected, str(error))


def estimates(asked: Asked) -> dict[str, Estimate]:
    """What each usable model alone would do with the task, by model, for tables a person reads."""
    usable, _ = usable_of(asked)
    if not usable or asked.trouble:
        return {}
    choice = choose(asked, usable)
    return {model: plan.estimate for model, plan in choice.singles.items()}


def choose(asked: Asked, usable: Sequence[Candidate]) -> Choice:
    features = asked.features
    options = {candidate.spec.id: _option(candidate) for candidate in reversed(usable)}
    return choose_plan(
        features.kind if features.confidence >= SURE else "other",
        list(reversed(options.values())),
        asked.public,
        mode=asked.mode,
        verified=features.verified,
        reference=asked.reference,
        own=asked.own,
        today=asked.today,
        most_usd=features.budget_usd,
    )


def believed(asked: Asked) -> tuple[list[Belief], Pairs]:
    """What is believed of each model that may do this task, and of what they do after each other's failures."""
    usable, _ = usable_of(asked)
    kind = asked.features.kind if asked.features.confidence >= SURE else "other"
    options = {candidate.spec.id: _option(candidate) for candidate in reversed(usable)}
    today = asked.today or date.today()
    beliefs = [believe(option, kind, asked.public, asked.own, today=today) for option in options.values()]
    return beliefs, Pairs(asked.public.kinds.get(kind), beliefs)


def usable_of(asked: Asked) -> tuple[list[Candidate], dict[str, str]]:
    """The candidates that may run this task, in their order, and why the others may not."""
    usable: list[Candidate] = []
    rejected: dict[str, str] = {}
    for candidate in asked.candidates:
        model = candidate.spec.id
        why = candidate.why_not or _unfit(candidate.spec) or asked.narrowing.rejected.get(model, "")
        if not why and asked.features.budget_usd is not None and candidate.input_price is None:
            why = "its price is not known, so a cap cannot be held"
        if why:
            rejected.setdefault(model, why)
        else:
            usable.append(candidate)
    for candidate in usable:
        rejected.pop(candidate.spec.id, None)
    return usable, rejected


def _unfit(spec: ModelSpec) -> str:
    if not spec.tools:
        return "it cannot call tools"
    if spec.context < ROOM_TOKENS and spec.tier != "local":  # these know their limits, and may be all there is
        return f"its context of {spec.context:,} tokens is too small to work in"
    return ""


def _option(candidate: Candidate) -> Option:
    spec = candidate.spec
    known = candidate.input_price is not None and candidate.output_price is not None
    price = (candidate.input_price or 0.0, candidate.output_price or 0.0) if known else None
    return Option(model=spec.id, tier=spec.tier, price=price, names=(spec.name,) if spec.name else ())


def _decided(asked: Asked, usable: Sequence[Candidate], rejected: dict[str, str]) -> RoutingDecision:
    choice = choose(asked, usable)
    plan = choice.plan
    model = plan.chain.stages[0].model
    return RoutingDecision(
        model=model,
        endpoint=next(candidate.endpoint for candidate in usable if candidate.spec.id == model),
        strategy="auto",
        reasons=(*_reasons(asked, choice), *asked.narrowing.reasons),
        runners_up=tuple(other.chain.stages[0].model for other in choice.others),
        rejected=rejected,
        mode=asked.mode,
        kind=asked.features.kind,
        confidence=asked.features.confidence,
        verified=asked.features.verified,
        estimate=plan.estimate,
        others=tuple(other.estimate for other in (*choice.others, *choice.short)),
        reference=choice.reference,
        counterfactual=choice.singles[choice.reference].estimate,
        rule="; ".join(asked.narrowing.rules),
        evidence=asked.public.version,
    )


def _reasons(asked: Asked, choice: Choice) -> tuple[str, ...]:
    features, plan = asked.features, choice.plan
    signs = f": {', '.join(features.why)}" if features.why else ""
    kind = f"{features.kind} task ({features.confidence:.0%} sure{signs})"
    if features.confidence < SURE:
        kind = f"what kind of task this is cannot be told surely ({features.confidence:.0%}{signs})"
    against = choice.singles[choice.reference].estimate
    aim = f"{asked.mode} aims at {TARGET[asked.mode]:.0%} of {choice.reference}'s success"
    held = f"{aim} ({against.success.mean:.0%} at ${against.cost.mean:.2f})"
    return (kind, held, _outcome(plan, choice, features.budget_usd), plan.estimate.basis)


def _outcome(plan: Plan, choice: Choice, cap_usd: float | None) -> str:
    numbers = f"{plan.estimate.success.mean:.0%} at ${plan.estimate.cost.mean:.2f}"
    if choice.capped and cap_usd is not None:
        wanted = choice.wanted.estimate
        dear = (
            f"{wanted.plan} ({wanted.success.mean:.0%} at ${wanted.cost.mean:.2f}) is beyond the cap of ${cap_usd:.2f}"
        )
        return f"{dear}, so {plan.estimate.plan}: {numbers}"
    if len(choice.singles) == 1:
        return f"{choice.reference} is the only model that may run here"
    if not choice.reached:
        return f"no cheaper plan surely reaches that, so {choice.reference} it is: uncertain means strong"
    return f"{plan.estimate.plan}: {numbers}"


def _fallen_back(asked: Asked, usable: Sequence[Candidate], rejected: dict[str, str], problem: str) -> RoutingDecision:
    """The strongest model by tier and price alone."""
    best = max(usable, key=lambda c: (_TIERS.index(c.spec.tier), (c.input_price or 0.0) + (c.output_price or 0.0)))
    return RoutingDecision(
        model=best.spec.id,
        endpoint=best.endpoint,
        strategy="fallback",
        reasons=(
            f"The router could not decide ({problem}), so it takes the strongest model.",
            *asked.narrowing.reasons,
        ),
        runners_up=tuple(dict.fromkeys(c.spec.id for c in usable if c.spec.id != best.spec.id))[:3],
        rejected=rejected,
        mode=asked.mode,
        kind=asked.features.kind,
        confidence=asked.features.confidence,
        verified=asked.features.verified,
        reference=best.spec.id,
        rule="; ".join(asked.narrowing.rules),
        evidence=asked.public.version,
    )
