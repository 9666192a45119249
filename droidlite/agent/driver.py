"""Which model answers next, and through what: one reply out of as many attempts as failover allows."""

import time
from collections.abc import Callable, Generator

from msgspec import Struct

from droidlite.agent.budget import Budget, Reservation
from droidlite.agent.transcript import Transcript
from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.events import (
    AttemptFailed,
    CallAnnounced,
    Event,
    ModelSwitched,
    ReplyFinished,
    SwitchAnnounced,
    TextAdded,
    ThoughtAdded,
)
from droidlite.session.records import Switched
from droidlite.types import Assistant, Delta, Effort, ModelSpec, Provider, Switch, Text, Thought

MAX_OUTPUT = 32_000
"""Tokens asked for at most: a larger allowance only counts against rate limits before anything is written."""


class Route(Struct, frozen=True):
    """A model and the endpoint it is reached through."""

    spec: ModelSpec
    provider: Provider
    endpoint: str


class Retry(Struct, frozen=True):
    """Try again after `wait_seconds`, on `route` where another one is meant."""

    wait_seconds: float
    route: Route | None = None


Failover = Callable[[ProviderError, int, float], Retry | None]
"""(error, attempt from 1, seconds since the first) -> what to do next; None gives up."""
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
        started, attempt = time.monotonic(), 0
        while True:
            attempt += 1
            reservation = self._reserve(transcript, closing, max_output)
            try:
                return (yield from self._attempt(transcript, reservation, final))
            except ProviderError as error:
                retry = self.failover(error, attempt, time.monotonic() - started)
                if retry is None:
                    raise
                yield AttemptFailed(
                    fault=error.fault, message=str(error), attempt=attempt, wait_seconds=retry.wait_seconds
                )
                if self.cancellation.wait(retry.wait_seconds):
                    raise Interrupted from error
                self.route = retry.route or self.route

    def _switch(self, transcript: Transcript, route: Route, switch: Switch) -> Generator[Event, None, None]:
        yield SwitchAnnounced(switch)
        try:
            switch = yield from self.hand_over(transcript, self, route, switch)
        finally:  # also where a note was interrupted: whoever escalated has counted it
            self.route = route
            self.switches.append(switch)
            transcript.journal.append(Switched(switch=switch))
        yield ModelSwitched(switch)

    def _reserve(self, transcript: Transcript, closing: bool, max_output: int) -> Reservation:
        spec = self.route.spec
        room = max(spec.context - transcript.estimate(), 256)
        wanted = min(max_output, spec.max_output, room)
        return self.budget.reserve(spec, transcript.upper_bound(spec), wanted, closing=closing)

    def _attempt(
        self, transcript: Transcript, reservation: Reservation, final: bool
    ) -> Generator[Event, None, tuple[Assistant, float | None]]:
        spec = self.route.spec
        request = transcript.request(max_output=reservation.max_output, effort=self._effort(), final=final)
        reply: Assistant | None = None
        usage, sent, started, written = None, True, time.monotonic(), 0
        try:
            for item in self.route.provider.stream(spec, request, self.cancellation):
                if isinstance(item, Assistant):
                    reply, usage = item, item.usage
                else:
                    written += len(item.text) if isinstance(item, Text | Thought) else 0
                    yield as_event(item)
        except ProviderError as error:
            sent = error.billed
            raise
        finally:
            self.seconds += time.monotonic() - started
            guess = transcript.guess(spec, written) if usage is None else None
            cost = self.budget.settle(reservation, spec, usage, sent=sent, guess=guess)
        if reply is None:
            raise ProviderError(f"{self.route.endpoint} ended without a reply.", fault="incomplete", retry="same")
        self.replies += not final
        reply = transcript.hear(reply, cost)  # before anyone is told: what was shown must survive a kill
        yield ReplyFinished(
            text=reply.text,
            model=spec.id,
            usage=usage,
            cost_usd=cost,
            context_tokens=(usage.input + usage.cache_read + usage.cache_write + usage.output) if usage else 0,
        )
        return reply, cost

    def _effort(self) -> Effort:
        return self.effort if self.effort in self.route.spec.efforts else ""


def as_event(delta: Delta) -> Event:
    match delta:
        case Text(text=text):
            return TextAdded(text)
        case Thought(text=text):
            return ThoughtAdded(text)
        case _:
            return CallAnnounced(delta.name)
