"""The conversation as it is sent and as it is journaled: one list of messages that only ever grows at its end."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from droidlite.secrecy import Redaction
from droidlite.session.records import CallFinished, Compacted, Listed, Record, Replied, Said
from droidlite.tool import Todo
from droidlite.types import (
    Assistant,
    Effort,
    Message,
    ModelSpec,
    Request,
    ToolResult,
    ToolResults,
    ToolSpec,
    Usage,
    User,
)

IMAGE_TOKENS = 10_000
"""Upper bound for one picture: above what any vendor documents for its largest tiling (2026-11)."""
MESSAGE_TOKENS = 32
"""Upper bound for the frame a service's chat template puts round one message."""
FRAME_TOKENS = 1_000
"""Upper bound for what a service adds once: Anthropic documents up to 804 tokens of system prompt for tools."""
BYTES_PER_TOKEN = 3.6
"""Estimate for code and English; only for showing and for compaction, never for the cap."""

_ENCODER = msgspec.json.Encoder()


class Journaled(Protocol):
    """Where records of a session are kept; session.journal.Journal, or a list in tests."""

    def append(self, record: Record) -> int: ...


class Transcript:
    """What one session's model calls are made of. `journal` needs append(record). `redaction` takes secrets out of all
    that is said and heard before it is kept or sent: what was journaled is byte for byte what the model is sent;
    `printed` out of what the host says, which holds outputs and files.

    Beside the messages it keeps what must outlive a compaction: `prompts`, what the person said, oldest first; `todos`,
    the model's list; `changed` tells the files changed so far, such as "a.py (modified)"."""

    def __init__(
        self,
        *,
        system: str,
        tools: tuple[ToolSpec, ...],
        journal: Journaled,
        messages: tuple[Message, ...] = (),
        cache_key: str = "",
        check: str = "",
        prompts: tuple[str, ...] = (),
        todos: tuple[Todo, ...] = (),
        changed: Callable[[], tuple[str, ...]] = lambda: (),
        redaction: Redaction | None = None,
        printed: Redaction | None = None,
    ) -> None:
        self._redaction = redaction or Redaction()
        self._printed = printed or self._redaction
        self.system, self.tools, self.journal = self._redaction.text(system), tools, journal
        self.cache_key, self.check = cache_key, check
        self.prompts, self.todos, self.changed = prompts, todos, changed
        self._fixed_bytes = len(system.encode()) + len(_ENCODER.encode(tools))
        self._messages: list[Message] = []
        self._upper: list[int] = []
        self._measured: tuple[str, int, int] | None = None
        self.restore(messages, prompts)

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    def say(self, user: User, *, host: bool = False, typed: str = "") -> None:
        """Adds a user message; `host` where not the person but droidlite itself says it, `typed` where it does so for a
        command of the person's."""
        user = (self._printed if host else self._redaction).value(user)
        self.journal.append(Said(user=user, host=host, typed=self._redaction.text(typed)))
        self._add(user)
        if not host:
            self.prompts = (*self.prompts, user.text)

    def list_todos(self, todos: tuple[Todo, ...]) -> None:
        """The model's list is this from now on."""
        self.journal.append(Listed(todos=todos))
        self.todos = todos

    def hear(self, reply: Assistant, cost_usd: float | None) -> Assistant:
        """Adds a whole reply and returns it as it is kept. Its usage measures everything before it, exactly, for this
        model. The service's own items are all or nothing: a signed one cannot be changed, so where one holds a secret
        the reply goes back as its text and calls alone."""
        heard: Assistant = self._redaction.value(reply)
        if heard.opaque != reply.opaque:
            heard = msgspec.structs.replace(heard, opaque=None)
        reply = heard
        self.journal.append(Replied(assistant=reply, cost_usd=cost_usd))
        if reply.usage is not None:
            usage = reply.usage
            self._measured = (reply.model, len(self._messages), usage.input + usage.cache_read + usage.cache_write)
        self._add(reply)
        return reply

    def finish_call(self, result: ToolResult) -> None:
        self.journal.append(CallFinished(result=result))

    def answer(self, results: ToolResults) -> None:
        """Adds the results of the newest reply; each was journaled by finish_call as it ended."""
        self._add(results)

    def replace(self, messages: tuple[Message, ...], *, before_tokens: int) -> int:
        """Puts a compacted conversation in place of the old one; returns its estimated tokens."""
        messages = self._redaction.value(messages)
        self.restore(messages, self.prompts)
        after = self.estimate()
        self.journal.append(Compacted(messages=messages, before_tokens=before_tokens, after_tokens=after))
        return after

    def restore(self, messages: tuple[Message, ...], prompts: tuple[str, ...]) -> None:
        """Goes back to an earlier conversation that the journal already tells of (a rewind)."""
        self._messages, self._upper, self._measured = [], [], None
        self.prompts = prompts
        for message in messages:
            self._add(message)

    def aside(self, messages: tuple[Message, ...]) -> "Transcript":
        """The same session asked about `messages`: what that costs is journaled, its words are no part of it."""
        other = Transcript(
            system=self.system,
            tools=self.tools,
            journal=_Unkept(self.journal),
            messages=messages,
            cache_key=self.cache_key,
        )
        if self._measured is not None and messages[: self._measured[1]] == self.messages[: self._measured[1]]:
            other._measured = self._measured
        return other

    def retool(self, tools: tuple[ToolSpec, ...]) -> None:
        """Other tools from here on (another model's); the cached prefix is lost with the switch anyway."""
        self.tools, self._measured = tools, None
        self._fixed_bytes = len(self.system.encode()) + len(_ENCODER.encode(tools))

    def request(self, *, max_output: int, effort: Effort, final: bool = False) -> Request:
        return Request(
            system=self.system,
            tools=self.tools,
            messages=self.messages,
            max_output=max_output,
            effort=effort,
            cache_key=self.cache_key,
            check=self.check,
            final=final,
        )

    def upper_bound(self, spec: ModelSpec) -> int:
        """Input tokens the next request cannot exceed: what the service measured for the unchanged prefix, plus one
        token for every byte since (a byte-level tokenizer never makes more tokens than bytes)."""
        start, tokens = 0, self._fixed_bytes + FRAME_TOKENS
        if self._measured is not None and self._measured[0] == spec.id:
            _, start, tokens = self._measured
        return tokens + sum(self._upper[start:])

    @property
    def fixed_bytes(self) -> int:
        """Bytes of each request that are no messages: the system prompt and the tools."""
        return self._fixed_bytes

    @property
    def size(self) -> int:
        """Bytes of the next request, pictures at a fixed bound."""
        return self._fixed_bytes + sum(self._upper)

    def estimate(self) -> int:
        """Input tokens the next request will probably have."""
        start, tokens = 0, int(self._fixed_bytes / BYTES_PER_TOKEN)
        if self._measured is not None:
            _, start, tokens = self._measured
        return tokens + int(sum(self._upper[start:]) / BYTES_PER_TOKEN)

    def weights(self) -> tuple[float, float, tuple[float, ...]]:
        """Tokens of the system prompt, the tools and each message, which together are what `estimate` says: of what
        the service has counted as a whole, each its share by bytes."""
        upper, measured = tuple(self._upper), self._measured
        start, tokens = (measured[1], float(measured[2])) if measured else (0, self._fixed_bytes / BYTES_PER_TOKEN)
        rate = tokens / max(self._fixed_bytes + sum(upper[:start]), 1)
        system = len(self.system.encode())
        each = (size * rate if place < start else size / BYTES_PER_TOKEN for place, size in enumerate(upper))
        return system * rate, (self._fixed_bytes - system) * rate, tuple(each)

    @property
    def counted(self) -> int:
        """How many of the tokens that `estimate` says a service has counted."""
        return self._measured[2] if self._measured is not None else 0

    def guess(self, spec: ModelSpec, written: int) -> Usage:
        """What a call that broke off after `written` characters probably used, for want of a report."""
        warm = self._measured[2] if self._measured is not None and self._measured[0] == spec.id else 0
        return Usage(input=max(self.estimate() - warm, 0), cache_read=warm, output=int(written / BYTES_PER_TOKEN))

    def _add(self, message: Message) -> None:
        self._messages.append(message)
        self._upper.append(upper_bytes(message))


class _Unkept:
    """Keeps what a side question costs, not what is said."""

    def __init__(self, journal: Journaled) -> None:
        self._journal = journal

    def append(self, record: Record) -> int:
        return 0 if isinstance(record, Replied) else self._journal.append(record)


def upper_bytes(message: Message) -> int:
    """Tokens one message cannot exceed: its bytes, with pictures at a fixed bound instead of their base64."""
    match message:
        case User(text=text, images=images):
            return len(text.encode("utf-8", "replace")) + MESSAGE_TOKENS + IMAGE_TOKENS * len(images)
        case Assistant():
            return len(_ENCODER.encode(message)) + MESSAGE_TOKENS
        case ToolResults(results=results):
            return sum(
                len(r.content.encode("utf-8", "replace")) + MESSAGE_TOKENS + IMAGE_TOKENS * len(r.images)
                for r in results
            )
