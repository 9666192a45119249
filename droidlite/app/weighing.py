"""The session at hand as the scales of routing take it: its real context, caches, prices, cap, and what is believed."""

from collections.abc import Callable, Sequence

from droidlite.agent.budget import Budget
from droidlite.agent.handoff import left_by_note
from droidlite.agent.transcript import BYTES_PER_TOKEN, Transcript
from droidlite.routing.handoff_cost import Load
from droidlite.routing.outlook import Outlook
from droidlite.routing.warmth import Used
from droidlite.routing.weighing import ADVICE, Cap, Case, Scales
from droidlite.session.records import Spent
from droidlite.settings.config import RouterSettings
from droidlite.types import Effort, ModelSpec, RoutingDecision


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
        self._scales: Scales | None = None

    def follow(self, decision: RoutingDecision) -> None:
        self._decision, self._scales = decision, None

    @property
    def scales(self) -> Scales:
        """For the task at hand; made when they are first needed, since evidence must be read for them."""
        if self._scales is None:
            assert self._decision is not None
            outlook = self._outlook(self._decision)
            self._scales = Scales(self._budget.prices.cost, self._find, outlook, self._decision, self.settings)
        return self._scales

    def case(self, spec: ModelSpec, effort: Effort, transcript: Transcript, calls: Sequence[Spent]) -> Case:
        """This moment, with `spec` at work; `calls` are those about the conversation as it is."""

        def why_no_call(to: ModelSpec, context: int | None) -> str:
            most = transcript.upper_bound(to) if context is None else int(context * BYTES_PER_TOKEN)
            return self._budget.why_too_dear(to, most)

        return Case(
            spec=spec,
            context=transcript.estimate(),
            kept=lambda to: note_load(transcript, to, 0).kept,
            calls=used(calls),
            now=self._budget.clock(),
            spent_usd=self._budget.spent_usd,
            effort=effort,
            cap=Cap(call=why_no_call, advice=lambda to: self._budget.why_too_dear(to, 2 * ADVICE.input)),
        )


def note_load(transcript: Transcript, there: ModelSpec, warm: int) -> Load:
    """What a note to `there` would be about, where `warm` tokens of the conversation are in the writer's cache."""
    kept = transcript.aside(left_by_note(transcript, there, "-")).estimate()
    return Load(whole=transcript.estimate(), kept=kept, warm=warm)


def used(calls: Sequence[Spent]) -> tuple[Used, ...]:
    return tuple(Used(call.model, call.at, call.usage) for call in calls if not call.judge)
