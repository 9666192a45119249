"""The one retry layer: a request is sent, waited for, moved and sent again as failover says, and each failure told."""

import time
from collections.abc import Callable, Generator
from typing import TypeVar

from msgspec import Struct, structs

from droidlite.agent.transcript import Journaled
from droidlite.cancellation import Cancellation
from droidlite.errors import Fault, Interrupted, ProviderError
from droidlite.events import AttemptFailed, Event, Warned
from droidlite.session.records import AttemptFailed as AttemptFailedRecord
from droidlite.types import ModelSpec, Provider, Switch

WORTH_TELLING_SECONDS = 1.0
"""A person is told of a wait before anything is sent from here on."""
Reply = TypeVar("Reply")


def give_up(trying: "Trying") -> "Retry | None":
    """One attempt."""
    return None


class Route(Struct, frozen=True):
    """A model and the way it is reached: `endpoint` is the endpoint's name, and which of its keys where it has several.
    `failover` is where a question beside the conversation goes on when it fails here. `scripted`: a script answers in
    the model's place."""

    spec: ModelSpec
    provider: Provider
    endpoint: str
    failover: "Failover" = give_up
    scripted: bool = False


class Trying(Struct, frozen=True, kw_only=True):
    """One request on its way: the `error` of its newest attempt (None: nothing was sent yet), how many there were, what
    came of them and by which ways, and seconds since the first failure. `tokens` is the conversation's size, `most`
    what it cannot exceed. aside: another model may answer, but does not take over; bound: none may."""

    route: Route
    error: ProviderError | None = None
    attempt: int = 0
    faults: tuple[Fault, ...] = ()
    been: tuple[str, ...] = ()
    elapsed: float = 0.0
    tokens: int = 0
    most: int = 0
    aside: bool = False
    bound: bool = False


class Retry(Struct, frozen=True):
    """Send it after `wait_seconds`, on `route` where another one is meant; `switch` where another model takes over."""

    wait_seconds: float
    route: Route | None = None
    switch: Switch | None = None


Failover = Callable[[Trying], Retry | None]
"""What to do with a request. None: before the first attempt, send it; after one, give up. Raises ProviderError where
not even the first attempt can be made."""
Ask = Callable[[Route], Generator[Event, None, Reply]]
Move = Callable[[Retry], Generator[Event, None, None]]


class Line(Struct, frozen=True):
    """What the requests of a session share."""

    failover: Failover
    cancellation: Cancellation
    journal: Journaled
    clock: Callable[[], float] = time.monotonic


def stay(retry: Retry) -> Generator[Event, None, None]:
    """Nothing follows from the move."""
    yield from ()


def same_model(failover: Failover) -> Failover:
    """The same, for a request that no other model may answer."""
    return lambda trying: failover(structs.replace(trying, bound=True))


def persist(line: Line, trying: Trying, ask: Ask[Reply], move: Move = stay) -> Generator[Event, None, Reply]:
    """What `ask` comes to on the first route where it comes to anything. `move` is told of each change of route.

    Raises ProviderError when failover gives up, Interrupted, and what `ask` raises else."""
    trying = yield from _admitted(line, trying, move)
    since: float | None = None
    while True:
        try:
            return (yield from ask(trying.route))
        except ProviderError as error:
            now = line.clock()
            since = now if since is None else since
            trying = structs.replace(
                trying,
                error=error,
                attempt=trying.attempt + 1,
                faults=(*trying.faults, error.fault),
                been=(*trying.been, trying.route.endpoint),
                elapsed=now - since,
            )
            retry = line.failover(trying)
            yield from _told(line, trying, error, retry)
            if retry is None:
                raise
            if line.cancellation.wait(retry.wait_seconds):
                raise Interrupted from error
            trying = yield from _moved(trying, retry, move)


def _admitted(line: Line, trying: Trying, move: Move) -> Generator[Event, None, Trying]:
    """Before anything is sent: the way may be closed, or a better one open again."""
    began = line.clock()
    while (retry := line.failover(trying)) is not None:
        trying = yield from _moved(trying, retry, move)
        if retry.wait_seconds <= 0:
            break
        if retry.wait_seconds >= WORTH_TELLING_SECONDS:
            yield Warned(f"{trying.route.endpoint} takes no requests for {retry.wait_seconds:.0f} s; waiting.")
        if line.cancellation.wait(retry.wait_seconds):
            raise Interrupted
        trying = structs.replace(trying, elapsed=line.clock() - began)
    return structs.replace(trying, elapsed=0.0)


def _moved(trying: Trying, retry: Retry, move: Move) -> Generator[Event, None, Trying]:
    if retry.route is None:
        return trying
    yield from move(retry)
    return structs.replace(trying, route=retry.route)


def _told(line: Line, trying: Trying, error: ProviderError, retry: Retry | None) -> Generator[Event, None, None]:
    """Journal first, then the outside; that it is given up is told by the error itself."""
    to = retry.route if retry is not None else None
    record = AttemptFailedRecord(
        model=trying.route.spec.id,
        endpoint=trying.route.endpoint,
        fault=error.fault,
        attempt=trying.attempt,
        at=time.time(),
        wait_seconds=retry.wait_seconds if retry is not None else None,
        to=to.endpoint if to is not None else "",
    )
    line.journal.append(record)
    if retry is not None:
        yield AttemptFailed(
            fault=error.fault,
            message=str(error),
            attempt=trying.attempt,
            wait_seconds=retry.wait_seconds,
            endpoint=trying.route.endpoint,
            to=record.to,
        )
