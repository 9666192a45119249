"""Answers no service would give: bombs, endless lines, a byte now and then, certificates nobody signed, odd clocks."""

import gzip
import socket
from collections.abc import Iterator

import pytest
from loopback_raw import after_request, server

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.providers import make
from droidlite.providers.classifying import retry_after
from droidlite.providers.sse import LARGEST_EVENT, TooLarge, decode_events
from droidlite.types import Endpoint, ModelSpec, Request, User

SPEC = ModelSpec(id="test/model", provider="test")
REQUEST = Request(system="Be brief.", tools=(), messages=(User("Hi."),), max_output=100)
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
DIALECTS = ("anthropic", "openai-responses", "openai-chat")


def failure(url: str, dialect: str = "anthropic", *, stall: float = 5.0) -> ProviderError:
    provider = make(Endpoint(name="odd", protocol=dialect, base_url=url, api_key="k"), stall=stall)  # type: ignore[arg-type]
    with pytest.raises(ProviderError) as caught:
        list(provider.stream(SPEC, REQUEST, Cancellation()))
    return caught.value


WHO = "Endpoint odd (127.0.0.1)"
FOREIGN = f"{WHO} answered with something that is not its protocol"
CHECK = "check the endpoint's base_url and protocol."
BOMB = gzip.compress(b"0" * 40_000_000, 9)
ZIPPED = b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("head", "fault", "said"),
    [
        (STREAM, "malformed", f"{FOREIGN} (an event of more than 16,000,000 bytes); {CHECK}"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n",
            "malformed",
            f"{FOREIGN} (JSON where a stream was asked for); {CHECK}",
        ),
        (
            b"HTTP/1.1 500 No\r\ncontent-type: application/json\r\n",
            "server",
            f"{WHO} failed with HTTP 500; try again in a moment, or use another endpoint or model. It said: "
            + "0" * 299
            + "…",
        ),
    ],
    ids=["stream", "json", "status"],
)
def test_a_gzip_bomb_is_not_unpacked(dialect: str, head: bytes, fault: str, said: str) -> None:
    with server(after_request(head + ZIPPED + BOMB)) as (port, seen):
        error = failure(f"http://127.0.0.1:{port}", dialect)
    assert (error.fault, str(error), len(seen)) == (fault, said, 1)


def test_a_line_of_100_mb_is_not_kept() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"data: " + b"x" * 1_000_000

    with pytest.raises(TooLarge):
        list(decode_events(endless()))
    assert read * 1_000_000 < LARGEST_EVENT + 3_000_000


def test_an_event_of_endless_lines_is_not_kept() -> None:
    with pytest.raises(TooLarge):
        list(decode_events(b"data: " + b"x" * 1_000_000 + b"\n" for _ in range(100)))


def test_a_long_line_on_the_wire_is_a_clear_sentence() -> None:
    def speak(connected: socket.socket) -> None:
        connected.recv(65_536)
        connected.sendall(STREAM + b"\r\ndata: ")
        for _ in range(100):
            connected.sendall(b"x" * 1_000_000)

    with server(speak) as (port, _):
        error = failure(f"http://127.0.0.1:{port}")
    assert (error.fault, error.retry) == ("malformed", "same")
    assert str(error) == f"{FOREIGN} (an event of more than 16,000,000 bytes); {CHECK}"


def test_a_byte_now_and_then_is_no_progress() -> None:
    def speak(connected: socket.socket) -> None:
        connected.recv(65_536)
        connected.sendall(STREAM + b"\r\n")
        connected.settimeout(0.02)
        while True:
            connected.sendall(b"x")
            try:
                if not connected.recv(1):
                    return
            except TimeoutError:
                continue

    with server(speak) as (port, _):
        error = failure(f"http://127.0.0.1:{port}", stall=0.3)
    assert (error.fault, error.retry) == ("stalled", "same")
    assert str(error) == (
        f"{WHO} stopped answering (no progress for 0.3 s); try again, or use another endpoint or model."
    )


def test_something_that_is_not_http() -> None:
    with server(after_request(b"SSH-2.0-OpenSSH_9.9\r\n")) as (port, seen):
        error = failure(f"http://127.0.0.1:{port}")
    assert (error.fault, len(seen)) == ("network", 1)
    assert str(error).startswith(f"{WHO}: the connection failed (")
    assert str(error).endswith("); try again, or check the network and the endpoint's base_url.")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_redirect_is_not_followed_wherever_it_leads(dialect: str) -> None:
    with server(lambda connected: None) as (other, elsewhere):
        for target in (f"http://127.0.0.1:{other}/", "/v1/messages"):  # the second leads back to itself for ever
            moved = f"HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n"
            with server(after_request(moved.encode())) as (port, seen):
                error = failure(f"http://127.0.0.1:{port}", dialect)
            assert (error.fault, error.retry, len(seen), len(elsewhere)) == ("invalid", "other", 1, 0)
            assert str(error) == f"{WHO} redirects to {target} (HTTP 302), where no key is sent; check base_url."


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        # here it is a quite different day than at the service: only its own two dates count
        ({"date": "Wed, 25 Nov 1992 10:00:00 GMT", "retry-after": "Wed, 25 Nov 1992 10:00:20 GMT"}, 20.0),
        ({"date": "Wed, 25 Nov 2099 10:00:00 GMT", "retry-after": "Wed, 25 Nov 2099 10:00:20 GMT"}, 20.0),
        ({"date": "Wed, 25 Nov 2099 10:00:00 GMT", "retry-after": "Wed, 25 Nov 2099 09:00:00 GMT"}, 0.0),
        ({"date": "yesterday", "retry-after": "Wed, 25 Nov 1992 10:00:20 GMT"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "0"}, 0.0),
    ],
)
def test_retry_after_and_clocks_that_are_wrong(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
