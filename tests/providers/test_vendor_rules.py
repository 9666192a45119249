"""The rules the handoff is held against do bite: a request that is taken, and one wrong thing in it that is told."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from handoffs import JPEG, PNG
from loopback_dialects import signature
from vendor_rules import reject

Body = dict[str, Any]


def anthropic() -> Body:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG.data}}
    thought = {"type": "thinking", "thinking": "Hm.", "signature": signature("claude-x", "Hm.")}
    call = {"type": "tool_use", "id": "toolu_1", "name": "gone", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "x"}, image]}
    return {
        "model": "claude-x",
        "max_tokens": 4_000,
        "stream": True,
        "thinking": {"type": "enabled", "budget_tokens": 2_000},
        "tools": [{"name": "read", "description": "", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi"}]},
            {"role": "assistant", "content": [thought, call]},
            {"role": "user", "content": [result]},
        ],
    }


def responses() -> Body:
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG.data}", "detail": "auto"}
    reasoning = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": signature("gpt-x", "Hm."),
    }
    return {
        "model": "gpt-x",
        "stream": True,
        "store": False,
        "max_output_tokens": 100,
        "prompt_cache_key": "s",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "hi"}, image]},
            reasoning,
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "gone", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "x"},
        ],
    }


def chat() -> Body:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG.data}"}}
    call = {"id": "call_1", "type": "function", "function": {"name": "gone", "arguments": "{}"}}
    return {
        "model": "gpt-x",
        "stream": True,
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi"}, image]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": "x"},
        ],
    }


BODIES = {"anthropic": anthropic, "openai-responses": responses, "openai-chat": chat}


@pytest.mark.parametrize("dialect", BODIES)
def test_a_whole_request_is_taken_though_it_calls_tools_it_does_not_list(dialect: str) -> None:
    assert reject(dialect, BODIES[dialect]()) == ""


def put(*path: Any) -> Callable[[Body], None]:
    """Sets the last of `path` at the place the others lead to."""

    def change(body: Body) -> None:
        *way, key, value = path
        place: Any = body
        for step in way:
            place = place[step]
        place[key] = value

    return change


def drop(*path: Any) -> Callable[[Body], None]:
    def change(body: Body) -> None:
        *way, key = path
        place: Any = body
        for step in way:
            place = place[step]
        del place[key]

    return change


MARK = {"cache_control": {"type": "ephemeral"}}
TEXT = {"type": "text", "text": "x"}
LONG = "a" * 41
WRONG: list[tuple[str, Callable[[Body], None], str]] = [
    ("anthropic", put("messages", 0, "content", 0, "colour", 1), "colour: extra inputs are not permitted"),
    ("anthropic", put("messages", 0, "content", 0, "text", " "), "non-whitespace"),
    ("anthropic", put("messages", 0, "content", []), "content must not be empty"),
    ("anthropic", put("messages", 0, "content", [TEXT | MARK] * 5), "a maximum of 4 blocks"),
    ("anthropic", put("messages", 1, "content", 0, "thinking", "Hm!"), "invalid `signature`"),
    ("anthropic", put("model", "claude-y"), "invalid `signature`"),
    ("anthropic", drop("messages", 1, "content", 0), "must start with a thinking block"),
    ("anthropic", put("thinking", "budget_tokens", 4_000), "must be greater than"),
    ("anthropic", put("messages", 1, "content", 1, "id", "read:0"), "does not match the pattern"),
    ("anthropic", put("messages", 2, "content", 0, "is_error", True), "all content must be type `text`"),
    ("anthropic", put("messages", 2, "content", 0, "content", 1, "source", "data", JPEG.data), "is not the image/png"),
    ("anthropic", put("messages", 2, "content", [TEXT]), "were answered by []"),
    ("anthropic", lambda body: body["messages"][2]["content"].insert(0, TEXT), "must come first"),
    ("anthropic", lambda body: body["messages"].append(body["messages"][2]), "were answered by"),
    ("anthropic", drop("messages", 2), "does not support prefill"),
    ("anthropic", drop("tools"), "must define tools"),
    ("anthropic", lambda body: body["tools"].append(body["tools"][0]), "one is there twice"),
    ("openai-responses", put("input", 1, "colour", 1), "colour: extra inputs are not permitted"),
    ("openai-responses", put("input", 1, "summary", []), "could not be verified"),
    ("openai-responses", put("model", "gpt-y"), "could not be verified"),
    ("openai-responses", drop("input", 3), "No tool output found"),
    ("openai-responses", drop("input", 2), "without its required following item"),
    ("openai-responses", put("input", 2, "call_id", "a" * 65), "does not match the pattern"),
    ("openai-responses", put("input", 2, "id", "call_1"), "begins with 'fc_'"),
    ("openai-responses", put("input", 2, "arguments", "[1]"), "no object"),
    ("openai-responses", put("input", 3, "output", ""), "empty output"),
    ("openai-responses", put("input", 0, "content", 1, "image_url", "https://x"), "invalid image URL"),
    ("openai-responses", put("prompt_cache_key", "a" * 65), "string too long"),
    ("openai-responses", put("max_output_tokens", 8), "below minimum"),
    ("openai-chat", put("messages", 1, "colour", 1), "colour: extra inputs are not permitted"),
    ("openai-chat", put("messages", 1, "tool_calls", 0, "id", LONG), "bad or duplicate tool call"),
    ("openai-chat", put("messages", 1, "tool_calls", []), "too short"),
    ("openai-chat", drop("messages", 2), "must be followed by"),
    ("openai-chat", put("messages", 2, "content", ""), "empty tool message"),
    ("openai-chat", put("messages", 2, {"role": "user", "content": "x"}), "did not have response messages"),
    ("openai-chat", put("model", "kimi-x"), "reasoning_content is missing"),
    ("openai-chat", put("model", "mistral-x"), "length of 9"),
]


@pytest.mark.parametrize(("dialect", "change", "reason"), WRONG)
def test_one_wrong_thing_is_rejected(dialect: str, change: Callable[[Body], None], reason: str) -> None:
    body = copy.deepcopy(BODIES[dialect]())
    change(body)
    assert reason in reject(dialect, body)


def test_too_many_images_are_rejected() -> None:
    body = anthropic()
    body["messages"][2]["content"][0]["content"] *= 101
    assert reject("anthropic", body) == "too many images"


def test_mistral_wants_no_user_after_a_tool() -> None:
    body = chat() | {"model": "mistral-x"}
    body["messages"][1]["tool_calls"][0]["id"] = body["messages"][2]["tool_call_id"] = "abcDEF123"
    assert reject("openai-chat", body) == ""
    body["messages"].append({"role": "user", "content": "x"})
    assert "unexpected role" in reject("openai-chat", body)
