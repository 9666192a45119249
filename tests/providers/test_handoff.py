"""Any conversation, written by any providers in turn, is taken by every other, and requests only ever grow."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import Asked, Loopback, Said, Seen, assert_prefixes
from vendor_rules import reject

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.providers import make
from droidlite.providers.chat_body import request_body as chat_body
from droidlite.providers.responses_body import request_body as responses_body
from droidlite.types import (
    Assistant,
    Call,
    Image,
    Message,
    ModelSpec,
    Opaque,
    Request,
    ToolResult,
    ToolResults,
    ToolSpec,
    User,
)

DIALECTS = ("anthropic", "openai-responses", "openai-chat")
TOOLS = (ToolSpec("read", "Reads.", {"type": "object"}), ToolSpec("shell", "Runs.", {"type": "object"}))
PIXEL = Image("image/png", "iVBORw0KGgo=")

TEXTS = st.sampled_from(["", " ", "Yes.", "Ünïcode ✓ 𝄞", "line\nline\n", "half \ud83d pair"])
ARGUMENTS = st.sampled_from(
    [{}, {"path": "a.py"}, {"n": 1.5, "deep": {"list": [1, None]}}, "", "[1]", "{not json", "null", '{"a": "\\ud83d"}']
)
IDS = st.sampled_from(["", "", "call_0", "call_0", "functions.read:0", "x" * 90, "ö", "toolu_1"])
CALLS = st.builds(Asked, name=st.sampled_from(["read", "shell", "multi tool.use", ""]), arguments=ARGUMENTS, id=IDS)
REPLIES = st.builds(
    Said,
    text=TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()),
    thought=st.sampled_from(["", "Hm.", "Let me think."]),
    calls=st.lists(CALLS, max_size=3).map(tuple),
    fault=st.sampled_from(["", "", "", "truncated"]),
    shape=st.sampled_from(["", "no_ids", "stop_with_calls"]),
)
TURNS = st.fixed_dictionaries(
    {
        "dialect": st.sampled_from(DIALECTS),
        "model": st.sampled_from(["small", "large"]),
        "reply": REPLIES,
        "answered": st.sampled_from(["all", "all", "all", "some", "none", "twice", "reversed"]),
        "result": TEXTS,
        "pictures": st.booleans(),
        "then": st.lists(st.builds(User, TEXTS, st.sampled_from([(), (PIXEL,)])), max_size=2),
    }
)


class Rig:
    """A service that rejects what the vendors reject, and the three providers that speak to it."""

    def __init__(self) -> None:
        self.next = Said("Hello.")
        self.server = Loopback(lambda body, n: self.next, check=reject)
        self.providers = {dialect: make(self.server.endpoint(dialect)) for dialect in DIALECTS}

    def close(self) -> None:
        for provider in self.providers.values():
            provider.close()
        self.server.close()


@pytest.fixture(scope="module")
def rig():
    made = Rig()
    yield made
    made.close()


def spec_of(dialect: str, model: str) -> ModelSpec:
    return ModelSpec(id=f"{dialect}/{model}", provider="test", images=model == "large", efforts=("low",))


def request_of(messages: list[Message]) -> Request:
    return Request(system="Be brief.", tools=TOOLS, messages=tuple(messages), max_output=4_000, cache_key="s")


def answer(reply: Assistant, turn: dict) -> list[Message]:
    """The results of a reply's calls as `answered` says: complete, partial, none, twice or in the wrong order."""
    images = (PIXEL,) if turn["pictures"] else ()
    results = [ToolResult(call.id, turn["result"], images=images) for call in reply.calls]
    match turn["answered"]:
        case "some":
            results = results[1:]
        case "none":
            return []
        case "twice":
            results = results + results
        case "reversed":
            results = results[::-1]
    return [ToolResults(tuple(results))] if results else []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(TURNS, min_size=1, max_size=6), first=TEXTS)
def test_every_transcript_is_taken_by_every_service(rig: Rig, turns: list[dict], first: str) -> None:
    messages: list[Message] = [User(first)]
    begun = len(rig.server.requests)
    for turn in turns:
        rig.next = turn["reply"]
        spec = spec_of(turn["dialect"], turn["model"])
        try:
            *_, reply = rig.providers[turn["dialect"]].stream(spec, request_of(messages), Cancellation())
        except ProviderError as error:
            if error.fault != "empty":
                raise
        else:
            messages += [reply, *answer(reply, turn)]
        messages += turn["then"]
        if isinstance(messages[-1], Assistant):
            messages.append(User("Go on."))
    by_model: dict[str, list[Seen]] = {}
    for seen in rig.server.requests[begun:]:
        by_model.setdefault(seen.json["model"], []).append(seen)
    for requests in by_model.values():
        assert_prefixes(rig.server, requests=requests)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "messages",
    [
        (),
        (Assistant("I was here first."),),
        (ToolResults((ToolResult("lost", "no call"),)),),
        (User("a"), Assistant("", (Call("1", "read", "{}"),), "calls")),
        (User("a"), Assistant("", (Call("1", "read", "{}"),), "calls"), User("never mind")),
        (User("a"), Assistant(""), User("b")),
        (User("a"), ToolResults(()), User("b")),
        (User("a"), Assistant("b", opaque=Opaque("anthropic", "anthropic/small", "not json")), User("c")),
        (User("a"), Assistant("b", opaque=Opaque("openai-chat", "openai-chat/small", "[]")), User("c")),
    ],
)
def test_torn_conversations_are_mended(rig: Rig, dialect: str, messages: tuple[Message, ...]) -> None:
    rig.next = Said("Fine.")
    *_, reply = rig.providers[dialect].stream(spec_of(dialect, "small"), request_of(list(messages)), Cancellation())
    assert reply.text == "Fine."


