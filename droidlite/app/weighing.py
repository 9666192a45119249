"""What a change of model would mean for the session at hand: its real context, caches, prices, and what is believed."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from droidlite.agent.budget import Budget
from droidlite.agent.handoff import left_by_note
from droidlite.agent.transcript import BYTES_PER_TOKEN, Transcript
from droidlite.app.consulting import DIGEST_TOKENS, OUTPUT_TOKENS
from droidlite.errors import DroidliteError
from droidlite.routing.economics import Ahead, Gate, Side, planned_worth, weigh, within_share, worth_asking, worth_of
from droidlite.routing.handoff_cost import Load, handoff_cost
from droidlite.routing.ladder import Option
from droidlite.routing.outlook import Chance, Outlook
from droidlite.routing.planning import WORTH
from droidlite.routing.warmth import Used, is_warm, warm_tokens
from droidlite.session.records import Spent
from droidlite.settings.config import Mode, RouterSettings
from droidlite.types import ModelSpec, RoutingDecision, Usage

NEW_TOKENS, OUTPUT_PER_CALL, USUAL_CALLS = 1_000, 500, 5
"""What a call adds and writes where the session has not shown its own yet: an assumption that counts as so many calls
of it."""
REREADS = 3
"""Calls more that a model needs which begins from a note: to read again what it left out."""
ROOM = 8_000
"""Tokens of a context that must be free for a model that takes over."""


class Case(Struct, frozen=True, kw_only=True):
    """A moment at which a model may change. `spent_usd` on the task so far, `paid_usd` of it for switches; `calls`:
    those about this conversation. ended: a failed check has ended the
    work of the model at hand; planned: the plan has this stage; stuck: signs or the model itself say so."""

    spec: ModelSpec
    transcript: Transcript
    spent_usd: float
    paid_usd: float
    calls: Sequence[Spent]
    ended: bool = False
    planned: bool = False
    stuck: bool = False
    forced: bool = False


class Weighing:
    """Weighs models for one session. `find` gives a model by id (DroidliteError where it cannot be used), `outlook`
    what is believed of them."""

    def __init__(
        self,
        budget: Budget,
        find: Callable[[str], ModelSpec],
        outlook: Callable[[RoutingDecision], Outlook],
        settings: RouterSettings,
    ) -> None:
        self._budget, self._find, self._outlook, self.settings = budget, find, outlook, settings
        self._decision: RoutingDecision | None = None
        self._known: Outlook | None = None

    def follow(self, decision: RoutingDecision) -> None:
        self._decision, self._known = decision, None

    @property
    def outlook(self) -> Outlook:
        if self._known is None:
            assert self._decision is not None
            self._known = self._outlook(self._decision)
        return self._known

    def stronger(self, model: str) -> tuple[str, ...]:
        return self.outlook.stronger(model)

    def tail_usd(self, model: str, share: float) -> float | None:
        return self.outlook.tail_usd(model, share)

    def option(self, case: Case, model: str) -> Option:
        """What it would mean if `model` took over."""
        try:
            spec = self._find(model)
        except DroidliteError as error:
            return Option(model=model, why_not=str(error).rstrip("."))
        direct = self._gate(case, spec, self._ahead(case))
        if direct is None:
            unknown = (
                f"the price of {model} is not known, so the switch cannot be weighed; give it one under [[models]]"
            )
            return Option(model=model, why_not=unknown)
        if case.ended or case.planned:
            direct = self._planned(case, spec, direct)
        noted = self._noted(case, spec, direct.worth_usd)
        fits = _fits(case.transcript, spec)
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
            price = self._budget.prices.cost(spec, Usage(input=DIGEST_TOKENS, output=OUTPUT_TOKENS // 2))
            gate = self._gate(case, spec, self._ahead(case))
            if price is None or gate is None or self._budget.why_too_dear(spec, 2 * DIGEST_TOKENS):
                continue
            if worth_asking(
                price, success_from=gate.success_from, success_to=gate.success_to, worth_usd=gate.worth_usd
            ):
                return model
        return ""

    def is_cold(self, case: Case) -> bool:
        """Whether nothing of the conversation is left in the cache of the model at hand, or it costs nothing."""
        free = self._budget.prices.cost(case.spec, Usage(input=1_000)) == 0
        return free or not is_warm(used(case.calls), case.spec.id, case.spec.provider, now=self._budget.clock())

    def _gate(
        self, case: Case, spec: ModelSpec, ahead: Ahead, *, handoff_usd: float = 0.0, worth_usd: float | None = None
    ) -> Gate | None:
        here = Chance(0.0, 0.0)
        if not case.ended:
            here = self.outlook.going_on(case.spec.id, case.spent_usd, stuck=case.stuck)
        if spec.id not in self.outlook:
            return None if not case.forced else self._blind(case, spec, ahead)
        there = self.outlook.taking_over(spec.id, case.spec.id, here.success)
        worth = self._worth(there) if worth_usd is None else worth_usd
        rereads = REREADS if handoff_usd else 0
        stay = Side(
            price=self._price(case.spec),
            calls=0.0 if case.ended else self._calls(case, case.spec, here),
            success=here.success,
            warm=self._warm_here(case, ahead.context),
        )
        switch = Side(
            price=self._price(spec),
            calls=self._calls(case, spec, there) + rereads,
            success=there.success,
            warm=0 if handoff_usd else self._warm(case, spec, ahead.context),
        )
        return weigh(stay, switch, ahead, worth_usd=worth, handoff_usd=handoff_usd)

    def _blind(self, case: Case, spec: ModelSpec, ahead: Ahead) -> Gate | None:
        """For a model a person named, of which nothing is believed: only what the switch costs."""
        here = Side(price=self._price(case.spec), calls=1, success=0.0, warm=self._warm_here(case, ahead.context))
        there = Side(price=self._price(spec), calls=1, success=0.0, warm=self._warm(case, spec, ahead.context))
        return weigh(here, there, ahead, worth_usd=0.0)

    def _planned(self, case: Case, spec: ModelSpec, gate: Gate) -> Gate:
        """A stage of the plan is worth at least what the plan was ready to pay for it."""
        worth = planned_worth(gate, self.settings.max_switch_share) if case.planned else 0.0
        if worth <= gate.worth_usd:
            return gate
        return self._gate(case, spec, self._ahead(case), worth_usd=worth) or gate

    def _noted(self, case: Case, spec: ModelSpec, worth_usd: float) -> Gate | None:
        """With a note of the model at work in the place of the conversation; None where that would be no use."""
        ahead, fits = self._ahead(case), _fits(case.transcript, spec)
        load = note_load(case.transcript, spec, self._warm(case, case.spec, ahead.context))
        cost = handoff_cost(self._budget.prices.cost, case.spec, spec, load)
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
        bound = case.transcript.upper_bound(spec) if fits else int(gate.context * BYTES_PER_TOKEN)
        if told := self._budget.why_too_dear(spec, bound):
            return f"{spec.id} does not fit under the cap: {told}"
        share = self.settings.max_switch_share
        if not case.forced and not within_share(gate, paid_usd=case.paid_usd, spent_usd=case.spent_usd, share=share):
            return f"the switch to {spec.id} would cost ${gate.premium_usd:.2f}, more than {share:.0%} of the task"
        return ""

    def _worth(self, there: Chance) -> float:
        """USD of a solved task: the setting, else by what the reference pays for one, else by what this model does."""
        if self.settings.task_value_usd is not None:
            return self.settings.task_value_usd
        decision = self._decision
        named = decision.mode if decision is not None else ""
        mode: Mode = next((mode for mode in WORTH if mode == named), "balanced")
        against = decision.counterfactual if decision is not None else None
        if against is not None:
            return worth_of(mode, against.cost.mean, against.success.mean)
        return worth_of(mode, there.usd, there.success)

    def _price(self, spec: ModelSpec) -> Callable[[Usage], float | None]:
        return lambda usage: self._budget.prices.cost(spec, usage)

    def _calls(self, case: Case, spec: ModelSpec, chance: Chance) -> float:
        """Calls left: what it is expected to spend over what an average call so far would cost on it; at least the
        next one."""
        ahead = self._ahead(case)
        usages = _work(case.calls, case.spec.id)
        mean = sum(map(_whole, usages)) // len(usages) if usages else ahead.context
        call = self._budget.prices.cost(
            spec, Usage(cache_read=max(mean - ahead.new, 0), cache_write=ahead.new, output=ahead.output)
        )
        return max(chance.usd / call, 1.0) if call else 1.0

    def _ahead(self, case: Case) -> Ahead:
        usages = _work(case.calls, case.spec.id)
        grown = [max(_whole(two) - _whole(one), 0) for one, two in pairwise(usages)]
        written = [usage.output for usage in usages]
        return Ahead(
            context=case.transcript.estimate(),
            new=_mean(grown, NEW_TOKENS),
            output=_mean(written, OUTPUT_PER_CALL),
        )

    def _warm(self, case: Case, spec: ModelSpec, context: int) -> int:
        now = self._budget.clock()
        return warm_tokens(used(case.calls), spec.id, spec.provider, context=context, now=now)

    def _warm_here(self, case: Case, context: int) -> int:
        warm = is_warm(used(case.calls), case.spec.id, case.spec.provider, now=self._budget.clock())
        return max(context, 1) if warm else 0


def note_load(transcript: Transcript, there: ModelSpec, warm: int) -> Load:
    """What a note to `there` would be about, where `warm` tokens of the conversation are in the writer's cache."""
    kept = transcript.aside(left_by_note(transcript, there, "-")).estimate()
    return Load(whole=transcript.estimate(), kept=kept, warm=warm)


def _fits(transcript: Transcript, spec: ModelSpec) -> bool:
    return transcript.estimate() + ROOM <= spec.context


def used(calls: Sequence[Spent]) -> tuple[Used, ...]:
    return tuple(Used(call.model, call.at, call.usage) for call in calls if not call.judge)


def _work(calls: Sequence[Spent], model: str) -> list[Usage]:
    return [call.usage for call in calls if call.model == model and call.usage is not None and not call.judge]


def _mean(counts: Sequence[int], usual: int) -> int:
    return (sum(counts) + USUAL_CALLS * usual) // (len(counts) + USUAL_CALLS)


def _whole(usage: Usage) -> int:
    return usage.input + usage.cache_read + usage.cache_write
