"""What the three services answer with a 400: `reject(dialect, body)` says why, or "". Written from their documentation
and from errors people report, so that a transcript that passes here would be taken by the real ones."""

import json
import re
from typing import Any

from loopback_dialects import signature

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def reject(dialect: str, body: Any) -> str:
    if not isinstance(body, dict) or not body.get("model") or body.get("stream") is not True:
        return "a streaming request needs a model"
    for tool in body.get("tools") or ():
        name = tool.get("name") or (tool.get("function") or {}).get("name") or ""
        if not ID.fullmatch(name):
            return f"tool name {name!r}"
    return RULES[dialect](body)


def _anthropic(body: dict[str, Any]) -> str:
    messages = body.get("messages") or []
    if "temperature" in body:
        return "temperature is not supported"
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
            source = block["source"]
            return "" if source["media_type"] in IMAGES and source["data"] else "bad image"
        case "tool_result" if role == "user":
            inner = block.get("content")
            inner = inner if isinstance(inner, list) else []
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
    open_calls: list[str] = []
    used: set[str] = set()
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else {}
        wrong = _responses_item(body, item, following, open_calls, used)
        if wrong:
            return f"input[{number}]: {wrong}"
    return f"No tool output found for function call {open_calls[0]}" if open_calls else ""


def _responses_item(body: dict[str, Any], item: Any, following: Any, open_calls: list[str], used: set[str]) -> str:
    match item.get("type", "message"):
        case "message":
            if open_calls:
                return f"No tool output found for function call {open_calls[0]}"
            return "" if item.get("content") and item.get("role") in ("user", "assistant") else "empty message"
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
            return "" if item["output"] else "empty output"
    return f"unknown item type {item.get('type')}"


def _chat(body: dict[str, Any]) -> str:
    open_calls: list[str] = []
    used: set[str] = set()
    messages = body.get("messages") or []
    if not any(message["role"] == "user" for message in messages):
        return "no user message"
    for number, message in enumerate(messages):
        wrong = _chat_message(message, open_calls, used)
        if wrong:
            return f"messages[{number}]: {wrong}"
    return "tool_calls must be followed by tool messages" if open_calls else ""


def _chat_message(message: Any, open_calls: list[str], used: set[str]) -> str:
    if message["role"] == "tool":
        if message["tool_call_id"] not in open_calls:
            return "role 'tool' must be a response to a preceding message with 'tool_calls'"
        open_calls.remove(message["tool_call_id"])
        return "" if isinstance(message["content"], str) and message["content"] else "empty tool message"
    if open_calls:
        return f"tool_call_ids {open_calls} did not have response messages"
    if message["role"] != "assistant":
        return "" if message["content"] else "empty message"
    for call in message.get("tool_calls") or ():
        if not ID.fullmatch(call["id"]) or call["id"] in used or not ID.fullmatch(call["function"]["name"]):
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