@pytest.mark.parametrize("dialect", DIALECTS)
def test_own_thinking_comes_back_to_the_same_model_only(rig: Rig, dialect: str) -> None:
    rig.next = Said("Look.", thought="Secret plan.", calls=(Asked("read", {"path": "a"}),))
    spec, question = spec_of(dialect, "small"), [User("hi")]
    *_, reply = rig.providers[dialect].stream(spec, request_of(question), Cancellation())
    messages = [*question, reply, ToolResults((ToolResult(reply.calls[0].id, "x"),))]
    rig.next = Said("Done.")
    list(rig.providers[dialect].stream(spec, request_of(messages), Cancellation()))
    assert b"Secret plan." in rig.server.requests[-1].raw
    list(rig.providers[dialect].stream(spec_of(dialect, "large"), request_of(messages), Cancellation()))
    assert b"Secret plan." not in rig.server.requests[-1].raw
    for other in DIALECTS:
        if other != dialect:
            list(rig.providers[other].stream(spec_of(other, "small"), request_of(messages), Cancellation()))
            assert b"Secret plan." not in rig.server.requests[-1].raw


def test_opaque_that_does_not_match_the_calls_is_not_used(rig: Rig) -> None:
    rig.next = Said("", thought="Secret plan.", calls=(Asked("read"), Asked("shell")))
    spec = spec_of("anthropic", "small")
    *_, reply = rig.providers["anthropic"].stream(spec, request_of([User("hi")]), Cancellation())
    fewer = msgspec.structs.replace(reply, calls=reply.calls[:1])
    rig.next = Said("Done.")
    messages = [User("hi"), fewer, ToolResults((ToolResult(reply.calls[0].id, "x"),))]
    list(rig.providers["anthropic"].stream(spec, request_of(messages), Cancellation()))
    assert b"Secret plan." not in rig.server.requests[-1].raw


LONG_ID = "chatcmpl-tool-" + "a" * 32
"""Made by vLLM; OpenAI takes at most 40 characters."""


@pytest.mark.parametrize(("model", "kept"), [("openai-chat/small", True), ("anthropic/small", False)])
def test_a_long_id_goes_back_to_its_own_model_only(model: str, kept: bool) -> None:
    reply = Assistant("", (Call(LONG_ID, "read", "{}"),), "calls", model)
    messages = [User("a"), reply, ToolResults((ToolResult(LONG_ID, "x"),))]
    body = chat_body(spec_of("openai-chat", "small"), request_of(messages), openai=False)
    _, _, said, answered = body["messages"]
    given = said["tool_calls"][0]["id"]
    assert (given == LONG_ID, given == answered["tool_call_id"], len(given) <= 40) == (kept, True, not kept)


def test_encrypted_reasoning_goes_back_to_its_own_endpoint_only(rig: Rig) -> None:
    rig.next = Said("Look.", thought="Secret plan.", calls=(Asked("read"),))
    spec = spec_of("openai-responses", "small")
    *_, reply = rig.providers["openai-responses"].stream(spec, request_of([User("hi")]), Cancellation())
    assert reply.opaque is not None
    assert reply.opaque.endpoint == "loopback"
    request = request_of([User("hi"), reply, ToolResults((ToolResult(reply.calls[0].id, "x"),))])
    kinds = [item.get("type") for item in responses_body(spec, request, endpoint="azure")["input"]]
    assert kinds == [None, None, "function_call", "function_call_output"]
    own = [item.get("type") for item in responses_body(spec, request, endpoint="loopback")["input"]]
    assert own == [None, "reasoning", "message", "function_call", "function_call_output"]


def shown(count: int) -> tuple[list[str], int]:
    """The lines that stand for pictures, and how many are shown, of `count` prompts with one each."""
    messages: list[Message] = [User(f"{n}", (Image("image/png", "A" * 4_000),)) for n in range(count)]
    contents = [
        message["content"]
        for message in chat_body(spec_of("openai-chat", "large"), request_of(messages), openai=False)["messages"][1:]
    ]
    return [text for text in contents if isinstance(text, str)], sum(isinstance(each, list) for each in contents)


def test_the_oldest_of_too_many_images_are_named_half_a_hundred_at_a_time() -> None:
    assert shown(100) == ([], 100)
    lines, left = shown(101)
    assert (len(lines), left) == (50, 51)
    assert lines[0] == "0\n[an image was here: image/png, 3 kB]"
    assert len(shown(150)[0]) == 50
    assert len(shown(151)[0]) == 100


def test_an_image_of_a_type_nobody_takes_is_named() -> None:
    bitmap = User("see", (Image("image/bmp", "A" * 400), PIXEL))
    body = chat_body(spec_of("openai-chat", "large"), request_of([bitmap]), openai=False)
    parts = body["messages"][-1]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert parts[0]["text"] == "see\n[an image was here: image/bmp, 1 kB]"
