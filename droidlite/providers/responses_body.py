"""What a request to the Responses API says, byte for byte the same beginning on every call of a session."""

from typing import Any

from droidlite.providers.transcript import Dialect, Fitted, Reply, cleaned, fit, readable
from droidlite.types import Call, Image, ModelSpec, Request, ToolResult, ToolResults, User

PROTOCOL = "openai-responses"


def request_body(spec: ModelSpec, request: Request, *, endpoint: str = "") -> dict[str, Any]:
    """The JSON body. Nothing is stored at the service, so reasoning comes back encrypted and is sent again, to the
    endpoint of that name only."""
    dialect = Dialect(protocol=PROTOCOL, read_calls=_read_calls, endpoint=endpoint, images=500)
    body: dict[str, Any] = {
        "model": spec.name or spec.id,
        "instructions": cleaned(request.system),
        "tools": [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                "strict": False,
            }
            for tool in request.tools
        ],
        "input": [item for message in fit(request, spec, dialect) for item in _items(message)],
        "max_output_tokens": max(16, request.max_output),
        "store": False,
        "stream": True,
    }
    if spec.efforts:  # only reasoning models take these
        body["include"] = ["reasoning.encrypted_content"]
        body["reasoning"] = {"summary": "auto"} | ({"effort": request.effort} if request.effort else {})
    if request.cache_key:
        body["prompt_cache_key"] = request.cache_key[:64]
    if request.final and request.tools:
        body["tool_choice"] = "none"
    return body


def plain_items(text: str, calls: tuple[Call, ...]) -> list[dict[str, Any]]:
    """The items that say no more than `text` and `calls`."""
    said: list[dict[str, Any]] = [{"role": "assistant", "content": text}] if text.strip() else []
    return said + [
        {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": readable(call.arguments)[0]}
        for call in calls
    ]


def _items(message: Fitted) -> list[dict[str, Any]]:
    match message:
        case User():
            texts = [{"type": "input_text", "text": message.text}] if message.text.strip() else []
            return [{"role": "user", "content": [*texts, *(_image(image) for image in message.images)]}]
        case Reply():
            calls = tuple(Call(call.id, call.name, call.arguments) for call in message.calls)
            return message.items or plain_items(message.text, calls)
        case ToolResults():
            return [_result(result) for result in message.results]


def _result(result: ToolResult) -> dict[str, Any]:
    content = f"Error: {result.content}" if result.is_error else result.content
    if not result.images:
        return {"type": "function_call_output", "call_id": result.call_id, "output": content}
    texts = [{"type": "input_text", "text": content}] if content.strip() else []
    output = [*texts, *(_image(image) for image in result.images)]
    return {"type": "function_call_output", "call_id": result.call_id, "output": output}


def _image(image: Image) -> dict[str, Any]:
    return {"type": "input_image", "image_url": f"data:{image.media_type};base64,{image.data}", "detail": "auto"}


def _read_calls(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(str(item.get("call_id")), str(item.get("name"))) for item in items if item.get("type") == "function_call"]
