"""The clouds' own clients, through the SDKs: built, and heard on loopback where the SDK lets itself be sent there."""

import sys

import pytest
from loopback import Loopback, Said
from loopback_replies import PATHS

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.providers import make
from droidlite.types import Assistant, Endpoint, ModelSpec, Request, User

REQUEST = Request(system="Be brief.", tools=(), messages=(User("Hi."),), max_output=100)


def answer(endpoint: Endpoint, model: str) -> str:
    spec = ModelSpec(id=model, provider="test")
    *_, last = make(endpoint).stream(spec, REQUEST, Cancellation())
    assert isinstance(last, Assistant)
    return last.text


def test_azure_speaks_anthropic() -> None:
    with Loopback([Said("Hello.")]) as server:
        url = f"http://127.0.0.1:{server.port}"
        endpoint = Endpoint(name="az", protocol="anthropic", kind="azure", base_url=url, api_key="k1")
        assert answer(endpoint, "claude-x") == "Hello."
        assert server.requests[0].headers["api-key"] == "k1"


def test_azure_speaks_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/openai/responses"
    monkeypatch.setitem(PATHS, path, "openai-responses")
    with Loopback([Said("Hello.")]) as server:
        url = f"http://127.0.0.1:{server.port}"
        endpoint = Endpoint(name="az", protocol="openai-responses", kind="azure", base_url=url, api_key="k1")
        assert answer(endpoint, "gpt-x") == "Hello."
        (seen,) = server.requests
        assert (seen.path, seen.headers["api-key"]) == (path, "k1")


def test_vertex(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/projects/shop/locations/europe-west1/publishers/anthropic/models/claude-x:streamRawPredict"
    monkeypatch.setitem(PATHS, path, "anthropic")
    monkeypatch.setenv("ANTHROPIC_VERTEX_PROJECT_ID", "shop")
    with Loopback([Said("Hello.")]) as server:
        endpoint = Endpoint(
            name="v",
            protocol="anthropic",
            kind="vertex",
            region="europe-west1",
            base_url=f"http://127.0.0.1:{server.port}",
            api_key="token",
        )
        assert answer(endpoint, "claude-x") == "Hello."
        (seen,) = server.requests
        assert (seen.path, seen.headers["authorization"]) == (path, "Bearer token")


def test_vertex_without_a_project_is_one_attempt_that_nobody_saw() -> None:
    with Loopback([Said("Hello.")]) as server:
        url = f"http://127.0.0.1:{server.port}"
        endpoint = Endpoint(
            name="v", protocol="anthropic", kind="vertex", region="europe-west1", base_url=url, api_key="token"
        )
        with pytest.raises(ProviderError, match=r"No project_id was given.*or set GOOGLE_APPLICATION_CRED") as caught:
            answer(endpoint, "claude-x")
        assert (caught.value.fault, caught.value.retry, caught.value.sent) == ("auth", "other", False)
        assert server.requests == []


def test_bedrock_sends_nothing_whose_answer_it_could_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.eventstream", None)  # as if boto3 were not installed
    with Loopback([Said("Hello.")]) as server:
        url = f"http://127.0.0.1:{server.port}"
        endpoint = Endpoint(
            name="b", protocol="anthropic", kind="bedrock", region="eu-west-1", base_url=url, api_key="aws-key"
        )
        with pytest.raises(ProviderError) as caught:
            answer(endpoint, "claude-x")
        assert (caught.value.fault, caught.value.retry, caught.value.sent) == ("auth", "other", False)
        assert str(caught.value) == (
            "Endpoint b (127.0.0.1) needs packages of its cloud that are not installed: pip install "
            "'droidlite[bedrock]'."
        )
        assert server.requests == []
