"""What a change of model would mean at one moment of a task: its context, caches, prices, and what is believed. Pure:
a session and `router eval --escalation` ask the same."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from droidlite.errors import DroidliteError
from droidlite.routing.economics import (
    Ahead,
    Gate,
    Side,
    planned_worth,
    reading_usd,
    weigh,
    within_share,
    worth_asking,
    worth_of,
)
from droidlite.routing.handoff_cost import Cost, Load, handoff_cost
from droidlite.routing.ladder import Option
from droidlite.routing.outlook import Chance, Outlook
from droidlite.routing.planning import WORTH
from droidlite.routing.warmth import Used, is_warm, warm_tokens
from droidlite.settings.config import Mode, RouterSettings
from droidlite.types import Effort, ModelSpec, RoutingDecision, Usage

NEW_TOKENS, OUTPUT_PER_CALL, USUAL_CALLS = 1_000, 500, 5
"""What a call adds and writes where the session has not shown its own yet: an assumption that counts as so many calls
of it."""
REREADS = 3
"""Calls more that a model needs which begins from a note: to read again what it left out."""
ROOM = 8_000
"""Tokens of a context that must be free for a model that takes over."""
ADVICE = Usage(input=6_000, output=1_000)
"""What a consultation uses, about; to price one before it is made."""


class Cap(Struct, frozen=True):
    """What may still be spent, asked for a reason why not ("" = it may): `call` for the next call of a model with about
    so many tokens (None: the conversation as it is), `advice` for a consultation of one."""

    call: Callable[[ModelSpec, int | None], str]
    advice: Callable[[ModelSpec], str]


NO_CAP = Cap(call=lambda spec, context: "", advice=lambda spec: "")


class Case(Struct, frozen=True, kw_only=True):
    """A moment (`now`, seconds since 1970) at which a model may change. `context`: tokens of the conversation, of which
    `kept` would go to a model beside a note; `calls`: those about it, oldest first; `effort`: how hard `spec` thinks
    now. `spent_usd` on the task so far, `stage_usd` of it by the model at hand, `paid_usd` for switches.
    ended: a failed check has ended the work of the model at hand; planned: the plan has this stage; stuck: signs or the
    model itself say so."""

    spec: ModelSpec
    context: int
    kept: Callable[[ModelSpec], int]
    calls: Sequence[Used]
    now: float
    spent_usd: float
    stage_usd: float = 0.0
    effort: Effort = ""
    cap: Cap = NO_CAP
    paid_usd: float = 0.0
    ended: bool = False
    planned: bool = False
    stuck: bool = False
    forced: bool = False


class Scales:
    """Weighs models for one task. `cost` prices a call now, `find` gives a model by id (DroidliteError where it cannot
    be used), `outlook` is what is believed of them, `decision` the plan that is followed."""

    def __init__(
        self,
        cost: Cost,
        find: Callable[[str], ModelSpec],
        outlook: Outlook,
        decision: RoutingDecision,
        settings: RouterSettings,
    ) -> None:
        self._cost, self._find, self.outlook = cost, find, outlook
        self._decision, self._settings = decision, settings

    def option(self, case: Case, model: str) -> Option:
        """What it would mean if `model` took over."""
        try:
            spec = self._find(model)
        except DroidliteError as error:
            return Option(model=model, why_not=str(error).rstrip("."))
        direct = self._gate(case, spec, _ahead(case))
        if direct is None:
            unknown = (
                f"the price of {model} is not known, so the switch cannot be weighed; give it one under [[models]]"
            )
            return Option(model=model, why_not=unknown)
        if case.ended or case.planned:
            direct = self._planned(case, spec, direct)
        noted = self._noted(case, spec, direct.worth_usd)
        fits = _fits(case, spec)
        return Option(
            model=model,
            direct=direct if fits else None,
            noted=noted,
            why_not=self._why_not(case, spec, direct if fits or noted is None else noted, fits=fits),
        )

    def adviser(self, case: Case, models: Sequence[str]) -> str:
        """Whom to consult: the first of `models` whose advice pays; "" where none does."""
        for model in models:
            try:
                spec = self._find(model)
            except DroidliteError:
                continue
            price = self._cost(spec, ADVICE)
            gate = self._gate(case, spec, _ahead(case))
            if price is None or gate is None or case.cap.advice(spec):
                continue
            if worth_asking(
                price, success_from=gate.success_from, success_to=gate.success_to, worth_usd=gate.worth_usd
            ):
                return model
        return ""

    def reading(self, case: Case, spec: ModelSpec) -> tuple[int, float | None]:
        """Tokens of the conversation that the cache of `spec` holds, and USD its first call would cost beyond that of a
        warm one (None = its price is not known)."""
        warm = _warm_here(case, case.context) if spec.id == case.spec.id else _warm(case, spec, case.context)
        return warm, reading_usd(self._price(spec), context=case.context, warm=warm)

    def is_cold(self, case: Case) -> bool:
        """Whether nothing of the conversation is left in the cache of the model at hand, or it costs nothing."""
        free = self._cost(case.spec, Usage(input=1_000)) == 0
        return free or not is_warm(case.calls, case.spec.id, case.spec.provider, now=case.now)

    def _gate(
        self, case: Case, spec: ModelSpec, ahead: Ahead, *, handoff_usd: float = 0.0, worth_usd: float | None = None
    ) -> Gate | None:
        here = Chance(0.0, 0.0)
        if not case.ended:
            here = self.outlook.going_on(case.spec.id, case.stage_usd, stuck=case.stuck)
        if spec.id not in self.outlook:
            return None if not case.forced else self._blind(case, spec, ahead)
        there = self.outlook.taking_over(spec.id, case.spec.id, here.success)
        worth = self._worth(there) if worth_usd is None else worth_usd
        rereads = REREADS if handoff_usd else 0
        stay = Side(
            price=self._price(case.spec),
            calls=0.0 if case.ended else self._calls(case, case.spec, here),
            success=here.success,
            warm=_warm_here(case, ahead.context),
        )
        switch = Side(
            price=self._price(spec),
            calls=self._calls(case, spec, there) + rereads,
            success=there.success,
            warm=0 if handoff_usd else _warm(case, spec, ahead.context),
        )
        return weigh(stay, switch, ahead, worth_usd=worth, handoff_usd=handoff_usd)

    def _blind(self, case: Case, spec: ModelSpec, ahead: Ahead) -> Gate | None:
        """For a model a person named, of which nothing is believed: only what the switch costs."""
        here = Side(price=self._price(case.spec), calls=1, success=0.0, warm=_warm_here(case, ahead.context))
        there = Side(price=self._price(spec), calls=1, success=0.0, warm=_warm(case, spec, ahead.context))
        return weigh(here, there, ahead, worth_usd=0.0)

    def _planned(self, case: Case, spec: ModelSpec, gate: Gate) -> Gate:
        """A stage of the plan is worth at least what the plan was ready to pay for it."""
        worth = planned_worth(gate, self._settings.max_switch_share) if case.planned else 0.0
        if worth <= gate.worth_usd:
            return gate
        return self._gate(case, spec, _ahead(case), worth_usd=worth) or gate

    def _noted(self, case: Case, spec: ModelSpec, worth_usd: float) -> Gate | None:
        """With a note of the model at work in the place of the conversation; None where that would be no use."""
        ahead, fits = _ahead(case), _fits(case, spec)
        load = Load(whole=case.context, kept=case.kept(spec), warm=_warm(case, case.spec, ahead.context))
        cost = handoff_cost(self._cost, case.spec, spec, load)
        small = load.kept + load.note
        if cost is None or small + ROOM > spec.context or (fits and not cost.note_pays):
            return None
        shorter = Ahead(context=small, new=ahead.new, output=ahead.output)
        after = self._gate(case, spec, shorter, handoff_usd=max(cost.writing_usd, 1e-9), worth_usd=worth_usd)
        whole = self._gate(case, spec, ahead, worth_usd=worth_usd)
        if after is None or whole is None:
            return None
        # Staying goes on with the whole conversation, whatever the other model would begin with.
        return structs.replace(
            after,
            stay_usd=whole.stay_usd,
            call_from_usd=whole.call_from_usd,
            reading_from_usd=whole.reading_from_usd,
            warm_from=whole.warm_from,
        )

    def _why_not(self, case: Case, spec: ModelSpec, gate: Gate, *, fits: bool) -> str:
        if told := case.cap.call(spec, None if fits else gate.context):
            return f"{spec.id} does not fit under the cap: {told}"
        share = self._settings.max_switch_share
        if not case.forced and not within_share(gate, paid_usd=case.paid_usd, spent_usd=case.spent_usd, share=share):
            return f"the switch to {spec.id} would cost ${gate.premium_usd:.2f}, more than {share:.0%} of the task"
        return ""

    def _worth(self, there: Chance) -> float:
        """USD of a solved task: the setting, else by what the reference pays for one, else by what this model does."""
        if self._settings.task_value_usd is not None:
            return self._settings.task_value_usd
        mode: Mode = next((mode for mode in WORTH if mode == self._decision.mode), "balanced")
        against = self._decision.counterfactual
        if against is not None:
            return worth_of(mode, against.cost.mean, against.success.mean)
        return worth_of(mode, there.usd, there.success)

    def _price(self, spec: ModelSpec) -> Callable[[Usage], float | None]:
        return lambda usage: self._cost(spec, usage)

    def _calls(self, case: Case, spec: ModelSpec, chance: Chance) -> float:
        """Calls left: what it is expected to spend over what an average call so far would cost on it; at least the
        next one."""
        ahead = _ahead(case)
        usages = _work(case)
        mean = sum(map(_whole, usages)) // len(usages) if usages else ahead.context
        call = self._cost(spec, Usage(cache_read=max(mean - ahead.new, 0), cache_write=ahead.new, output=ahead.output))
        return max(chance.usd / call, 1.0) if call else 1.0


def _fits(case: Case, spec: ModelSpec) -> bool:
    return case.context + ROOM <= spec.context


def _ahead(case: Case) -> Ahead:
    usages = _work(case)
    grown = [max(_whole(two) - _whole(one), 0) for one, two in pairwise(usages)]
    written = [usage.output for usage in usages]
    return Ahead(context=case.context, new=_mean(grown, NEW_TOKENS), output=_mean(written, OUTPUT_PER_CALL))


def _warm(case: Case, spec: ModelSpec, context: int) -> int:
    return warm_tokens(case.calls, spec.id, spec.provider, context=context, now=case.now)


def _warm_here(case: Case, context: int) -> int:
    warm = is_warm(case.calls, case.spec.id, case.spec.provider, now=case.now)
    return max(context, 1) if warm else 0


def _work(case: Case) -> list[Usage]:
    return [call.usage for call in case.calls if call.model == case.spec.id and call.usage is not None]


def _mean(counts: Sequence[int], usual: int) -> int:
    return (sum(counts) + USUAL_CALLS * usual) // (len(counts) + USUAL_CALLS)


def _whole(usage: Usage) -> int:
    return usage.input + usage.cache_read + usage.cache_write
