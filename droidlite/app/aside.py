"""One call beside the conversation (judge, reviewer, adviser): on the same ledger, with no tools and no history."""

from collections.abc import Generator
from contextlib import closing
from typing import NamedTuple, TypeVar

from droidlite.agent.attempts import Line, Route, Trying, persist, same_model
from droidlite.agent.budget import Budget, Reservation
from droidlite.agent.transcript import upper_bytes
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError
from droidlite.events import Event
from droidlite.types import Assistant, Request

Answer = TypeVar("Answer")


class Aside(NamedTuple):
    """An answer and its cost in USD (None = not known)."""

    text: str
    cost_usd: float | None


def ask_aside(
    route: Route, budget: Budget, request: Request, cancellation: Cancellation
) -> Generator[Event, None, Aside]:
    """What the model answers, by whichever way to it is open, booked as no part of the work; the events tell of failed
    attempts and waits. Raises DroidliteError (CapReached before anything is sent)."""
    most = len(request.system.encode()) + sum(upper_bytes(message) for message in request.messages) + 1_000

    def ask(route: Route) -> Generator[Event, None, Aside]:
        reservation = yield from budget.reserving(route.spec, most, request.max_output)
        return _ask(route, budget, request, cancellation, reservation)

    line = Line(same_model(route.failover), cancellation, budget.journal)
    return (yield from persist(line, Trying(route=route, most=most), ask))


def unseen(asked: Generator[Event, None, Answer]) -> Answer:
    """What is answered, where nobody looks at what happens meanwhile. Raises what asking raises."""
    while True:
        try:
            next(asked)
        except StopIteration as ended:
            answer: Answer = ended.value
            return answer


def _ask(route: Route, budget: Budget, request: Request, cancellation: Cancellation, reservation: Reservation) -> Aside:
    usage, billed, text = None, True, ""
    try:
        with closing(route.provider.stream(route.spec, request, cancellation)) as stream:  # type: ignore[type-var]
            for item in stream:
                if isinstance(item, Assistant):
                    usage, text = item.usage, item.text
    except DroidliteError as error:
        billed = getattr(error, "billed", True)
        raise
    finally:
        cost = budget.settle(
            reservation,
            route.spec,
            usage,
            billed=billed,
            judge=True,
            scripted=route.scripted,
            endpoint=route.endpoint,
        )
    return Aside(text.strip(), cost)
