"""What a new model is handed: the conversation or, where that is cheaper, a note of the old one; and its own tools."""

import time
from collections.abc import Callable, Generator

import msgspec

from droidlite.agent.budget import Budget
from droidlite.agent.compaction import FULL
from droidlite.agent.driver import Driver, Route
from droidlite.agent.handoff import hand_over, left_by_note, tell_tools
from droidlite.agent.transcript import Transcript
from droidlite.events import Event
from droidlite.providers.losses import losses
from droidlite.routing.escalation import switch_price
from droidlite.routing.handoff_cost import HandoffCost, Load, handoff_cost
from droidlite.types import Endpoint, ModelSpec, Switch

WARM_SECONDS = 300.0
"""How long every service keeps a prompt in its cache after its last use (Anthropic's default, the shortest)."""


class HandingOver:
    """Carries out a switch. `endpoint_of` gives the way to a model; `outfit` gives it its own tools."""

    def __init__(
        self,
        budget: Budget,
        endpoint_of: Callable[[ModelSpec], Endpoint],
        outfit: Callable[[Route, Transcript], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._budget, self._endpoint_of, self._outfit, self._clock = budget, endpoint_of, outfit, clock

    def __call__(
        self, transcript: Transcript, driver: Driver, route: Route, switch: Switch
    ) -> Generator[Event, None, Switch]:
        """The switch as it was carried out: what it costs, and all that is to be told about it."""
        tools, told = transcript.tools, list(switch.reasons)
        price = switch.price_usd
        try:
            cost = self._cost(transcript, driver.route.spec, route.spec)
            if self._takes_note(cost, transcript, route.spec):
                noted = yield from hand_over(transcript, driver, route.spec)
                told.append(_told(cost, switch.from_model, noted=noted))
                price = self._price(cost, transcript, route.spec) if noted and cost else price
            endpoint = self._endpoint_of(route.spec)
            told += losses(transcript.messages, route.spec, endpoint.protocol, endpoint.name)
        finally:  # an interruption does not take the switch back
            self._outfit(route, transcript)
            tell_tools(transcript, tools)
        return msgspec.structs.replace(switch, price_usd=price, reasons=tuple(told))

    def _takes_note(self, cost: HandoffCost | None, transcript: Transcript, to: ModelSpec) -> bool:
        fits = transcript.estimate() <= FULL * to.context
        return not fits or (cost is not None and cost.note_pays and cost.writing_usd < self._budget.left_usd)

    def _cost(self, transcript: Transcript, here: ModelSpec, there: ModelSpec) -> HandoffCost | None:
        kept = transcript.aside(left_by_note(transcript, there, "-")).estimate()
        load = Load(whole=transcript.estimate(), kept=kept, warm=self._warm(transcript, here))
        return handoff_cost(self._budget.prices.cost, here, there, load)

    def _warm(self, transcript: Transcript, here: ModelSpec) -> int:
        last = next((call for call in reversed(self._budget.calls) if call.model == here.id), None)
        recent = last is not None and self._clock() - last.at < WARM_SECONDS
        return transcript.guess(here, 0).cache_read if recent else 0

    def _price(self, cost: HandoffCost, transcript: Transcript, to: ModelSpec) -> float:
        reading = switch_price(self._budget.prices.cost, to, transcript.estimate())
        return cost.writing_usd + (reading or 0.0)


def _told(cost: HandoffCost | None, old: str, *, noted: bool) -> str:
    if not noted:
        return f"{old} left no note, so the whole conversation goes over"
    if cost is None:
        return f"{old} left a note in place of the conversation"
    return f"{old} left a note: ${cost.note_usd:.2f} in place of ${cost.whole_usd:.2f} for the whole conversation"
