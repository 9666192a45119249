"""Sends one request to one endpoint and hands back its events: guarded against stalls, cuttable, never retried."""

import queue
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers.faults import WEB_PAGE, BadStatus, Faults
from droidlite.providers.lane import Heard, Lane, read_body
from droidlite.providers.reaching import NOWHERE, Reached
from droidlite.providers.sse import ServerEvent, decode_events
from droidlite.types import Assistant, Delta, Endpoint

if TYPE_CHECKING:
    import httpx2

PATIENCE_SECONDS = 600.0
"""What a server on this machine may need to read a long prompt on the CPU before its first word."""
DRAIN_SECONDS = 0.2
"""How long a finished reply waits for the last bytes of its body, so that the next request finds the connection."""

PYTHON_FAULTS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Ended:
    """The body is over: cleanly, or with `error`, which came when the request had got as far as `reached`."""

    def __init__(self, error: BaseException | None, reached: Reached) -> None:
        self.error, self.reached = error, reached


Item = ServerEvent | Ended | None
Send = Callable[[Any], "httpx2.Response"]
Decode = Callable[[Any, "httpx2.Response"], Iterator[ServerEvent]]


def decode_response(client: Any, response: "httpx2.Response") -> Iterator[ServerEvent]:
    return decode_events(response.iter_bytes())


class Reply(Protocol):
    """What a protocol makes of the events of one response."""

    complete: bool
    """The terminal event was seen."""

    def add(self, event: ServerEvent) -> Iterator[Delta]:
        """Takes one event in; raises ProviderError for one that tells of a failure or is not of the protocol."""
        ...

    def progressed(self, event: ServerEvent) -> bool:
        """False for an event that only says the service is still there."""
        ...

    def finish(self) -> Assistant:
        """The whole reply; raises ProviderError where it is not whole or not one."""
        ...


