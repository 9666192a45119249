"""Everything a service or the network does wrong ends as one ProviderError, in one attempt, with nothing counted."""

import json
import socket

import pytest
from loopback import Asked, Loopback, Said, Seen
from loopback_dialects import DIALECTS as SPOKEN

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError, UsageError
from droidlite.providers import make
from droidlite.providers.anthropic import AnthropicMessages
from droidlite.providers.classifying import retry_after
from droidlite.providers.faults import Faults
from droidlite.providers.openai_chat import OpenAIChat
from droidlite.providers.openai_responses import OpenAIResponses
from droidlite.providers.sse import ServerEvent
from droidlite.types import Assistant, Delta, Endpoint, ModelSpec, Request, ToolSpec, User

PROVIDERS = {"anthropic": AnthropicMessages, "openai-responses": OpenAIResponses, "openai-chat": OpenAIChat}
DIALECTS = tuple(PROVIDERS)
SPEC = ModelSpec(id="test/model", provider="test")
REQUEST = Request(
    system="Be brief.",
    tools=(ToolSpec("read", "Reads.", {"type": "object"}),),
    messages=(User("Hi."),),
    max_output=1_000,
)
LONG = Said("A rather long answer.", calls=(Asked("read", {"path": "a.py"}),))
KEY = "sk-ant-canary0123456789abcdef"


class Outcome:
    """What came of one stream: its deltas, and the reply or the error."""

    def __init__(self, server: Loopback, dialect: str) -> None:
        provider = PROVIDERS[dialect](server.endpoint(dialect, key=KEY))
        self.deltas: list[Delta] = []
        self.reply: Assistant | None = None
        self.error: ProviderError | None = None
        try:
            for item in provider.stream(SPEC, REQUEST, Cancellation()):
                if isinstance(item, Assistant):
                    self.reply = item
                else:
                    self.deltas.append(item)
        except ProviderError as error:
            self.error = error
        provider.close()

    def told(self) -> tuple[str, str, int, float | None]:
        assert self.error is not None, f"accepted as success: {self.reply}"
        assert self.reply is None
        return self.error.fault, self.error.retry, self.error.status, self.error.retry_after


