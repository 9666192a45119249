"""An endpoint that speaks another protocol, a page where a service should be, a model that is no more."""

import re
from itertools import permutations
from typing import Any

import pytest
from loopback import Loopback, Said
from loopback_replies import PATHS
from msgspec import structs

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.providers import make
from droidlite.types import ModelSpec, Request, User

SPEC = ModelSpec(id="claude-sonnet-9", provider="test")
REQUEST = Request(system="Be brief.", tools=(), messages=(User("Hi."),), max_output=100)
DIALECTS = ("anthropic", "openai-responses", "openai-chat")
WHO = "Endpoint loopback (127.0.0.1)"
CHECK = "check the endpoint's base_url and protocol."


def failure(server: Loopback, dialect: str, key: str = "test-key-0123456789abcdef") -> ProviderError:
    provider = make(server.endpoint(dialect, key=key), stall=10.0)  # type: ignore[arg-type]
    with pytest.raises(ProviderError) as caught:
        list(provider.stream(SPEC, REQUEST, Cancellation()))
    assert len(server.requests) == 1
    return caught.value


def told(error: ProviderError) -> tuple[str, str, str, int]:
    return str(error), error.fault, error.retry, error.exit_code


def status(code: int, body: Any = None) -> Said:
    return Said(fault="status", status=code, body=body)


@pytest.mark.parametrize(("asks", "answers"), list(permutations(DIALECTS, 2)))
def test_an_answer_in_another_protocol(asks: str, answers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATHS, next(path for path, dialect in PATHS.items() if dialect == asks), answers)
    with Loopback([Said("Hello there.")]) as server:
        error = failure(server, asks)
    assert (error.fault, error.retry) == ("malformed", "same")
    assert str(error).startswith(f"{WHO} answered with something that is not its protocol (")
    assert str(error).endswith(f"); {CHECK}")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("said", "detail"),
    [
        # api.openai.com, api.anthropic.com and a plain web server, asked for another's path
        (
            status(404, {"error": {"message": "Invalid URL (POST /v1/messages)", "type": "invalid_request_error"}}),
            " It said: Invalid URL (POST /v1/messages)",
        ),
        (
            status(404, {"type": "error", "error": {"type": "not_found_error", "message": "Not Found"}}),
            " It said: Not Found",
        ),
        (status(404, "<html><body>nothing here</body></html>"), ""),
        (status(405, "<html><body>no</body></html>"), ""),
        (status(501, "<html><body>no</body></html>"), ""),
    ],
    ids=["openai", "anthropic", "page", "405", "501"],
)
def test_a_server_without_this_protocol(dialect: str, said: Said, detail: str) -> None:
    with Loopback([said]) as server:
        assert told(failure(server, dialect)) == (
            f"{WHO} has nothing there that speaks {dialect} (HTTP {said.status}); {CHECK}{detail}", "model", "other", 1
        )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (404, "model: claude-sonnet-9"),
        (404, "The model `claude-sonnet-9` does not exist or you do not have access to it."),
        (404, "The API deployment for this resource does not exist."),
        (400, "The model `claude-sonnet-9` has been decommissioned and is no longer supported."),
        (400, "This model is retired; use claude-sonnet-10."),
        (410, "model claude-sonnet-9 is no longer available"),
    ],
)
def test_a_model_that_is_gone_or_has_another_name(code: int, message: str) -> None:
    kind = {400: "invalid_request_error", 404: "not_found_error", 410: "model_not_found"}[code]
    with Loopback([status(code, {"error": {"message": message, "type": kind}})]) as server:
        assert told(failure(server, "openai-chat")) == (
            f"{WHO} does not know model claude-sonnet-9; check the model name and the endpoint's base_url and protocol."
            f" It said: {message}",
            "model", "other", 1,
        )  # fmt: skip


@pytest.mark.parametrize(
    "message", ["`temperature` is deprecated for this model.", "This model needs max_tokens; `n` is deprecated."]
)
def test_a_field_that_is_no_more_is_no_model_that_is_gone(message: str) -> None:
    with Loopback([status(400, {"error": {"message": message, "type": "invalid_request_error"}})]) as server:
        assert failure(server, "openai-chat").fault == "invalid"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_page_to_sign_in_at(dialect: str) -> None:
    with Loopback([Said(fault="html")]) as server:
        assert told(failure(server, dialect)) == (
            f"{WHO} answered with a web page, as sign-in pages and proxies do; sign in to the network, or check "
            "base_url.",
            "malformed", "same", 75,
        )  # fmt: skip


def test_a_word_in_place_of_a_key_is_no_secret() -> None:
    said = status(404, {"error": {"message": "model 'x' not found, try `ollama pull x`"}})
    with Loopback([said]) as server:
        assert "try `ollama pull x`" in str(failure(server, "openai-chat", key="ollama"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_key_that_no_header_carries_is_tried_once_and_costs_nothing(dialect: str) -> None:
    with Loopback([Said("Hello.")]) as server:
        endpoint = structs.replace(server.endpoint(dialect), api_key="no-key-0123\n")  # type: ignore[arg-type]
        with pytest.raises(ProviderError) as caught:
            list(make(endpoint, stall=10.0).stream(SPEC, REQUEST, Cancellation()))
    error = caught.value
    assert (error.fault, error.retry, error.sent, error.exit_code) == ("network", "other", False, 1)
    assert re.fullmatch(rf"{re.escape(WHO)} can be sent nothing \(.+\); check base_url and key\.", str(error))
    assert (server.requests, "no-key-0123" in str(error)) == ([], False)
