"""What a Chat Completions request says, byte for byte the same beginning on every call of a session."""

from typing import Any

from droidlite.providers.chat_rules import call_ids, tempered
from droidlite.providers.transcript import Dialect, Fitted, Reply, cleaned, fit, readable
from droidlite.types import Call, Image, ModelSpec, Request, ToolResult, ToolResults, User

PROTOCOL = "openai-chat"


def request_body(spec: ModelSpec, request: Request, *, openai: bool, endpoint: str = "") -> dict[str, Any]:
    """The JSON body. `openai`: the service is OpenAI's own, whose newer field names its imitators may not know.
    `endpoint` is its name: only what it reasoned itself is sent back to it."""
    system = [{"role": "system", "content": cleaned(request.system)}] if request.system.strip() else []
    dialect = Dialect(protocol=PROTOCOL, read_calls=_read_calls, endpoint=endpoint, ids=call_ids(spec))
    said = [part for message in fit(request, spec, dialect) for part in _messages(message)]
    body: dict[str, Any] = {"model": spec.name or spec.id}
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
            }
            for tool in request.tools
        ]
        if request.final:
            body["tool_choice"] = "none"
    body["messages"] = [*system, *tempered(said, spec)]
    body["max_completion_tokens" if openai else "max_tokens"] = request.max_output
    body["stream"] = True
    body["stream_options"] = {"include_usage": True}
    if request.effort and spec.efforts:
        body["reasoning_effort"] = request.effort
    if openai and request.cache_key:
        body["prompt_cache_key"] = request.cache_key[:64]
    return body


def plain_message(text: str, calls: tuple[Call, ...]) -> dict[str, Any]:
    """The assistant message that says no more than `text` and `calls`."""
    message: dict[str, Any] = {"role": "assistant", "content": text if text.strip() else None}
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": readable(call.arguments)[0]},
            }
            for call in calls
        ]
    return message


def _messages(message: Fitted) -> list[dict[str, Any]]:
    match message:
        case User():
            return [_user(message.text, message.images)]
        case Reply():
            calls = tuple(Call(call.id, call.name, call.arguments) for call in message.calls)
            return message.items or [plain_message(message.text, calls)]
        case ToolResults():
            return [*map(_result, message.results), *_pictures(message)]


def _user(text: str, images: tuple[Image, ...]) -> dict[str, Any]:
    if not images:
        return {"role": "user", "content": text}
    texts = [{"type": "text", "text": text}] if text.strip() else []
    return {"role": "user", "content": [*texts, *(_image(image) for image in images)]}


def _result(result: ToolResult) -> dict[str, Any]:
    content = f"Error: {result.content}" if result.is_error else result.content
    return {"role": "tool", "tool_call_id": result.call_id, "content": content or "(an image, shown below)"}


def _pictures(message: ToolResults) -> list[dict[str, Any]]:
    """A tool message holds text only: what a tool shows follows as a message of ours."""
    images = tuple(image for result in message.results for image in result.images)
    return [_user("(Images the tools returned, in order.)", images)] if images else []


def _image(image: Image) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{image.data}"}}


def _read_calls(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (str(call.get("id")), str((call.get("function") or {}).get("name")))
        for item in items
        for call in item.get("tool_calls") or ()
    ]
