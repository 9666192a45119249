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


BOMB = gzip.compress(b"0" * 40_000_000, 9)
ZIPPED = b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "head",
    [
        STREAM,
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n",
        b"HTTP/1.1 500 No\r\ncontent-type: application/json\r\n",
    ],
    ids=["stream", "json", "status"],
)
def test_a_gzip_bomb_is_not_unpacked(dialect: str, head: bytes) -> None:
    with server(after_request(head + ZIPPED + BOMB)) as (port, seen):
        error = failure(f"http://127.0.0.1:{port}", dialect)
    assert (error.fault, len(seen)) == ("server" if b"500" in head else "malformed", 1)
    assert len(str(error)) < 600


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
    assert str(error) == (
        "Endpoint odd (127.0.0.1) answered with something that is not its protocol; check the endpoint's base_url and "
        "protocol. It said: an event of more than 16,000,000 bytes"
    )


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


def test_something_that_is_not_http() -> None:
    with server(after_request(b"SSH-2.0-OpenSSH_9.9\r\n")) as (port, seen):
        error = failure(f"http://127.0.0.1:{port}")
    assert (error.fault, len(seen)) == ("network", 1)
    assert str(error).startswith("Endpoint odd (127.0.0.1) cannot be reached; check the network and the endpoint's")


def test_a_redirect_is_not_followed() -> None:
    with server(lambda connected: None) as (port, seen):
        moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:%d/\r\ncontent-length: 0\r\n\r\n" % port
    with server(after_request(moved)) as (other, _):
        error = failure(f"http://127.0.0.1:{other}")
    assert (error.fault, error.retry, len(seen)) == ("invalid", "other", 0)
    assert "redirected to http://127.0.0.1" in str(error)


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
