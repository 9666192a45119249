"""What each provider makes of a whole reply, and what it asks for."""

import json

import pytest
from loopback import Asked, Loopback, Said, assert_prefixes

from droidlite.cancellation import Cancellation
from droidlite.providers import make
from droidlite.types import (
    Assistant,
    Call,
    CallAnnounced,
    ModelSpec,
    Opaque,
    Request,
    Text,
    Thought,
    ToolResult,
    ToolResults,
    ToolSpec,
    Usage,
    User,
)

DIALECTS = ("anthropic", "openai-responses", "openai-chat")
SPEC = ModelSpec(id="test/model", provider="test", name="model-1", efforts=("low", "medium", "high"), images=True)
TOOLS = (ToolSpec("read", "Reads.", {"type": "object"}), ToolSpec("shell", "Runs.", {"type": "object"}))
MEASURED = {"input": 70, "output": 9, "cache_read": 30, "cache_write": 0}


def request(**changes) -> Request:
    values = {"system": "Be brief.", "tools": TOOLS, "messages": (User("Hi."),), "max_output": 1_000} | changes
    return Request(**values)


def talk(said: Said, dialect: str, asked: Request | None = None, spec: ModelSpec = SPEC) -> tuple[list, dict]:
    """All that was yielded, and the request as the service saw it."""
    with Loopback([said]) as server:
        provider = make(server.endpoint(dialect))
        yielded = list(provider.stream(spec, asked or request(), Cancellation()))
        provider.close()
        return yielded, server.requests[0].json


@pytest.mark.parametrize("dialect", DIALECTS)
def test_text(dialect: str) -> None:
    yielded, _ = talk(Said("Good day", usage=MEASURED), dialect)
    assert yielded == [
        Text("Go"),
        Text("od"),
        Text(" d"),
        Text("ay"),
        Assistant("Good day", stop="end", model="test/model", usage=Usage(70, 9, 30, 0)),
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_calls_without_text_or_thinking(dialect: str) -> None:
    calls = (Asked("read", {"path": "a.py"}, id="one"), Asked("shell", '{"half', id="two"), Asked("read", "", id="x"))
    yielded, _ = talk(Said(calls=calls, usage=MEASURED), dialect)
    made = (Call("one", "read", '{"path": "a.py"}'), Call("two", "shell", '{"half'), Call("x", "read", "{}"))
    reply = yielded.pop()
    assert yielded == [CallAnnounced("read"), CallAnnounced("shell"), CallAnnounced("read")]
    assert (reply.text, reply.calls, reply.stop, reply.usage) == ("", made, "calls", Usage(70, 9, 30, 0))


def test_thinking_is_kept_signed() -> None:
    yielded, _ = talk(Said("Ok", thought="Plan", usage=MEASURED), "anthropic")
    reply = yielded.pop()
    assert [item for item in yielded if isinstance(item, Thought)] == [*map(Thought, "Plan")]
    signed = json.loads(reply.opaque.items)
    assert [block["type"] for block in signed] == ["thinking", "text"]
    assert signed[0]["thinking"] == "Plan"
    assert signed[0]["signature"].startswith("sig:model-1:")
    assert reply.opaque == Opaque("anthropic", "test/model", reply.opaque.items)


@pytest.mark.parametrize("dialect", ["openai-responses", "openai-chat"])
def test_reasoning_is_shown_and_kept(dialect: str) -> None:
    yielded, _ = talk(Said("Ok", thought="Plan", calls=(Asked("read"),)), dialect)
    reply = yielded.pop()
    assert [item for item in yielded if isinstance(item, Thought)] == [*map(Thought, "Plan")]
    assert (reply.opaque.protocol, reply.opaque.model) == (dialect, "test/model")
    assert "Plan" in reply.opaque.items


def test_reasoning_under_its_other_name() -> None:
    yielded, _ = talk(Said("Ok", thought="Plan", shape="reasoning"), "openai-chat")
    assert [item for item in yielded if isinstance(item, Thought)] == [*map(Thought, "Plan")]


@pytest.mark.parametrize(
    ("shape", "calls"),
    [
        ("no_ids", (Call("call_1_0", "read", '{"a": 1}'), Call("call_1_1", "shell", '{"b": 2}'))),
        ("same_index", (Call("call_0000_0", "read", '{"a": 1}'), Call("call_0000_1", "shell", '{"b": 2}'))),
        ("stop_with_calls", (Call("call_0000_0", "read", '{"a": 1}'), Call("call_0000_1", "shell", '{"b": 2}'))),
        ("object_arguments", (Call("call_0000_0", "read", '{"a":1}'), Call("call_0000_1", "shell", '{"b":2}'))),
    ],
)
def test_imitators_of_chat_completions(shape: str, calls: tuple[Call, ...]) -> None:
    yielded, _ = talk(Said(calls=(Asked("read", {"a": 1}), Asked("shell", {"b": 2})), shape=shape), "openai-chat")
    assert (yielded[-1].calls, yielded[-1].stop) == (calls, "calls")


def test_a_server_that_reports_no_usage_and_never_says_done() -> None:
    yielded, _ = talk(Said("Hi", shape="no_usage", fault="no_done"), "openai-chat")
    assert yielded[-1] == Assistant("Hi", model="test/model", usage=None)


def test_an_id_used_before_is_replaced() -> None:
    before = (User("a"), Assistant("", (Call("call_0", "read", "{}"),), "calls"))
    asked = request(messages=(*before, ToolResults((ToolResult("call_0", "x"),))))
    yielded, _ = talk(Said(calls=(Asked("read", id="call_0"),)), "openai-chat", asked)
    assert yielded[-1].calls == (Call("call_3_0", "read", "{}"),)


def test_a_messages_request() -> None:
    _, sent = talk(Said("Ok"), "anthropic", request(effort="low"))
    mark = {"type": "ephemeral"}
    assert sent == {
        "model": "model-1",
        "max_tokens": 1_000,
        "stream": True,
        "tools": [
            {"name": "read", "description": "Reads.", "input_schema": {"type": "object"}},
            {"name": "shell", "description": "Runs.", "input_schema": {"type": "object"}, "cache_control": mark},
        ],
        "system": [{"type": "text", "text": "Be brief.", "cache_control": mark}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi.", "cache_control": mark}]}],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "low"},
    }


def test_a_responses_request() -> None:
    _, sent = talk(Said("Ok"), "openai-responses", request(effort="low", cache_key="session-1", final=True))
    assert sent == {
        "model": "model-1",
        "instructions": "Be brief.",
        "tools": [
            {"type": "function", "name": "read", "description": "Reads.", "parameters": {"type": "object"}}
            | {"strict": False},
            {"type": "function", "name": "shell", "description": "Runs.", "parameters": {"type": "object"}}
            | {"strict": False},
        ],
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi."}]}],
        "max_output_tokens": 1_000,
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"summary": "auto", "effort": "low"},
        "prompt_cache_key": "session-1",
        "tool_choice": "none",
    }


def test_a_chat_request() -> None:
    _, sent = talk(Said("Ok"), "openai-chat", request(tools=TOOLS[:1], effort="high", cache_key="session-1"))
    assert sent == {
        "model": "model-1",
        "tools": [
            {
                "type": "function",
                "function": {"name": "read", "description": "Reads.", "parameters": {"type": "object"}},
            }
        ],
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}],
        "max_tokens": 1_000,
        "stream": True,
        "stream_options": {"include_usage": True},
        "reasoning_effort": "high",
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_plain_model_is_asked_for_no_reasoning(dialect: str) -> None:
    _, sent = talk(Said("Ok"), dialect, request(effort="high"), ModelSpec(id="plain", provider="test"))
    assert not {"thinking", "output_config", "reasoning", "reasoning_effort", "include"} & set(sent)


