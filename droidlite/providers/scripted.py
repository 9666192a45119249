"""A provider whose replies come from a file: it drives the true program end to end, and says so wherever it is shown.

The endpoint's `base_url` is the path of a JSON Lines script. Each line is one reply, in order:

    {"text": "Done."}
    {"thought": "Read first.", "calls": [{"name": "read", "arguments": {"file_path": "a.py"}}]}
    {"calls": [{"name": "shell", "arguments": "{not json"}], "usage": {"input": 900, "output": 20}}
    {"faults": ["overloaded", "stalled"], "text": "Recovered."}
    {"text": "cut he", "stop": "length"}
    {"text": "slowly", "chunks": 3}

text       the visible answer ("")
thought    visible thinking, streamed before it ("")
calls      tool calls; `arguments` is an object, or a string sent exactly as it is (to test invalid JSON)
usage      token counts {input, output, cache_read, cache_write}; left out: estimated, four bytes a token, where
           everything the request before said is counted as read from the cache
stop       "end", "calls" or "length"; left out: what the reply is
faults     names of errors.Fault: so many attempts fail with them, in order, before the reply is given
chunks     into how many pieces the text is cut (1)

Blank lines and lines that begin with // are skipped. The first request picks the line: as many lines are skipped as
replies of the endpoint's own models are in the conversation, so that a resumed session goes on where it was; from there
each reply uses the next line, whatever compaction does to the conversation. After the last line the answer is OVER.

Two endpoints with a script each, whose `models` name models of the catalog, stand for these models: the router chooses
between them by evidence and prices, and one that takes over begins with its own first line.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from droidlite.cancellation import Cancellation
from droidlite.errors import Fault, Interrupted, UsageError
from droidlite.providers.faults import Faults
from droidlite.types import (
    Assistant,
    Call,
    CallAnnounced,
    Delta,
    Endpoint,
    Message,
    ModelSpec,
    Request,
    Stop,
    Text,
    Thought,
    Usage,
)

OVER = "The script has ended."
BYTES_PER_TOKEN = 4

_STATUSES: dict[Fault, int] = {
    "auth": 401, "context": 400, "invalid": 400, "model": 404, "overloaded": 529, "quota": 402, "rate_limit": 429,
    "server": 500,
}  # fmt: skip
"""What services answer with; the other faults come when an answer has begun, or with none."""


class ScriptedCall(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)


class ScriptedReply(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of a script."""

    text: str = ""
    thought: str = ""
    calls: tuple[ScriptedCall, ...] = ()
    usage: Usage | None = None
    stop: Stop | None = None
    faults: tuple[Fault, ...] = ()
    chunks: int = 1


class Scripted:
    """Answers from a script, read when the provider is made. Raises UsageError naming file and line."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.replies = read_script(Path(endpoint.base_url))
        self._next: int | None = None
        self._failed = 0
        self._before: list[bytes] = []

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        """See types.Provider."""
        if cancellation.cancelled:
            raise Interrupted
        if self._next is None:
            self._next = sum(isinstance(message, Assistant) and self._is_own(message) for message in request.messages)
        index = self._next
        reply = self.replies[index] if index < len(self.replies) else ScriptedReply(text=OVER)
        if self._failed < len(reply.faults):
            self._failed += 1
            fault = reply.faults[self._failed - 1]
            raise Faults(self.endpoint, spec.id).make(fault, "as the script says", status=_STATUSES.get(fault, 0))
        calls = () if request.final else tuple(_call(index, n, call) for n, call in enumerate(reply.calls))
        for delta in _deltas(reply, calls):
            if cancellation.cancelled:
                raise Interrupted
            yield delta
        self._next, self._failed = index + 1, 0
        stop = reply.stop or ("calls" if calls else "end")
        usage = self._usage(reply, request)
        yield Assistant(reply.text, () if stop == "length" else calls, stop, spec.id, usage)

    def _is_own(self, message: Assistant) -> bool:
        """Whether a reply is of this endpoint's models; where it names none, or the reply is nobody's, it is."""
        globs = self.endpoint.models
        return not (globs and message.model) or any(fnmatchcase(message.model, glob) for glob in globs)

    def _usage(self, reply: ScriptedReply, request: Request) -> Usage:
        """Counts from the script, or an estimate that is the same on every machine."""
        said = [_encoded((request.system, request.tools)), *map(_encoded, request.messages)]
        shared = 0
        for now, before in zip(said, self._before, strict=False):
            if now != before:
                break
            shared += len(now)
        self._before = said
        if reply.usage is not None:
            return reply.usage
        read = shared // BYTES_PER_TOKEN
        whole = sum(map(len, said)) // BYTES_PER_TOKEN
        written = len(reply.text) + len(reply.thought) + len(_encoded(reply.calls))
        return Usage(input=whole - read, output=max(1, written // BYTES_PER_TOKEN), cache_read=read)


def read_script(path: Path) -> tuple[ScriptedReply, ...]:
    """The replies of a script. Raises UsageError naming the file and, where there is one, the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"The script {path} cannot be read: {reason}.") from error
    replies = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        try:
            reply = msgspec.json.decode(line, type=ScriptedReply)
        except msgspec.DecodeError as error:
            raise UsageError(f"{path}:{number}: not a scripted reply: {error}.") from error
        if not (reply.text or reply.calls or reply.faults):
            raise UsageError(f"{path}:{number}: not a scripted reply: it needs text, calls or faults.")
        replies.append(reply)
    return tuple(replies)


def _call(index: int, position: int, call: ScriptedCall) -> Call:
    raw = call.arguments if isinstance(call.arguments, str) else msgspec.json.encode(call.arguments).decode()
    return Call(f"call_{index + 1}_{position + 1}", call.name, raw)


def _deltas(reply: ScriptedReply, calls: tuple[Call, ...]) -> Iterator[Delta]:
    if reply.thought:
        yield Thought(reply.thought)
    size = max(1, -(-len(reply.text) // max(1, reply.chunks)))
    for start in range(0, len(reply.text), size):
        yield Text(reply.text[start : start + size])
    for call in calls:
        yield CallAnnounced(call.name)


def _encoded(value: Message | object) -> bytes:
    return msgspec.json.encode(value)
