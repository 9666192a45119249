"""What the loopback server is told to say, and what it remembers of being asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

PATHS = {
    "/v1/messages": "anthropic",
    "/v1/responses": "openai-responses",
    "/v1/chat/completions": "openai-chat",
}
FAULTS = (
    "status",  # answer `status` with `headers` and `body`
    "overloaded",  # an error event after half the stream, HTTP 200
    "error",  # any other error event, `body` is the error object
    "reset",  # TCP RST in the middle of the stream
    "reset_late",  # TCP RST in place of the terminal event: all calls were sent whole
    "reset_first",  # TCP RST before any header
    "cut",  # a chunk announced longer than what is sent, then the end
    "eof",  # a clean end without the terminal event
    "html",  # 200 with a web page
    "json",  # 200 with a JSON object that is no stream
    "broken",  # an event that is not JSON
    "stall",  # silence after half the stream, until the client goes away
    "stall_first",  # silence before any header
    "pings",  # nothing but pings after half the stream
    "truncated",  # tool arguments cut by the output limit
    "empty",  # a complete stream that says nothing
    "thinking",  # a complete stream that only thinks
    "no_done",  # (chat) the stream ends without [DONE]
)


@dataclass(frozen=True)
class Asked:
    """A tool call in a reply; `arguments` is an object or raw text; `id` "" means one made up from its place."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Said:
    """One reply. `usage` holds input, output, cache_read, cache_write; None counts bytes/4. `split` > 0 sends the body
    in pieces of that many bytes; `delay` is seconds between events, `pieces` how many events the text takes. `shape`
    names a quirk of chat servers: "no_usage", "no_ids", "same_index", "stop_with_calls", "object_arguments"."""

    text: str = ""
    thought: str = ""
    calls: tuple[Asked, ...] = ()
    usage: dict[str, int] | None = None
    stop: str = ""
    fault: str = ""
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    split: int = 0
    delay: float = 0.0
    pieces: int = 4
    shape: str = ""


class Framing(NamedTuple):
    """How events go over the wire: the content type, and the bytes that each server-sent event becomes."""

    content_type: str
    frame: Callable[[bytes], bytes]


SSE = Framing("text/event-stream; charset=utf-8", bytes)


@dataclass
class Seen:
    """One request as it arrived. `at` is time.monotonic()."""

    path: str
    dialect: str
    headers: dict[str, str]
    raw: bytes
    json: Any
    at: float
