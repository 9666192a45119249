"""Chat Completions through OpenAI's SDK, for OpenAI and every server that imitates it, faithfully or not."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct, field

from droidlite.providers import STALL_SECONDS
from droidlite.providers.channel import Channel, Reply
from droidlite.providers.chat_body import PROTOCOL, plain_message, request_body
from droidlite.providers.clients import is_openai, openai_client, openai_url
from droidlite.providers.faults import Faults
from droidlite.providers.replies import judge
from droidlite.providers.sse import ServerEvent
from droidlite.providers.wire import WireProvider
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


class OpenAIChat(WireProvider):
    """One endpoint that speaks Chat Completions. `stall` is the longest time without progress, in seconds; `patience`
    the longest before the first event (0: the same)."""

    path = "/chat/completions"

    def __init__(self, endpoint: Endpoint, *, stall: float = STALL_SECONDS, patience: float = 0.0) -> None:
        build = partial(openai_client, endpoint)
        super().__init__(Channel(endpoint, build, base_url=openai_url(endpoint), stall=stall, patience=patience))

    def body(self, spec: ModelSpec, request: Request) -> dict[str, Any]:
        return request_body(spec, request, openai=is_openai(self.endpoint), endpoint=self.endpoint.name)

    def reply(self, spec: ModelSpec, request: Request, faults: Faults) -> Reply:
        return _Reply(spec, faults, request.messages)


class _Function(Struct):
    name: str | None = None
    arguments: Any = None


class _CallDelta(Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _ChoiceDelta(Struct):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    tool_calls: list[_CallDelta] | None = None


class _Choice(Struct):
    delta: _ChoiceDelta | None = None
    finish_reason: str | None = None


class _PromptDetails(Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _UsageCounts(Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None
    prompt_cache_hit_tokens: int | None = None


class _Chunk(Struct):
    choices: list[_Choice] | None = None
    usage: _UsageCounts | None = None
    error: Any = None


class _Writing(Struct):
    """A call being written."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class _Reply:
    """Folds the chunks of one reply. It is whole once a finish_reason came; `complete` once the stream said [DONE]."""

    def __init__(self, spec: ModelSpec, faults: Faults, messages: tuple[Message, ...]) -> None:
        self.spec, self.faults, self.messages = spec, faults, messages
        self.complete = False
        self.own, self.foreign = False, False
        """Whether chunks came, and whether something else did: another protocol's events have none of our fields."""
        self.text: list[str] = []
        self.refusal: list[str] = []
        self.reasoning: dict[str, str] = {}
        self.details: list[dict[str, Any]] = []
        self.calls: list[_Writing] = []
        self.places: dict[int, _Writing] = {}
        self.finish_reason = ""
        self.usage: _UsageCounts | None = None

    def add(self, event: ServerEvent) -> Iterator[Delta]:
        if event.data.startswith("[DONE]"):
            self.complete = True
            return
        try:
            chunk = msgspec.json.decode(event.data, type=_Chunk)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self.faults.make("malformed", str(error)) from error
        if chunk.error:
            raise self.faults.from_body({"error": chunk.error}, status=200)
        if event.name == "error":
            raise self.faults.from_body(msgspec.json.decode(event.data), status=200)
        self.own, self.foreign = self.own or chunk.choices is not None, self.foreign or chunk.choices is None
        self.usage = chunk.usage or self.usage
        for choice in (chunk.choices or [])[:1]:
            if choice.delta:
                yield from self._extend(choice.delta)
            self.finish_reason = choice.finish_reason or self.finish_reason

    def progressed(self, event: ServerEvent) -> bool:
        """An empty delta is how some servers say that they are still there."""
        return event.name != "ping" and '"delta":{}' not in event.data.replace(" ", "")

    def finish(self) -> Assistant:
        """The whole reply; raises ProviderError where it is not whole or not one."""
        if not self.finish_reason:
            raise self.faults.unfinished(foreign=self.foreign and not self.own)
        text, refusal = "".join(self.text), "".join(self.refusal)
        if self.finish_reason == "content_filter" or (refusal and not text.strip() and not self.calls):
            raise self.faults.make("refusal", refusal)
        if self.finish_reason == "error":
            raise self.faults.make("server", "the model service behind it failed", status=200)
        stop: Stop = "length" if self.finish_reason in ("length", "max_tokens") else "end"
        calls = self._calls()
        return judge(
            self.faults,
            protocol=PROTOCOL,
            model=self.spec.id,
            text=text,
            calls=calls,
            stop=stop,
            usage=self._usage(),
            items=self._items(text, calls) if calls and stop != "length" else None,
        )

    def _extend(self, delta: _ChoiceDelta) -> Iterator[Delta]:
        for key in ("reasoning_content", "reasoning"):
            thought = getattr(delta, key)
            if thought:
                self.reasoning[key] = self.reasoning.get(key, "") + thought
                if key == "reasoning_content" or not delta.reasoning_content:
                    yield Thought(thought)
        self.details += delta.reasoning_details or []
        if delta.content:
            self.text.append(delta.content)
            yield Text(delta.content)
        if delta.refusal:
            self.refusal.append(delta.refusal)
        for call in delta.tool_calls or []:
            yield from self._write(call)

    def _write(self, delta: _CallDelta) -> Iterator[Delta]:
        """More of a call. Some servers leave out the index or use 0 for all: there a new id begins a new call."""
        function = delta.function or _Function()
        place = delta.index if delta.index is not None else max(0, len(self.calls) - (0 if function.name else 1))
        writing = self.places.get(place)
        if writing is None or (function.name and _is_another(delta, writing)):
            writing = self.places[place] = _Writing()
            self.calls.append(writing)
        writing.id = writing.id or delta.id or ""
        if function.name and not writing.name:
            writing.name = function.name
            yield CallAnnounced(function.name)
        if isinstance(function.arguments, str):
            writing.arguments.append(function.arguments)
        elif function.arguments is not None:  # an object in place of its text
            writing.arguments.append(msgspec.json.encode(function.arguments).decode())

    def _calls(self) -> tuple[Call, ...]:
        """The calls, with an id where the server gave none or one it had used before."""
        used = {call.id for message in self.messages if isinstance(message, Assistant) for call in message.calls}
        calls: list[Call] = []
        for index, writing in enumerate(self.calls):
            given = writing.id if writing.id not in used else ""
            call_id = given or f"call_{len(self.messages)}_{index}"
            used.add(call_id)
            calls.append(Call(call_id, writing.name, "".join(writing.arguments) or "{}"))
        return tuple(calls)

    def _items(self, text: str, calls: tuple[Call, ...]) -> list[dict[str, Any]] | None:
        """The message with its reasoning, under the server's own names: several want it back to go on reasoning."""
        reasoning: dict[str, Any] = {"reasoning_details": self.details} if self.details else dict(self.reasoning)
        return [plain_message(text, calls) | reasoning] if reasoning else None

    def _usage(self) -> Usage | None:
        counts = self.usage
        if counts is None or counts.prompt_tokens is None:
            return None
        details = counts.prompt_tokens_details or _PromptDetails()
        read = details.cached_tokens or counts.prompt_cache_hit_tokens or 0
        written = details.cache_write_tokens or 0
        fresh = max(0, counts.prompt_tokens - read - written)
        return Usage(input=fresh, output=counts.completion_tokens or 0, cache_read=read, cache_write=written)


def _is_another(delta: _CallDelta, writing: _Writing) -> bool:
    """Whether a delta with a name begins another call at a place where one is being written."""
    if delta.id and writing.id:
        return delta.id != writing.id
    try:
        msgspec.json.decode("".join(writing.arguments))
    except msgspec.DecodeError:
        return False
    return True