def test_older_models_get_a_thinking_budget() -> None:
    older = ModelSpec(id="claude-sonnet-4-5", provider="anthropic", efforts=("low", "high"))
    _, sent = talk(Said("Ok"), "anthropic", request(effort="high", max_output=10_000), older)
    assert sent["thinking"] == {"type": "enabled", "budget_tokens": 5_000}
    assert "output_config" not in sent


@pytest.mark.parametrize("dialect", DIALECTS)
def test_final_forbids_calls_and_keeps_the_tools(dialect: str) -> None:
    _, sent = talk(Said("Ok"), dialect, request(final=True))
    assert sent["tool_choice"] in ("none", {"type": "none"})
    assert len(sent["tools"]) == 2


@pytest.mark.parametrize("dialect", DIALECTS)
def test_requests_only_grow_and_marks_stay_few(dialect: str) -> None:
    replies = [Said(f"Step {n}.", thought="Hm.", calls=(Asked("read", {"n": n}),) * (n % 3)) for n in range(12)]
    with Loopback(replies) as server:
        provider = make(server.endpoint(dialect))
        messages: tuple = (User("Begin."),)
        for number in range(12):
            *_, reply = provider.stream(SPEC, request(messages=messages), Cancellation())
            results = tuple(ToolResult(call.id, f"line {number}", number == 4) for call in reply.calls)
            messages = (*messages, reply, ToolResults(results) if results else User("Go on."))
        provider.close()
        assert_prefixes(server)
        assert server.connections == 1
        marks = [seen.raw.count(b'"cache_control"') for seen in server.requests]
    assert marks == ([3] + [4] * 11 if dialect == "anthropic" else [0] * 12)


def test_the_previous_end_stays_marked_to_be_read_from_the_cache() -> None:
    messages = (User("a"), Assistant("b"), User("c"), Assistant("d"), User("e"))
    _, sent = talk(Said("Ok"), "anthropic", request(messages=messages))
    marked = ["cache_control" in message["content"][-1] for message in sent["messages"]]
    assert marked == [False, False, True, False, True]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_answers_cut_at_any_byte_read_the_same(dialect: str, size: int) -> None:
    said = {"text": "Grüße, 𝄞 and ✓\r\n\r\ndata: no", "thought": "Hm…", "calls": (Asked("read", {"ü": "✓"}),)}
    whole, _ = talk(Said(**said, usage=MEASURED), dialect)
    split, _ = talk(Said(**said, usage=MEASURED, split=size), dialect)
    assert split == whole
