"""What a new model is handed: the conversation or, where that is cheaper, a note of the old one; and its own tools."""

import time
from collections.abc import Callable, Generator

import msgspec

from droidlite.agent.attempts import Route
from droidlite.agent.budget import Budget
from droidlite.agent.compaction import FULL
from droidlite.agent.driver import Driver
from droidlite.agent.handoff import hand_over, tell_tools
from droidlite.agent.transcript import Transcript
from droidlite.app.weighing import note_load, used
from droidlite.events import Event
from droidlite.providers.losses import losses
from droidlite.routing.escalation import is_failover, switch_price
from droidlite.routing.handoff_cost import HandoffCost, handoff_cost
from droidlite.routing.warmth import warm_tokens
from droidlite.types import Endpoint, ModelSpec, Switch


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
            reached = not is_failover(switch)
            if reached and self._takes_note(cost, transcript, route.spec, switch):
                noted = yield from hand_over(transcript, driver, route.spec)
                told.append(_told(cost, switch.from_model, noted=noted))
                price = self._price(cost, transcript, route.spec) if noted and cost else price
            endpoint = self._endpoint_of(route.spec)
            told += losses(transcript.messages, route.spec, endpoint.protocol, endpoint.name)
        finally:  # an interruption does not take the switch back
            self._outfit(route, transcript)
            tell_tools(transcript, tools)
        return msgspec.structs.replace(switch, price_usd=price, reasons=tuple(told))

    def _takes_note(self, cost: HandoffCost | None, transcript: Transcript, to: ModelSpec, switch: Switch) -> bool:
        """As the switch was weighed; where nobody weighed it, by the dollars alone."""
        fits = transcript.estimate() <= FULL * to.context
        pays = cost is not None and (switch.gate["handoff_usd"] > 0 if switch.gate else cost.note_pays)
        return not fits or (pays and cost is not None and cost.writing_usd < self._budget.left_usd)

    def _cost(self, transcript: Transcript, here: ModelSpec, there: ModelSpec) -> HandoffCost | None:
        calls, context = used(self._budget.calls), transcript.estimate()
        warm = warm_tokens(calls, here.id, here.provider, context=context, now=self._clock())
        return handoff_cost(self._budget.prices.cost, here, there, note_load(transcript, there, warm))

    def _price(self, cost: HandoffCost, transcript: Transcript, to: ModelSpec) -> float:
        reading = switch_price(self._budget.prices.cost, to, transcript.estimate())
        return cost.writing_usd + (reading or 0.0)


def _told(cost: HandoffCost | None, old: str, *, noted: bool) -> str:
    if not noted:
        return f"{old} left no note, so the whole conversation goes over"
    if cost is None:
        return f"{old} left a note in place of the conversation"
    return f"{old} left a note: ${cost.note_usd:.2f} in place of ${cost.whole_usd:.2f} for the whole conversation"
