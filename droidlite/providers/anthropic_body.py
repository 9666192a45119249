"""What a request to the Messages API says, byte for byte the same beginning on every call of a session."""

from typing import Any

from droidlite.providers.transcript import Dialect, Fitted, Reply, cleaned, fit, has_calls, readable
from droidlite.regex import regex
from droidlite.types import Call, Image, ModelSpec, Request, ToolResult, ToolResults, User

PROTOCOL = "anthropic"
FIXED_THINKING = regex(r"claude-(3|(opus|sonnet|haiku)-4-([0-5]|20))")
"""Models from before adaptive thinking (docs: build-with-claude/adaptive-thinking): a budget stands in for effort."""
BUDGETS = {"low": 2_048, "medium": 8_192, "high": 24_576}
MARK = {"type": "ephemeral"}


def request_body(spec: ModelSpec, request: Request) -> dict[str, Any]:
    """The JSON body. At most 4 cache breakpoints: the tools, the system prompt, and the last two messages of ours."""
    fitted = fit(request, spec, DIALECT)
    tools = [
        {"name": tool.name, "description": tool.description, "input_schema": tool.parameters} for tool in request.tools
    ] or [_stub(name) for name in has_calls(fitted)]
    messages = [_message(message) for message in fitted]
    _mark_tail(messages)
    body: dict[str, Any] = {"model": spec.name or spec.id, "max_tokens": request.max_output, "stream": True}
    if tools:
        tools[-1]["cache_control"] = MARK
        body["tools"] = tools
        if request.final or not request.tools:
            body["tool_choice"] = {"type": "none"}
    if request.system.strip():
        body["system"] = [{"type": "text", "text": cleaned(request.system), "cache_control": MARK}]
    body["messages"] = messages
    return body | _thinking(spec, request, fitted)


def plain_blocks(text: str, calls: tuple[Call, ...]) -> list[dict[str, Any]]:
    """The content blocks that say no more than `text` and `calls`."""
    said = [{"type": "text", "text": text}] if text.strip() else []
    return said + [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": readable(call.arguments)[1]} for call in calls
    ]


def _thinking(spec: ModelSpec, request: Request, fitted: list[Fitted]) -> dict[str, Any]:
    """Effort and visible thinking, for models that have efforts at all. Newer models decide themselves how long to
    think ("adaptive"); older ones take a budget, which must stay below max_tokens and be at least 1,024, and think only
    where the calls now answered began with thinking: those of another model did not."""
    if not spec.efforts:
        return {}
    name = spec.name or spec.id
    if not FIXED_THINKING.search(name):
        chosen: dict[str, Any] = {"thinking": {"type": "adaptive", "display": "summarized"}}
        if request.effort:
            chosen["output_config"] = {"effort": request.effort}
        return chosen
    budget = min(BUDGETS.get(request.effort, 0), request.max_output // 2)
    if budget < 1_024 or _answers_without_thinking(fitted):
        return {}
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def _answers_without_thinking(fitted: list[Fitted]) -> bool:
    """Whether the request ends with the results of calls that no thinking came before."""
    replies = [message for message in fitted if isinstance(message, Reply)]
    if not isinstance(fitted[-1], ToolResults) or not replies:
        return False
    return not replies[-1].items or replies[-1].items[0]["type"] not in ("thinking", "redacted_thinking")


def _message(message: Fitted) -> dict[str, Any]:
    match message:
        case User():
            texts = [{"type": "text", "text": message.text}] if message.text.strip() else []
            return {"role": "user", "content": [*(_image(image) for image in message.images), *texts]}
        case Reply():
            return {"role": "assistant", "content": message.items or _blocks(message)}
        case ToolResults():
            return {"role": "user", "content": [_result(result) for result in message.results]}


def _blocks(reply: Reply) -> list[dict[str, Any]]:
    return plain_blocks(reply.text, tuple(Call(call.id, call.name, call.arguments) for call in reply.calls))


def _result(result: ToolResult) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": result.call_id}
    if not result.images:
        return block | {"content": result.content} | ({"is_error": True} if result.is_error else {})
    # a result marked as an error may hold text only
    text = f"Error: {result.content}" if result.is_error else result.content
    texts = [{"type": "text", "text": text}] if text.strip() else []
    return block | {"content": [*texts, *(_image(image) for image in result.images)]}


def _image(image: Image) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.data}}


def _mark_tail(messages: list[dict[str, Any]]) -> None:
    """Marks the end of this request, to be written to the cache, and the end of the one before, to be read from it:
    the service looks back only 20 blocks, and a reply with many calls is longer."""
    ours = [message for message in messages if message["role"] == "user"]
    for message in ours[-2:]:
        message["content"][-1]["cache_control"] = MARK


def _stub(name: str) -> dict[str, Any]:
    """The service takes no conversation with calls of tools it is not told about."""
    return {"name": name, "description": "No longer available.", "input_schema": {"type": "object"}}


def _read_calls(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(str(item.get("id")), str(item.get("name"))) for item in items if item.get("type") == "tool_use"]


DIALECT = Dialect(protocol=PROTOCOL, read_calls=_read_calls)
