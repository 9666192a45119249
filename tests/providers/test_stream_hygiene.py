"""No silence is waited out, no answer outlives its cancellation, and connections are kept only while they are good."""

import threading
import time

import pytest
from loopback import Loopback, Said

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers import make
from droidlite.providers.anthropic import AnthropicMessages
from droidlite.providers.openai_chat import OpenAIChat
from droidlite.providers.openai_responses import OpenAIResponses
from droidlite.types import ModelSpec, Request, Text, User

PROVIDERS = {"anthropic": AnthropicMessages, "openai-responses": OpenAIResponses, "openai-chat": OpenAIChat}
DIALECTS = tuple(PROVIDERS)
SPEC = ModelSpec(id="test/model", provider="test")
REQUEST = Request(system="Be brief.", tools=(), messages=(User("Hi."),), max_output=1_000)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fault", ["stall", "stall_first", "pings"])
def test_stalls_are_broken_within_the_limit(dialect: str, fault: str) -> None:
    with Loopback([Said("Some text that stops half", fault=fault)]) as server:
        provider = make(server.endpoint(dialect), stall=0.15)  # on loopback: what is set holds there too
        with pytest.raises(ProviderError, match=r"no progress for 0\.15 s") as caught:
            list(provider.stream(SPEC, REQUEST, Cancellation()))
        assert (caught.value.fault, caught.value.retry) == ("stalled", "same")
        # Under load the limit can pass before the request was even sent: then there is no connection to leave open.
        assert not server.requests or server.gone.wait(60), "the connection was left open"


def test_slow_progress_is_no_stall() -> None:
    with Loopback([Said("a b c d e f", thought="some thought", delay=0.12)]) as server:
        provider = OpenAIChat(server.endpoint("openai-chat"), stall=0.9)
        begun = time.monotonic()
        *_, reply = provider.stream(SPEC, REQUEST, Cancellation())
        provider.close()
        assert reply.text == "a b c d e f"
        assert time.monotonic() - begun > 0.9, "the answer must take longer than the limit to show anything"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fault", ["stall", "stall_first"])
def test_cancellation_closes_the_open_response(dialect: str, fault: str) -> None:
    with Loopback([Said("Some text that stops half", fault=fault)]) as server:
        provider, cancellation = make(server.endpoint(dialect)), Cancellation()

        def cancel_once_asked() -> None:
            while not server.requests:
                time.sleep(0.005)
            cancellation.cancel()

        thread = threading.Thread(target=cancel_once_asked)
        thread.start()
        with pytest.raises(Interrupted):
            list(provider.stream(SPEC, REQUEST, cancellation))
        thread.join()
        assert server.gone.wait(60)
        with pytest.raises(Interrupted):
            list(provider.stream(SPEC, REQUEST, cancellation))
        assert len(server.requests) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dropped_iterator_closes_the_open_response(dialect: str) -> None:
    with Loopback([Said("Some text that stops half", fault="stall"), Said("Again.")]) as server:
        provider = make(server.endpoint(dialect))
        stream = provider.stream(SPEC, REQUEST, Cancellation())
        assert isinstance(next(stream), Text)
        stream.close()
        assert server.gone.wait(60)
        *_, reply = provider.stream(SPEC, REQUEST, Cancellation())
        assert reply.text == "Again."
        assert server.connections == 2
        provider.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failed_connection_is_not_used_again_and_a_good_one_is(dialect: str) -> None:
    with Loopback([Said("One."), Said("Two."), Said("x y z", fault="reset"), Said("Three.")]) as server:
        provider = make(server.endpoint(dialect))
        heard = []
        for _ in range(4):
            try:
                *_, reply = provider.stream(SPEC, REQUEST, Cancellation())
                heard.append(reply.text)
            except ProviderError as error:
                heard.append(error.fault)
        provider.close()
        assert heard == ["One.", "Two.", "network", "Three."]
        assert server.connections == 2


def test_patience_lasts_until_the_first_event_only() -> None:
    with Loopback([Said("Some text that stops half", fault="stall")]) as server:
        provider = OpenAIChat(server.endpoint("openai-chat"), stall=0.1, patience=30.0)
        with pytest.raises(ProviderError, match=r"no progress for 0\.1 s"):
            list(provider.stream(SPEC, REQUEST, Cancellation()))
    with Loopback([Said(fault="stall_first")]) as server:
        provider = OpenAIChat(server.endpoint("openai-chat"), stall=30.0, patience=0.1)
        with pytest.raises(ProviderError, match=r"no progress for 0\.1 s"):
            list(provider.stream(SPEC, REQUEST, Cancellation()))
