"""What the three services answer with a 400: `reject(dialect, body)` says why, or "". Written from their SDKs' types,
their documentation and from errors people report, so that a transcript that passes here would be taken by the real
ones. Calls of tools the request does not list are taken by all three; Anthropic wants that it lists any."""

import base64
import binascii
import json
import re
from typing import Any

from loopback_dialects import signature
from vendor_shapes import misshapen

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CHAT_ID = re.compile(r"[a-zA-Z0-9_-]{1,40}")
MISTRAL_ID = re.compile(r"[a-zA-Z0-9]{9}")
MAGIC = {
    "image/png": b"\x89PNG\r\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
MOST_IMAGES = {"anthropic": 100, "openai-responses": 500, "openai-chat": 100}
IMAGE_BYTES = 5_000_000


def reject(dialect: str, body: Any) -> str:
    if not isinstance(body, dict) or not body.get("model") or body.get("stream") is not True:
        return "a streaming request needs a model"
    names = [tool.get("name") or (tool.get("function") or {}).get("name") or "" for tool in body.get("tools") or ()]
    if not all(map(ID.fullmatch, names)) or len(set(names)) != len(names):
        return f"tool names {names} do not match the pattern, or one is there twice"
    if len(body.get("prompt_cache_key") or "") > 64:
        return "'prompt_cache_key': string too long"
    if str(body).count("'image'" if dialect == "anthropic" else "'image_url':") > MOST_IMAGES[dialect]:
        return "too many images"
    return misshapen(dialect, body) or RULES[dialect](body)


def _bad_image(media_type: str, data: str) -> str:
    try:
        decoded = base64.b64decode(data, validate=True)
    except binascii.Error:
        return "image: invalid base64 data"
    if media_type not in MAGIC or not decoded.startswith(MAGIC[media_type]):
        return f"the image is not the {media_type} it is said to be"
    return "image exceeds 5 MB maximum" if len(decoded) > IMAGE_BYTES else ""


def _bad_url(url: str) -> str:
    found = re.fullmatch(r"data:([^;]+);base64,(.*)", url, re.DOTALL)
    return _bad_image(found[1], found[2]) if found else f"invalid image URL {url[:40]!r}"


def _anthropic(body: dict[str, Any]) -> str:
    messages = body.get("messages") or []
    if "temperature" in body:
        return "temperature is not supported"
    thinking = body.get("thinking") or {}
    if thinking.get("type") == "enabled" and not 1_024 <= thinking["budget_tokens"] < body["max_tokens"]:
        return "`max_tokens` must be greater than `thinking.budget_tokens`"
    if thinking.get("type") == "enabled" and _went_on_without_thinking(messages):
        return "when `thinking` is enabled, a final `assistant` message must start with a thinking block"
    if not messages or messages[0]["role"] != "user":
        return "first message must use the user role"
    if messages[-1]["role"] != "user":
        return "this model does not support prefill"
    if json.dumps(body).count('"cache_control"') > 4:
        return "a maximum of 4 blocks with cache_control may be provided"
    for block in body.get("system") or ():
        if not block["text"].strip():
            return "system: text must not be empty"
    used: set[str] = set()
    open_calls: list[str] = []
    for number, message in enumerate(messages):
        wrong = _anthropic_message(body, message, open_calls, used)
        if wrong:
            return f"messages.{number}: {wrong}"
    return "tool_use without tool_result at the end" if open_calls else ""


def _went_on_without_thinking(messages: Any) -> bool:
    """Whether the last reply calls tools and does not begin with thinking: older models check that."""
    last = next((message["content"] for message in reversed(messages) if message["role"] == "assistant"), [])
    answered = any(block["type"] == "tool_result" for block in messages[-1]["content"])
    return answered and bool(last) and last[0]["type"] not in ("thinking", "redacted_thinking")


def _anthropic_message(body: dict[str, Any], message: Any, open_calls: list[str], used: set[str]) -> str:
    content = message.get("content")
    if not isinstance(content, list) or not content:
        return "content must not be empty"
    results = [block for block in content if block["type"] == "tool_result"]
    answered = [block["tool_use_id"] for block in results]
    if message["role"] == "user":
        if content[: len(results)] != results:
            return "tool_result blocks must come first"
        if sorted(answered) != sorted(open_calls):
            return f"tool_use ids {open_calls} were answered by {answered}"
        open_calls.clear()
    elif open_calls:
        return f"tool_use ids {open_calls} without tool_result"
    if message["role"] == "assistant" and content[-1]["type"] in ("thinking", "redacted_thinking"):
        return "the final block in an assistant message cannot be thinking"
    for block in content:
        wrong = _anthropic_block(body, message["role"], block, open_calls, used)
        if wrong:
            return wrong
    return ""


def _anthropic_block(body: dict[str, Any], role: str, block: Any, open_calls: list[str], used: set[str]) -> str:
    match block["type"]:
        case "text":
            return "" if block["text"].strip() else "text content blocks must contain non-whitespace text"
        case "image":
            return _bad_image(block["source"]["media_type"], block["source"]["data"])
        case "tool_result" if role == "user":
            inner = block.get("content")
            inner = inner if isinstance(inner, list) else []
            if block.get("is_error") and any(part["type"] != "text" for part in inner):
                return "all content must be type `text` if `is_error` is true"
            wrongs = (_anthropic_block(body, role, part, open_calls, used) for part in inner)
            return next((wrong for wrong in wrongs if wrong), "")
        case "thinking" if role == "assistant":
            if "cache_control" in block:
                return "thinking blocks cannot be cached"
            if block["signature"] != signature(body["model"], block["thinking"]):
                return "invalid `signature` in `thinking` block"
            return ""
        case "tool_use" if role == "assistant":
            if not ID.fullmatch(block["id"]) or not ID.fullmatch(block["name"]):
                return f"tool_use id {block['id']!r} or name {block['name']!r} does not match the pattern"
            if block["id"] in used:
                return "`tool_use` ids must be unique"
            if not isinstance(block["input"], dict):
                return "tool_use.input should be an object"
            if not body.get("tools"):
                return "requests with tool_use blocks must define tools"
            used.add(block["id"])
            open_calls.append(block["id"])
            return ""
    return f"a {block['type']} block in a message of the {role}"


def _responses(body: dict[str, Any]) -> str:
    items = body.get("input") or []
    if not items:
        return "input must not be empty"
    if body.get("store") is not False:
        return "store must be off"
    if body["max_output_tokens"] < 16:
        return "'max_output_tokens': integer below minimum value"
    ids = [item["id"] for item in items if "id" in item]
    if len(set(ids)) != len(ids):
        return f"duplicate item found with id among {ids}"
    open_calls: list[str] = []
    used: set[str] = set()
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else {}
        wrong = _responses_item(body, item, following, open_calls, used)
        if wrong:
            return f"input[{number}]: {wrong}"
    return f"No tool output found for function call {open_calls[0]}" if open_calls else ""


ITEM_IDS = {"message": "msg_", "reasoning": "rs_", "function_call": "fc_"}


def _responses_item(body: dict[str, Any], item: Any, following: Any, open_calls: list[str], used: set[str]) -> str:
    kind = item.get("type", "message")
    if "id" in item and not item["id"].startswith(ITEM_IDS[kind]):
        return f"expected an ID that begins with {ITEM_IDS[kind]!r}"
    match kind:
        case "message":
            if open_calls:
                return f"No tool output found for function call {open_calls[0]}"
            if not item.get("content") or item.get("role") not in ("user", "assistant"):
                return "empty message"
            return _bad_parts(item["content"], "input_text" if item["role"] == "user" else "output_text")
        case "reasoning":
            said = "".join(part["text"] for part in item["summary"])
            if item.get("encrypted_content") != signature(body["model"], said):
                return "the encrypted content could not be verified"
            if following.get("type") not in ("message", "function_call", "reasoning"):
                return "reasoning was provided without its required following item"
            return ""
        case "function_call":
            if not ID.fullmatch(item["call_id"]) or not ID.fullmatch(item["name"]):
                return f"call_id {item['call_id']!r} or name {item['name']!r} does not match the pattern"
            if item["call_id"] in used:
                return "duplicate call_id"
            used.add(item["call_id"])
            open_calls.append(item["call_id"])
            return _json_object(item["arguments"])
        case "function_call_output":
            if item["call_id"] not in open_calls:
                return "No tool call found for function call output"
            open_calls.remove(item["call_id"])
            return _bad_parts(item["output"], "input_text") if item["output"] else "empty output"
    return f"unknown item type {item.get('type')}"


def _bad_parts(content: Any, text_type: str) -> str:
    for part in content if isinstance(content, list) else ():
        wrong = _bad_url(part["image_url"]) if part["type"] == "input_image" and text_type == "input_text" else ""
        if wrong or part["type"] not in (text_type, "input_image", "refusal"):
            return wrong or f"invalid value: {part['type']!r}"
    return ""


def _chat(body: dict[str, Any]) -> str:
    open_calls: list[str] = []
    used: set[str] = set()
    messages = body.get("messages") or []
    if not any(message["role"] == "user" for message in messages):
        return "no user message"
    for number, message in enumerate(messages):
        wrong = _chat_message(message, open_calls, used) or _imitators_rule(body["model"], messages, number)
        if wrong:
            return f"messages[{number}]: {wrong}"
    return "tool_calls must be followed by tool messages" if open_calls else ""


def _imitators_rule(model: str, messages: Any, number: int) -> str:
    """What DeepSeek, Kimi and Mistral want beyond OpenAI's rules."""
    message, calls = messages[number], messages[number].get("tool_calls") or ()
    thoughts = [message.get(key) for key in ("reasoning_content", "reasoning", "reasoning_details")]
    if ("deepseek" in model or "kimi" in model) and calls and not any(thoughts):
        return "thinking is enabled but reasoning_content is missing in assistant tool call message"
    if "mistral" in model and not all(MISTRAL_ID.fullmatch(call["id"]) for call in calls):
        return f"tool call id must be a-z, A-Z, 0-9, with a length of 9: {calls}"
    if "mistral" in model and message["role"] == "user" and number and messages[number - 1]["role"] == "tool":
        return "unexpected role 'user' after role 'tool'"
    return ""


def _chat_message(message: Any, open_calls: list[str], used: set[str]) -> str:
    if message["role"] == "tool":
        if message["tool_call_id"] not in open_calls:
            return "role 'tool' must be a response to a preceding message with 'tool_calls'"
        open_calls.remove(message["tool_call_id"])
        return "" if isinstance(message["content"], str) and message["content"] else "empty tool message"
    if open_calls:
        return f"tool_call_ids {open_calls} did not have response messages"
    if message["role"] != "assistant":
        parts = message["content"] if isinstance(message["content"], list) else []
        wrongs = [_bad_url(part["image_url"]["url"]) for part in parts if part["type"] == "image_url"]
        return next((wrong for wrong in wrongs if wrong), "" if message["content"] else "empty message")
    if message.get("tool_calls") == []:
        return "[] is too short - 'tool_calls'"
    for call in message.get("tool_calls") or ():
        if not CHAT_ID.fullmatch(call["id"]) or call["id"] in used or not ID.fullmatch(call["function"]["name"]):
            return f"bad or duplicate tool call {call['id']!r} {call['function']['name']!r}"
        used.add(call["id"])
        open_calls.append(call["id"])
        wrong = _json_object(call["function"]["arguments"])
        if wrong:
            return wrong
    return "" if message.get("content") or message.get("tool_calls") else "empty assistant message"


def _json_object(text: str) -> str:
    try:
        return "" if isinstance(json.loads(text), dict) else "arguments are no object"
    except ValueError:
        return f"arguments are not JSON: {text[:40]!r}"


RULES = {"anthropic": _anthropic, "openai-responses": _responses, "openai-chat": _chat}
