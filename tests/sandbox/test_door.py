"""The way out of the sandbox's network: what is asked oddly does not get through under an allowed name."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from droidlite.sandbox.door import Door, Upstream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Far:
    """Takes what comes and answers each connection once."""

    def __init__(self, answer: bytes = OK) -> None:
        self.listening, self.heard, self._answer = socket.create_server(("127.0.0.1", 0)), [], answer  # type: ignore[var-annotated]
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.heard.append(connection.recv(65_536))
                connection.sendall(self._answer)


@contextmanager
def asked(door: Door, data: bytes) -> Iterator[bytes]:
    """What the door says to `data` from within a sandbox."""
    announced, shut = door.begin("call")
    inside = socket.create_server(("127.0.0.1", 0))
    with socket.socket(fileno=announced) as way:
        socket.send_fds(way, [b"x"], [inside.fileno()])
    with socket.create_connection(inside.getsockname(), 5) as near:
        near.sendall(data)
        near.shutdown(socket.SHUT_WR)
        said = b""
        while more := near.recv(65_536):
            said += more
    yield said
    shut()
    inside.close()


@pytest.fixture
def far() -> Iterator[Far]:
    service = Far()
    yield service
    service.listening.close()


def test_what_is_allowed_is_passed_on_and_told(far: Far) -> None:
    told: list[tuple[str, str, int, bool]] = []
    door = Door(lambda host, port: port == far.port, lambda *each: told.append(each))
    request = f"GET http://127.0.0.1:{far.port}/a?b HTTP/1.1\r\nHost: other.example\r\nX: y\r\n\r\n".encode()
    with asked(door, request) as said:
        assert said == OK
    assert far.heard == [
        f"GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:{far.port}\r\nX: y\r\nConnection: close\r\n\r\n".encode()
    ]
    assert told == [("call", "127.0.0.1", far.port, False)]


@pytest.mark.parametrize(
    "target",
    [
        "GET http://127.0.0.1:{port}@evil.test/",
        "GET http://evil.test\\@127.0.0.1:{port}/",
        "GET /x",
        "GET ftp://127.0.0.1:{port}/",
        "CONNECT evil.test:443@127.0.0.1:{port}",
        "CONNECT [::1",
        "CONNECT 127.0.0.1:x",
        "CONNECT a..test:443",
        "G{port}T http://127.0.0.1/",
    ],
)
def test_odd_addresses_reach_nobody(far: Far, target: str) -> None:
    door = Door(lambda host, port: port in (far.port, 443))
    with asked(door, f"{target.format(port=far.port)} HTTP/1.1\r\n\r\n".encode()) as said:
        assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ", b"HTTP/1.1 502 "))
    assert far.heard == []


def test_a_second_request_and_odd_line_ends_are_not_passed_on(far: Far) -> None:
    door = Door(lambda host, port: True, upstream=lambda host: Upstream("127.0.0.1", far.port))
    second = b"GET http://evil.test/ HTTP/1.1\r\n\r\n"
    first = b"POST http://allowed.test/ HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
    with asked(door, first + second):
        pass
    with asked(door, b"GET http://allowed.test/ HTTP/1.1\r\nX: y\nProxy-X: z\r\n\r\n") as said:
        assert said.startswith(b"HTTP/1.1 400 ")
    assert b"".join(far.heard).count(b"evil.test") == 0
    assert far.heard[0].startswith(b"POST http://allowed.test:80/ HTTP/1.1\r\nHost: allowed.test:80\r\n")


def test_a_tunnel_that_the_persons_own_proxy_refuses_is_none() -> None:
    refusing = Far(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    door = Door(lambda host, port: True, upstream=lambda host: Upstream("127.0.0.1", refusing.port, "Basic eDp5"))
    with asked(door, b"CONNECT allowed.test:443 HTTP/1.1\r\n\r\nGET http://evil.test/ HTTP/1.1\r\n\r\n") as said:
        assert said.startswith(b"HTTP/1.1 502 ")
    assert refusing.heard == [
        b"CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\nProxy-Authorization: Basic eDp5\r\n\r\n"
    ]
    refusing.listening.close()


def test_a_name_with_several_addresses_is_tried_at_each(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1")]
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: rows if host == "localhost" else resolve(host, *rest, **more)
    )
    with asked(Door(lambda host, port: True), f"GET http://localhost:{far.port}/ HTTP/1.1\r\n\r\n".encode()) as said:
        assert said == OK
