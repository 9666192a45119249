"""Bedrock's own framing of the Messages API, heard on loopback. Needs boto3 (pip install 'droidlite[bedrock]')."""

import pytest

pytest.importorskip("boto3")

from loopback import Asked, Loopback, Said
from loopback_bedrock import BEDROCK
from loopback_replies import PATHS, SSE, Framing

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.providers.anthropic import AnthropicMessages
from droidlite.types import Assistant, Call, Endpoint, ModelSpec, Request, Usage, User

NAME = "anthropic.claude-x-v1:0"
PATH = f"/model/{NAME}/invoke-with-response-stream"
SPEC = ModelSpec(id="claude-x", provider="test", name=NAME)
REQUEST = Request(system="Be brief.", tools=(), messages=(User("Hi."),), max_output=100)


@pytest.fixture(autouse=True)
def bedrock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its paths, and no look at the metadata of a machine in AWS."""
    monkeypatch.setitem(PATHS, PATH, "anthropic")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def endpoint(server: Loopback, *, key: str = "aws-key", region: str = "eu-west-1") -> Endpoint:
    url = f"http://127.0.0.1:{server.port}"
    return Endpoint(name="b", protocol="anthropic", kind="bedrock", region=region, base_url=url, api_key=key)


def ask(server: Loopback, **facts: str) -> Assistant:
    provider = AnthropicMessages(endpoint(server, **facts), stall=5.0)
    *_, last = provider.stream(SPEC, REQUEST, Cancellation())
    assert isinstance(last, Assistant)
    return last


def refused(said: Said, framing: Framing = BEDROCK, **facts: str) -> ProviderError:
    with Loopback([said], framing=framing) as server, pytest.raises(ProviderError) as caught:
        ask(server, **facts)
    return caught.value


@pytest.mark.parametrize("split", [0, 1, 7])
def test_a_reply_cut_anywhere_is_read(split: int) -> None:
    calls = (Asked("read", {"file_path": "a.py"}, id="toolu_1"),)
    said = Said("Cześć.", thought="Hm.", calls=calls, usage={"input": 9, "output": 5, "cache_read": 3}, split=split)
    with Loopback([said], framing=BEDROCK) as server:
        reply = ask(server)
    assert (reply.text, reply.stop, reply.usage) == ("Cześć.", "calls", Usage(input=9, output=5, cache_read=3))
    assert reply.calls == (Call("toolu_1", "read", '{"file_path": "a.py"}'),)
    assert reply.opaque is not None, "thinking is kept"
    (seen,) = server.requests
    assert (seen.path, seen.headers["authorization"]) == (PATH, "Bearer aws-key")
    assert {"model", "stream"}.isdisjoint(seen.json)


def test_a_request_is_signed_with_what_aws_libraries_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    with Loopback([Said("Hello.")], framing=BEDROCK) as server:
        assert ask(server, key="", region="eu-west-2").text == "Hello."
        signed = server.requests[0].headers["authorization"]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-west-2/bedrock/aws4_request" in signed


@pytest.mark.parametrize(
    ("env", "region", "said"),
    [
        ({}, "eu-a", "Could not resolve AWS credentials from session"),
        ({"AWS_PROFILE": "nobody"}, "eu-b", "The config profile (nobody) could not be found"),
        (
            {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"},
            "eu-c",
            "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        ),
    ],
)
def test_credentials_that_cannot_be_used(
    env: dict[str, str], region: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in a region of its own: the SDK remembers what it found for one."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    error = refused(Said("Hello."), key="", region=region)
    assert (error.fault, error.retry, error.sent, error.exit_code) == ("auth", "other", False, 1)
    assert str(error) == (
        f"Endpoint b (127.0.0.1) cannot be asked with the credentials found here ({said}); log in (aws sso login), set "
        "AWS_PROFILE, or name a Bedrock API key as api_key."
    )


def thrown(kind: str) -> Said:
    return Said("Half of it.", fault="error", body={"type": kind, "message": "It said so."})


def told(status: int, message: str) -> Said:
    return Said(fault="status", status=status, body={"message": message})


@pytest.mark.parametrize(
    ("said", "fault", "retry"),
    [
        (Said("Half of it.", fault="eof"), "incomplete", "same"),
        (Said("Half of it.", fault="reset"), "network", "same"),
        (Said("Half of it.", fault="cut"), "malformed", "same"),
        (thrown("throttlingException"), "rate_limit", "same"),
        (thrown("modelStreamErrorException"), "server", "same"),
        (thrown("serviceUnavailableException"), "server", "same"),
        (thrown("validationException"), "invalid", "never"),
        (told(424, "The system encountered an unexpected error during processing."), "server", "same"),
        (told(429, "Too many tokens, please wait before trying again."), "rate_limit", "same"),
        (told(400, "Your request exceeds the service quota for your account."), "quota", "other"),
        (told(400, "Invocation of model ID x with on-demand throughput isn’t supported."), "model", "other"),
        (told(403, "You don't have access to the model with the specified model ID."), "model", "other"),
        (told(403, "The security token included in the request is expired"), "auth", "other"),
    ],
)
def test_faults(said: Said, fault: str, retry: str) -> None:
    error = refused(said)
    assert (error.fault, error.retry, "HTTP 200" in str(error)) == (fault, retry, False)


def test_frames_of_another_kind() -> None:
    assert refused(Said("Hello."), SSE).fault == "malformed"
