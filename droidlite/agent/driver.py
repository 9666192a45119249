"""Which model answers next, and through what: one reply out of as many attempts as failover allows."""

import time
from collections.abc import Callable, Generator
from functools import partial

from droidlite.agent.attempts import Failover, Line, Retry, Route, Trying, persist
from droidlite.agent.budget import Budget, Reservation
from droidlite.agent.transcript import Transcript
from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.events import (
    CallAnnounced,
    Event,
    ModelSwitched,
    ReplyFinished,
    SwitchAnnounced,
    TextAdded,
    ThoughtAdded,
)
from droidlite.session.records import Switched
from droidlite.types import Assistant, Delta, Effort, ModelSpec, Switch, Text, Thought

MAX_OUTPUT = 32_000
"""Tokens asked for at most: a larger allowance only counts against rate limits before anything is written."""


Escalate = Callable[[Transcript], Generator[Event, None, tuple[Route, Switch] | None]]
"""Looks at the conversation before each call, and may speak in it; a route and its price where the model should
change."""
HandOver = Callable[[Transcript, "Driver", Route, Switch], Generator[Event, None, Switch]]
"""Readies the conversation for the model of a route that takes over; the switch as it was carried out."""


def as_it_is(transcript: Transcript, driver: "Driver", route: Route, switch: Switch) -> Generator[Event, None, Switch]:
    """The whole conversation goes over."""
    yield from ()
    return switch


def never_escalate(transcript: Transcript) -> Generator[Event, None, tuple[Route, Switch] | None]:
    """The model chosen at the start stays."""
    yield from ()
    return None


class Driver:
    """Holds the route of a session; `seconds` is the time spent inside model calls, `replies` how many
    came whole (summaries apart), `switches` the changes of model so far."""

    def __init__(
        self,
        route: Route,
        budget: Budget,
        cancellation: Cancellation,
        *,
        failover: Failover,
        escalate: Escalate = never_escalate,
        hand_over: HandOver = as_it_is,
        effort: Effort = "",
    ) -> None:
        self.route, self.budget, self.cancellation = route, budget, cancellation
        self.failover, self.escalate, self.hand_over, self.effort = failover, escalate, hand_over, effort
        self.seconds, self.replies = 0.0, 0
        self.switches: list[Switch] = []

    def complete(
        self, transcript: Transcript, *, final: bool = False, closing: bool = False, max_output: int = MAX_OUTPUT
    ) -> Generator[Event, None, tuple[Assistant, float | None]]:
        """One whole reply and its cost in USD (None = not known); events as they come. `final` forbids calls, and the
        model stays; `closing` also spends what the budget keeps back for the closing summary.

        Raises CapReached before anything is sent, ProviderError when failover gives up, Interrupted."""
        if not final and (found := (yield from self.escalate(transcript))) is not None:
            yield from self._switch(transcript, *found)

        def ask(route: Route) -> Generator[Event, None, tuple[Assistant, float | None]]:
            reservation = yield from self._reserve(route.spec, transcript, closing, max_output)
            return (yield from self._attempt(route, transcript, reservation, final))

        trying = Trying(
            route=self.route,
            tokens=transcript.estimate(),
            most=transcript.size,
            aside=final,
        )
        line = Line(self.failover, self.cancellation, transcript.journal)
        return (yield from persist(line, trying, ask, partial(self._move, transcript)))

    def _move(self, transcript: Transcript, retry: Retry) -> Generator[Event, None, None]:
        """Another way is the session's from here on; another model only where it takes over."""
        assert retry.route is not None
        if retry.switch is not None:
            yield from self._switch(transcript, retry.route, retry.switch)
        elif retry.route.spec.id == self.route.spec.id:
            self.route = retry.route

    def _switch(self, transcript: Transcript, route: Route, switch: Switch) -> Generator[Event, None, None]:
        yield SwitchAnnounced(switch)
        try:
            switch = yield from self.hand_over(transcript, self, route, switch)
        finally:  # also where a note was interrupted: whoever escalated has counted it
            self.route = route
            self.switches.append(switch)
            transcript.journal.append(Switched(switch=switch, at=time.time()))
        yield ModelSwitched(switch)

    def _reserve(
        self, spec: ModelSpec, transcript: Transcript, closing: bool, max_output: int
    ) -> Generator[Event, None, Reservation]:
        room = max(spec.context - transcript.estimate(), 256)
        wanted = min(max_output, spec.max_output, room)
        return self.budget.reserving(spec, transcript.upper_bound(spec), wanted, closing=closing)

    def _attempt(
        self, route: Route, transcript: Transcript, reservation: Reservation, final: bool
    ) -> Generator[Event, None, tuple[Assistant, float | None]]:
        spec = route.spec
        effort = self.effort if self.effort in spec.efforts else ""
        request = transcript.request(max_output=reservation.max_output, effort=effort, final=final)
        reply: Assistant | None = None
        usage, billed, started, written = None, True, time.monotonic(), 0
        try:
            for item in route.provider.stream(spec, request, self.cancellation):
                if isinstance(item, Assistant):
                    reply, usage = item, item.usage
                else:
                    written += len(item.text) if isinstance(item, Text | Thought) else 0
                    yield as_event(item)
        except ProviderError as error:
            billed = error.billed or written > 0
            raise
        finally:
            self.seconds += time.monotonic() - started
            guess = transcript.guess(spec, written) if usage is None else None
            cost = self.budget.settle(
                reservation, spec, usage, billed=billed, guess=guess, scripted=route.scripted, endpoint=route.endpoint
            )
        if reply is None:
            raise ProviderError(f"{route.endpoint} ended without a reply.", fault="incomplete", retry="same")
        self.replies += not final
        reply = transcript.hear(reply, cost)  # before anyone is told: what was shown must survive a kill
        yield ReplyFinished(
            text=reply.text,
            model=spec.id,
            usage=usage,
            cost_usd=cost,
            scripted=route.scripted,
            context_tokens=(usage.input + usage.cache_read + usage.cache_write + usage.output) if usage else 0,
        )
        return reply, cost


def as_event(delta: Delta) -> Event:
    match delta:
        case Text(text=text):
            return TextAdded(text)
        case Thought(text=text):
            return ThoughtAdded(text)
        case _:
            return CallAnnounced(delta.name)
