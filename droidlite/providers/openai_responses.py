"""OpenAI's Responses API through its SDK: nothing stored there, encrypted reasoning carried here."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct, field

from droidlite.providers import STALL_SECONDS
from droidlite.providers.channel import Channel, Reply
from droidlite.providers.clients import openai_client, openai_url
from droidlite.providers.faults import Faults
from droidlite.providers.replies import judge
from droidlite.providers.responses_body import PROTOCOL, plain_items, request_body
from droidlite.providers.sse import ServerEvent
from droidlite.providers.transcript import readable
from droidlite.providers.wire import WireProvider
from droidlite.types import (
    Assistant,
    Call,
    CallAnnounced,
    Delta,
    Endpoint,
    ModelSpec,
    Request,
    Stop,
    Text,
    Thought,
    Usage,
)

WAITING = frozenset({"response.queued", "response.in_progress", "keepalive", "ping"})
"""Events that only say the service is still there."""


class OpenAIResponses(WireProvider):
    """One endpoint that speaks the Responses API. `stall` is the longest time without progress, in seconds."""

    path = "/responses"

    def __init__(self, endpoint: Endpoint, *, stall: float = STALL_SECONDS) -> None:
        super().__init__(
            Channel(endpoint, partial(openai_client, endpoint), base_url=openai_url(endpoint), stall=stall)
        )

    def body(self, spec: ModelSpec, request: Request) -> dict[str, Any]:
        return request_body(spec, request, endpoint=self.endpoint.name)

    def reply(self, spec: ModelSpec, request: Request, faults: Faults) -> Reply:
        return _Reply(spec, faults)


class _InputDetails(Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _UsageCounts(Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _InputDetails | None = None


class _Incomplete(Struct):
    reason: str | None = None


class _Response(Struct):
    status: str | None = None
    usage: _UsageCounts | None = None
    incomplete_details: _Incomplete | None = None
    error: dict[str, Any] | None = None
    output: list[dict[str, Any]] = field(default_factory=list)


class _Event(Struct):
    type: str
    output_index: int = 0
    delta: Any = None
    item: dict[str, Any] | None = None
    response: _Response | None = None


class _Reply:
    """Folds the events of one reply. `complete` once response.completed or response.incomplete was seen."""

    def __init__(self, spec: ModelSpec, faults: Faults) -> None:
        self.spec, self.faults = spec, faults
        self.complete = False
        self.own, self.foreign = False, False
        """Whether its events came, and whether others did."""
        self.items: dict[int, dict[str, Any]] = {}
        self.response = _Response()
        self.parts = 0
        """Parts of reasoning summary begun: they arrive without the blank line between them."""

    def add(self, event: ServerEvent) -> Iterator[Delta]:
        if event.data.startswith("[DONE]"):
            return
        try:
            decoded = msgspec.json.decode(event.data, type=_Event)
        except (msgspec.DecodeError, RecursionError) as error:
            if '"error"' in event.data[:200]:
                raise self.faults.from_body(_loose(event.data), status=200) from error
            raise self.faults.make("malformed", str(error)) from error
        own = decoded.type.startswith("response.")
        self.own, self.foreign = self.own or own, self.foreign or not own
        match decoded.type:
            case "response.output_text.delta" | "response.refusal.delta" if decoded.delta:
                yield Text(str(decoded.delta))
            case "response.reasoning_summary_part.added":
                self.parts += 1
                if self.parts > 1:
                    yield Thought("\n\n")
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" if decoded.delta:
                yield Thought(str(decoded.delta))
            case "response.output_item.added" if decoded.item and decoded.item.get("type") == "function_call":
                yield CallAnnounced(str(decoded.item.get("name", "")))
            case "response.output_item.done" if decoded.item:
                self.items[decoded.output_index] = decoded.item
            case "response.completed" | "response.incomplete" if decoded.response:
                self.response = decoded.response
                self.complete = True
            case "response.failed" | "error":
                raise self.faults.from_body(_failure(decoded, event.data), status=200)

    def progressed(self, event: ServerEvent) -> bool:
        return event.name not in WAITING

    def finish(self) -> Assistant:
        """The whole reply; raises ProviderError where it is not whole or not one."""
        if not self.complete:
            raise self.faults.unfinished(foreign=self.foreign and not self.own)
        reason = self.response.incomplete_details.reason if self.response.incomplete_details else None
        if reason == "content_filter":
            raise self.faults.make("refusal")
        cut = self.response.status == "incomplete" or reason is not None
        items = [item for _, item in sorted(self.items.items())] or self.response.output
        text = "".join(_said(item, "output_text", "text") for item in items)
        refused = "".join(_said(item, "refusal", "refusal") for item in items)
        calls = tuple(
            Call(str(item.get("call_id") or item.get("id") or ""), str(item.get("name", "")), item["arguments"] or "{}")
            for item in items
            if item.get("type") == "function_call" and isinstance(item.get("arguments"), str)
        )
        if refused and not text.strip() and not calls:
            raise self.faults.make("refusal", refused)
        stop: Stop = "length" if cut else "end"
        return judge(
            self.faults,
            protocol=PROTOCOL,
            model=self.spec.id,
            text=text,
            calls=calls,
            stop=stop,
            usage=self._usage(),
            items=_worth_keeping(items, text, calls, cut=cut),
        )

    def _usage(self) -> Usage | None:
        counts = self.response.usage
        if counts is None:
            return None
        details = counts.input_tokens_details or _InputDetails()
        read, written = details.cached_tokens or 0, details.cache_write_tokens or 0
        fresh = max(0, counts.input_tokens - read - written)
        return Usage(input=fresh, output=counts.output_tokens, cache_read=read, cache_write=written)


def _said(item: dict[str, Any], kind: str, key: str) -> str:
    if item.get("type") != "message":
        return ""
    parts = item.get("content") or []
    return "".join(str(part.get(key, "")) for part in parts if isinstance(part, dict) and part.get("type") == kind)


def _worth_keeping(
    items: list[dict[str, Any]], text: str, calls: tuple[Call, ...], *, cut: bool
) -> list[dict[str, Any]] | None:
    """The reply's own items, in order, where text and calls would not say the same. Reasoning that is not encrypted
    cannot be sent back (the service keeps none of it), and a cut reply keeps nothing."""
    if cut:
        return None
    kept = [
        {key: value for key, value in item.items() if value is not None}
        for item in items
        if item.get("type") != "reasoning" or item.get("encrypted_content")
    ]
    for item in kept:
        if item.get("type") == "function_call":
            item["arguments"] = readable(str(item.get("arguments", "")))[0]
    return None if _without_ids(kept) == plain_items(text, calls) else kept


def _without_ids(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items as plain_items would write them, if they hold nothing else worth keeping."""
    plain: list[dict[str, Any]] = []
    for item in items:
        match item.get("type"):
            case "message" if not item.get("phase"):
                plain.append({"role": "assistant", "content": _said(item, "output_text", "text")})
            case "function_call":
                plain.append({key: item.get(key) for key in ("type", "call_id", "name", "arguments")})
            case _:
                return items
    return plain


def _failure(decoded: _Event, data: str) -> object:
    if decoded.response and decoded.response.error:
        return decoded.response.error
    return _loose(data)


def _loose(data: str) -> object:
    """An error event as an object: its code and message, at the top or under "error"; its type says only "error"."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return data
    if isinstance(body, dict) and body.get("type") in ("error", "response.failed"):
        body.pop("type")
    return body
