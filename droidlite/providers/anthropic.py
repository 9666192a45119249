"""Anthropic's Messages API through its SDK: signed thinking kept, prompt-cache breakpoints, effort."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from droidlite.errors import ProviderError
from droidlite.providers import STALL_SECONDS
from droidlite.providers.anthropic_body import PROTOCOL, plain_blocks, request_body
from droidlite.providers.channel import Channel, Reply
from droidlite.providers.clients import anthropic_client, anthropic_url
from droidlite.providers.faults import Faults
from droidlite.providers.replies import judge
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

if TYPE_CHECKING:
    import httpx2


class AnthropicMessages(WireProvider):
    """One endpoint that speaks the Messages API. `stall` is the longest time without progress, in seconds."""

    path = "/v1/messages"

    def __init__(self, endpoint: Endpoint, *, stall: float = STALL_SECONDS) -> None:
        super().__init__(
            Channel(
                endpoint,
                partial(anthropic_client, endpoint),
                base_url=anthropic_url(endpoint) or "https://",
                stall=stall,
                decode=_decode_bedrock if endpoint.kind == "bedrock" else None,
            )
        )

    def body(self, spec: ModelSpec, request: Request) -> dict[str, Any]:
        return request_body(spec, request)

    def reply(self, spec: ModelSpec, request: Request, faults: Faults) -> Reply:
        return _Reply(spec, faults)


class _UsageCounts(Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Message(Struct):
    usage: _UsageCounts | None = None


class _Delta(Struct):
    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    citation: dict[str, Any] | None = None
    stop_reason: str | None = None
    stop_details: dict[str, Any] | None = None


class _Event(Struct):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: dict[str, Any] | None = None
    delta: _Delta | None = None
    usage: _UsageCounts | None = None


class _Reply:
    """Folds the events of one reply. `complete` once message_stop was seen."""

    def __init__(self, spec: ModelSpec, faults: Faults) -> None:
        self.spec, self.faults = spec, faults
        self.complete = False
        self.blocks: dict[int, dict[str, Any]] = {}
        self.inputs: dict[int, list[str]] = {}
        self.closed: set[int] = set()
        self.counts: dict[str, int] = {}
        self.stop_reason = ""
        self.stop_details: dict[str, Any] = {}

    def add(self, event: ServerEvent) -> Iterator[Delta]:
        if event.name == "error":
            raise self._error(event.data)
        try:
            decoded = msgspec.json.decode(event.data, type=_Event)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self.faults.make("malformed", str(error)) from error
        match decoded.type:
            case "message_start" if decoded.message:
                self._count(decoded.message.usage)
            case "content_block_start" if decoded.content_block is not None:
                yield from self._open(decoded.index, decoded.content_block)
            case "content_block_delta" if decoded.delta:
                yield from self._extend(decoded.index, decoded.delta)
            case "content_block_stop":
                self.closed.add(decoded.index)
            case "message_delta":
                self._count(decoded.usage)
                if decoded.delta:
                    self.stop_reason = decoded.delta.stop_reason or self.stop_reason
                    self.stop_details = decoded.delta.stop_details or self.stop_details
            case "message_stop":
                self.complete = True
            case "error":
                raise self._error(event.data)

    def progressed(self, event: ServerEvent) -> bool:
        return event.name != "ping"

    def finish(self) -> Assistant:
        """The whole reply; raises ProviderError where it is not whole or not one."""
        if not self.complete or not self.stop_reason:
            raise self.faults.make("incomplete")
        if self.stop_reason == "refusal":
            raise self.faults.make("refusal", str(self.stop_details.get("explanation") or ""))
        if self.stop_reason == "model_context_window_exceeded":
            raise self.faults.make("context")
        cut = self.stop_reason == "max_tokens"
        if not cut and self.closed != set(self.blocks):
            raise self.faults.make("incomplete")
        items = [_finished(block, self.inputs.get(index)) for index, block in sorted(self.blocks.items())]
        calls = tuple(self._call(index) for index, block in sorted(self.blocks.items()) if block["type"] == "tool_use")
        text = "".join(block.get("text", "") for block in items if block["type"] == "text")
        stop: Stop = "length" if cut else "end"
        kept = _worth_keeping(items, text, () if cut else calls, cut=cut)
        return judge(
            self.faults,
            protocol=PROTOCOL,
            model=self.spec.id,
            text=text,
            calls=calls,
            stop=stop,
            usage=self._usage(),
            items=kept,
        )

    def _open(self, index: int, block: dict[str, Any]) -> Iterator[Delta]:
        self.blocks[index] = {key: value for key, value in block.items() if value is not None} | {
            "type": str(block.get("type", ""))
        }
        match block.get("type"):
            case "text" if block.get("text"):
                yield Text(str(block["text"]))
            case "thinking" if block.get("thinking"):
                yield Thought(str(block["thinking"]))
            case "tool_use":
                yield CallAnnounced(str(block.get("name", "")))

    def _extend(self, index: int, delta: _Delta) -> Iterator[Delta]:
        block = self.blocks.get(index)
        if block is None:
            raise self.faults.make("malformed", f"a delta for block {index}, which never began")
        match delta.type:
            case "text_delta":
                block["text"] = block.get("text", "") + delta.text
                yield Text(delta.text)
            case "thinking_delta":
                block["thinking"] = block.get("thinking", "") + delta.thinking
                if delta.thinking:
                    yield Thought(delta.thinking)
            case "signature_delta":
                block["signature"] = block.get("signature", "") + delta.signature
            case "input_json_delta":
                self.inputs.setdefault(index, []).append(delta.partial_json)
            case "citations_delta" if delta.citation is not None:
                block.setdefault("citations", []).append(delta.citation)

    def _call(self, index: int) -> Call:
        block = self.blocks[index]
        written = "".join(self.inputs.get(index, ()))
        arguments = written or msgspec.json.encode(block.get("input") or {}).decode()
        return Call(str(block.get("id", "")), str(block.get("name", "")), arguments)

    def _count(self, counts: _UsageCounts | None) -> None:
        """Counts are cumulative: the newest one the service gave holds."""
        if counts is not None:
            given = msgspec.structs.asdict(counts)
            self.counts |= {key: value for key, value in given.items() if value is not None}

    def _usage(self) -> Usage | None:
        if not self.counts:
            return None
        return Usage(
            input=self.counts.get("input_tokens", 0),
            output=self.counts.get("output_tokens", 0),
            cache_read=self.counts.get("cache_read_input_tokens", 0),
            cache_write=self.counts.get("cache_creation_input_tokens", 0),
        )

    def _error(self, data: str) -> ProviderError:
        try:
            body: object = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError):
            body = data
        return self.faults.from_body(body, status=200)


def _finished(block: dict[str, Any], written: list[str] | None) -> dict[str, Any]:
    if block["type"] == "tool_use" and written:
        return block | {"input": readable("".join(written))[1]}
    return block


def _worth_keeping(
    items: list[dict[str, Any]], text: str, calls: tuple[Call, ...], *, cut: bool
) -> list[dict[str, Any]] | None:
    """The reply's own blocks, in order, where text and calls alone would not say the same. Of a cut reply only what
    ends in text: the service takes no call without a result and no thinking at the end."""
    kept = [
        item
        for item in items
        if not (item["type"] == "text" and not item.get("text", "").strip())
        and not (item["type"] == "thinking" and not item.get("signature"))
        and not (item["type"] == "tool_use" and cut)
    ]
    if cut and (not kept or kept[-1]["type"] != "text"):
        return None
    return None if kept == plain_blocks(text, calls) else kept


def _decode_bedrock(client: Any, response: "httpx2.Response") -> Iterator[ServerEvent]:
    """Bedrock frames its events in AWS's own binary format, which the SDK's client knows how to read."""
    for event in client._make_sse_decoder().iter_bytes(response.iter_bytes()):
        yield ServerEvent(event.event or "", event.data)