class Channel:
    """The way to one endpoint. Keeps idle connections; a connection that failed or was cut is never used again.

    `stall` is the longest time in seconds without progress, `patience` the same before the first event (0: as long).
    `build(http)` makes the SDK's client. `heard` is given the headers of each answer; whoever made the channel sets it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        build: "Callable[[httpx2.Client], Any]",
        *,
        base_url: str,
        stall: float,
        patience: float = 0.0,
        decode: Decode | None = None,
    ) -> None:
        self.endpoint, self.stall, self.patience = endpoint, stall, patience or stall
        self._build, self._base_url, self._decode = build, base_url, decode or decode_response
        self.heard: Heard = lambda headers: None
        self._idle: list[Lane] = []
        weakref.finalize(self, _close_all, self._idle).atexit = False

    def close(self) -> None:
        """Closes the idle connections."""
        _close_all(self._idle)

    def stream(
        self, path: str, body: dict[str, Any], reply: Reply, faults: Faults, cancellation: Cancellation
    ) -> Iterator[Delta | Assistant]:
        """Sends `body` to `path` once and yields what `reply` makes of the answer. Raises ProviderError, or Interrupted
        when cancelled."""

        def send(client: Any) -> "httpx2.Response":
            import httpx2

            response: httpx2.Response = client.post(path, body=body, cast_to=httpx2.Response, stream=True)
            return response

        with closing(self._events(send, reply, faults, cancellation)) as events:
            for event in events:
                yield from reply.add(event)
                if reply.complete:
                    break
        yield reply.finish()

    def _events(
        self, send: Send, reply: Reply, faults: Faults, cancellation: Cancellation
    ) -> Generator[ServerEvent, None, None]:
        """The events of one response to its clean end; the caller may stop earlier.

        `send(client)` runs in a thread of its own, so that a silent socket, a slow name lookup and a cancellation all
        end here at once.
        """
        if cancellation.cancelled:
            raise Interrupted
        items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        lane = self._take(faults)
        reader = threading.Thread(
            target=self._read, args=(lane, send, faults, items), name=f"reply of {self.endpoint.name}", daemon=True
        )

        def stop() -> None:
            lane.cut()
            items.put(None)

        forget = cancellation.on_cancel(stop)
        reader.start()
        try:
            yield from self._follow(lane, items, reply, faults, cancellation)
        finally:
            forget()
            if reply.complete:
                reader.join(DRAIN_SECONDS)
            if reader.is_alive():
                lane.cut()

    def _follow(
        self,
        lane: Lane,
        items: "queue.SimpleQueue[Item]",
        reply: Reply,
        faults: Faults,
        cancellation: Cancellation,
    ) -> Iterator[ServerEvent]:
        limit = self.patience
        deadline = time.monotonic() + limit
        while True:
            try:
                item = items.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise faults.stalled(limit, lane.reached) from None
            if cancellation.cancelled:
                raise Interrupted
            match item:
                case Ended(error=None):
                    return
                case Ended(error=error, reached=reached):
                    assert error is not None
                    raise faults.from_exception(error, reached) from error
                case ServerEvent():
                    if reply.progressed(item):
                        limit = self.stall
                        deadline = time.monotonic() + limit
                    yield item

    def _read(self, lane: Lane, send: Send, faults: Faults, items: "queue.SimpleQueue[Item]") -> None:
        """The reader thread: always ends with one Ended."""
        error: BaseException | None = RuntimeError("the reader died")
        lane.begin()
        try:
            response = send(lane.client)
            try:
                _check_type(response, faults)
                for event in self._decode(lane.client, response):
                    items.put(event)
            finally:
                response.close()
            error = None
        except _expected() as escaped:
            error = escaped
        finally:
            if error is None:
                self._idle.append(lane)
            else:
                lane.close()
            items.put(Ended(error, lane.reached))

    def _take(self, faults: Faults) -> Lane:
        while self._idle:
            try:
                lane = self._idle.pop()
            except IndexError:
                break  # another thread was faster
            if lane.usable:
                return lane
            lane.close()
        try:
            seconds = max(self.stall, self.patience) + 30.0
            return Lane(self._base_url, self._build, read_seconds=seconds, heard=lambda headers: self.heard(headers))
        except _expected() as error:
            raise faults.from_exception(error, NOWHERE) from error


def _check_type(response: "httpx2.Response", faults: Faults) -> None:
    """Refuses a web page or a plain object in place of a stream. Other types pass: some servers name none."""
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        body = _decoded(read_body(response))
        if isinstance(body, dict) and body.get("error"):
            raise faults.from_body(body, status=response.status_code)
        raise faults.make("malformed", "JSON where a stream was asked for", status=response.status_code)
    if kind in ("text/html", "application/xhtml+xml"):
        raise faults.make("malformed", status=response.status_code, sentence=WEB_PAGE)


def _decoded(content: bytes) -> object:
    import msgspec

    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return ""


def _expected() -> tuple[type[Exception], ...]:
    """All that may escape from a response: ours, Python's, and those of the SDK, the HTTP library and a cloud's own
    libraries, as far as they are loaded."""
    known = (getattr(sys.modules.get(module), name, None) for module, names in ROOTS.items() for name in names)
    found = [each for each in known if each is not None]
    return (ProviderError, BadStatus, *PYTHON_FAULTS, *found)


ROOTS = {
    "httpx2": ("HTTPError", "InvalidURL", "StreamError"),
    "httpcore2": ("NetworkError", "TimeoutException", "ProtocolError"),
    "anthropic._exceptions": ("AnthropicError",),
    "openai._exceptions": ("OpenAIError",),
    "botocore.exceptions": ("BotoCoreError",),
    "botocore.eventstream": ("ParserError",),
    "botocore.parsers": ("ResponseParserError",),
    "google.auth.exceptions": ("GoogleAuthError",),
}


def _close_all(lanes: list[Lane]) -> None:
    while lanes:
        lanes.pop().close()