def body(kind: str, message: str = "It said so.", code: str | None = None) -> dict:
    return {"type": "error", "error": {"type": kind, "message": message, "code": code}}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Said(fault="status", status=401, body=body("authentication_error")), ("auth", "other", 401, None)),
        (Said(fault="status", status=403, body=body("permission_error")), ("auth", "other", 403, None)),
        (Said(fault="status", status=404, body=body("not_found_error")), ("model", "other", 404, None)),
        (Said(fault="status", status=404, body="<html>nothing here</html>"), ("model", "other", 404, None)),
        (
            Said(fault="status", status=429, body=body("rate_limit_error"), headers=(("retry-after", "7"),)),
            ("rate_limit", "same", 429, 7.0),
        ),
        (
            Said(fault="status", status=429, body=body("rate_limit_error"), headers=(("retry-after-ms", "250"),)),
            ("rate_limit", "same", 429, 0.25),
        ),
        (
            Said(fault="status", status=429, body=body("insufficient_quota", "You exceeded", "insufficient_quota")),
            ("quota", "other", 429, None),
        ),
        (
            Said(fault="status", status=400, body=body("invalid_request_error", "Your credit balance is too low")),
            ("quota", "other", 400, None),
        ),
        (Said(fault="status", status=402, body=body("billing_error")), ("quota", "other", 402, None)),
        (
            Said(fault="status", status=400, body=body("invalid_request_error", "prompt is too long: 9 > 8 tokens")),
            ("context", "never", 400, None),
        ),
        (
            Said(fault="status", status=400, body=body("invalid_request_error", "x", "context_length_exceeded")),
            ("context", "never", 400, None),
        ),
        (Said(fault="status", status=413, body=body("request_too_large")), ("context", "never", 413, None)),
        (
            Said(fault="status", status=400, body=body("invalid_request_error", "x", "content_filter")),
            ("refusal", "never", 400, None),
        ),
        (Said(fault="status", status=400, body=body("invalid_request_error")), ("invalid", "never", 400, None)),
        (Said(fault="status", status=500, body=body("api_error")), ("server", "same", 500, None)),
        (Said(fault="status", status=503, body="<html>busy</html>"), ("server", "same", 503, None)),
        (Said(fault="status", status=529, body=body("overloaded_error")), ("overloaded", "same", 529, None)),
        (
            Said(fault="status", status=500, body=body("api_error"), headers=(("x-should-retry", "false"),)),
            ("server", "other", 500, None),
        ),
        (Said(fault="status", status=307, headers=(("location", "/else"),)), ("invalid", "other", 307, None)),
        (Said("Half of it and more.", fault="overloaded"), ("overloaded", "same", 200, None)),
        (
            Said("Half of it.", fault="error", body={"type": "rate_limit_error", "message": "slow"}),
            ("rate_limit", "same", 200, None),
        ),
        (Said("Half of it.", fault="error", body={"message": "oops", "code": "502"}), ("server", "same", 200, None)),
        (Said(fault="json", body=body("api_error", "it broke")), ("server", "same", 200, None)),
        (Said(fault="json"), ("malformed", "same", 200, None)),
        (Said(fault="html"), ("malformed", "same", 200, None)),
        (Said("Hello there.", fault="broken"), ("malformed", "same", 0, None)),
        (Said("Hello there.", fault="eof"), ("incomplete", "same", 0, None)),
        (Said("Hello there.", fault="reset"), ("network", "same", 0, None)),
        (Said("Hello there.", fault="cut"), ("network", "same", 0, None)),
        (Said(fault="reset_first"), ("network", "same", 0, None)),
        (Said(fault="empty"), ("empty", "same", 0, None)),
        (Said("  \n", fault=""), ("empty", "same", 0, None)),
        (Said(fault="thinking"), ("empty", "same", 0, None)),
    ],
)
def test_faults(dialect: str, said: Said, expected: tuple) -> None:
    with Loopback([said]) as server:
        outcome = Outcome(server, dialect)
        assert outcome.told() == expected
        assert len(server.requests) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_truncated_arguments_are_never_a_call(dialect: str) -> None:
    cut = Said("Reading.", calls=(Asked("read", {"path": "a.py"}),), fault="truncated")
    with Loopback([cut]) as server:
        reply = Outcome(server, dialect).reply
        assert reply is not None
        assert (reply.text, reply.calls, reply.stop, reply.opaque) == ("Reading.", (), "length", None)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_beginning_of_arguments_is_a_call(dialect: str) -> None:
    """All beginnings of what a call of 340 characters says, whole JSON included: 1,020 over the three dialects."""
    whole = json.dumps({"command": "rm -rf " + "x" * 318})
    endpoint = Endpoint(name="e", protocol=dialect)  # type: ignore[arg-type]
    provider, faults, taken = PROVIDERS[dialect](endpoint), Faults(endpoint, SPEC.id), []
    for size in range(1, 341):
        cut = Said("So.", calls=(Asked("shell", whole[:size] * 2),), fault="truncated")  # half of it is sent
        reply = provider.reply(SPEC, REQUEST, faults)
        for name, data in SPOKEN[dialect](cut, Seen("", dialect, {}, b"", {"model": "m"}, 0.0), size):
            list(reply.add(ServerEvent(name, data if isinstance(data, str) else json.dumps(data))))
        taken += reply.finish().calls
    assert (len(whole), taken) == (340, [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_limit_reached_in_mid_answer_may_have_cost_something(dialect: str) -> None:
    """A refusal before it does not: a cap must hold all the same."""
    limit = {"type": "rate_limit_error", "message": "Slower."}
    with Loopback([Said("Half of it.", fault="error", body=limit), Said(fault="status", status=429)]) as server:
        late, early = (Outcome(server, dialect).error for _ in range(2))
    assert [(each.fault, each.billed) for each in (late, early) if each] == [
        ("rate_limit", True),
        ("rate_limit", False),
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_refusals(dialect: str) -> None:
    stop = {"anthropic": "refusal", "openai-responses": "content_filter", "openai-chat": "content_filter"}[dialect]
    with Loopback([Said("I", stop=stop)]) as server:
        assert Outcome(server, dialect).told() == ("refusal", "never", 0, None)


def test_the_context_window_was_exceeded_while_answering() -> None:
    with Loopback([Said("I", stop="model_context_window_exceeded")]) as server:
        assert Outcome(server, "anthropic").told() == ("context", "never", 0, None)


def test_a_response_that_failed() -> None:
    with Loopback([Said("I", stop="failed", body={"code": "rate_limit_exceeded", "message": "slow"})]) as server:
        assert Outcome(server, "openai-responses").told() == ("rate_limit", "same", 200, None)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nobody_listens(dialect: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    provider = make(Endpoint(name="gone", protocol=dialect, base_url=f"http://127.0.0.1:{port}"))
    with pytest.raises(ProviderError) as caught:
        list(provider.stream(SPEC, REQUEST, Cancellation()))
    assert (caught.value.fault, caught.value.retry, caught.value.billed) == ("network", "same", False)
    told = "cannot be reached (Connection refused); check the network and the endpoint's base_url."
    assert str(caught.value) == f"Endpoint gone (127.0.0.1) {told}"


def test_keys_are_never_told() -> None:
    said = f"Incorrect API key provided: {KEY}. Or sk-proj-AAAAAAAAAAAAAAAAAAAA, Bearer abcdefghijkl.\x1b[31m\u202e"
    with Loopback([Said(fault="status", status=401, body=body("authentication_error", said))]) as server:
        error = Outcome(server, "anthropic").error
    assert str(error) == (
        "Endpoint loopback (127.0.0.1) refused the API key (HTTP 401); check the key and its permissions in your "
        "settings. It said: Incorrect API key provided: [key]. Or [key], [key] [31m"
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict, seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("endpoint", "problem"),
    [
        (Endpoint(name="b", protocol="anthropic", kind="bedrock"), "Endpoint b: kind 'bedrock' needs 'region'"),
        (Endpoint(name="v", protocol="anthropic", kind="vertex"), "Endpoint v: kind 'vertex' needs 'region'"),
        (Endpoint(name="a", protocol="anthropic", kind="azure"), "Endpoint a: kind 'azure' needs 'base_url'"),
        (Endpoint(name="a", protocol="openai-chat", kind="azure"), "Endpoint a: kind 'azure' needs 'base_url'"),
        (Endpoint(name="x", protocol="openai-chat", kind="bedrock"), "needs protocol 'anthropic'"),
    ],
)
def test_endpoints_that_cannot_be_used(endpoint: Endpoint, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        list(make(endpoint).stream(SPEC, REQUEST, Cancellation()))
