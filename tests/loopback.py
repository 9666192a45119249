"""A model service on loopback that speaks all three streaming dialects, remembers every request and fails on demand.

In a test:

    with Loopback([Said("Hello"), Said(calls=(Asked("read", {"file_path": "a.py"}),))]) as server:
        endpoint = server.endpoint("anthropic")        # or "openai-responses", "openai-chat"
        ...
        assert_prefixes(server)

`replies` is a list (the last one repeats when it runs out, unless `repeat_last` is False: then 500) or a callable
`(request json, n) -> Said`, n counting from 0 over all requests. As a script:

    python tests/loopback.py --dialect all --port 0 --replies FILE

prints its port on the first line and serves until killed; FILE holds one JSON object a line with Said's fields.
"""

import argparse
import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from loopback_dialects import DIALECTS, Asked, Said, Seen, error_event, ping, signature, terminal

from droidlite.types import Endpoint, WireProtocol

__all__ = ["Asked", "Loopback", "Said", "Seen", "assert_prefixes", "prefix_parts", "signature"]

PATHS = {
    "/v1/messages": "anthropic",
    "/v1/responses": "openai-responses",
    "/v1/chat/completions": "openai-chat",
}
FAULTS = (
    "status",  # answer `status` with `headers` and `body`
    "overloaded",  # an error event after half the stream, HTTP 200
    "error",  # any other error event, `body` is the error object
    "reset",  # TCP RST in the middle of the stream
    "reset_first",  # TCP RST before any header
    "cut",  # a chunk announced longer than what is sent, then the end
    "eof",  # a clean end without the terminal event
    "html",  # 200 with a web page
    "json",  # 200 with a JSON object that is no stream
    "broken",  # an event that is not JSON
    "stall",  # silence after half the stream, until the client goes away
    "stall_first",  # silence before any header
    "pings",  # nothing but pings after half the stream
    "truncated",  # tool arguments cut by the output limit
    "empty",  # a complete stream that says nothing
    "thinking",  # a complete stream that only thinks
    "no_done",  # (chat) the stream ends without [DONE]
)


Replies = list[Said] | Callable[[Any, int], Said]


class Loopback:
    """The server; a context manager. `requests` holds all it saw, `port` where it listens. `check` is called with each
    request's dialect and JSON and may return a sentence: then the answer is a 400 with it."""

    def __init__(
        self,
        replies: Replies = (),  # type: ignore[assignment]
        *,
        port: int = 0,
        repeat_last: bool = True,
        check: Callable[[str, Any], str] | None = None,
    ) -> None:
        self.replies = replies if callable(replies) else list(replies)
        self.repeat_last, self.check = repeat_last, check
        self.requests: list[Seen] = []
        self.connections = 0
        self.gone = threading.Event()
        """Set once a client closed its connection while a reply was being withheld."""
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def url(self, dialect: str) -> str:
        return f"http://127.0.0.1:{self.port}" + ("" if dialect == "anthropic" else "/v1")

    def endpoint(self, protocol: WireProtocol, *, key: str = "test-key-0123456789abcdef") -> Endpoint:
        return Endpoint(name="loopback", protocol=protocol, base_url=self.url(protocol), api_key=key)

    def __enter__(self) -> "Loopback":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._closing.set()
        _shut(self._listener)
        self._acceptor.join(5)
        self._listener.close()
        with self._lock:
            for open_socket in self._open:
                _shut(open_socket)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            if self._closing.is_set():
                connected.close()
                return
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connected)
                self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connected,), daemon=True)
            self._threads = [known for known in self._threads if known.is_alive()] + [thread]
            thread.start()

    def _serve(self, connected: socket.socket) -> None:
        stream = connected.makefile("rb")
        try:
            while not self._closing.is_set():
                seen = _read_request(stream)
                if seen is None or not self._answer(connected, seen):
                    return
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(connected)
            stream.close()
            connected.close()

    def _answer(self, connected: socket.socket, seen: Seen) -> bool:
        with self._lock:
            index = len(self.requests)
            self.requests.append(seen)
        if not seen.dialect:
            _send_whole(connected, 404, {"error": {"message": f"no such path: {seen.path}", "type": "not_found_error"}})
            return True
        wrong = self.check(seen.dialect, seen.json) if self.check else ""
        if wrong:
            body = {"type": "error", "error": {"type": "invalid_request_error", "message": wrong, "code": None}}
            _send_whole(connected, 400, body)
            return True
        return _Sending(self, connected, seen, self._reply(seen, index), index).run()

    def _reply(self, seen: Seen, index: int) -> Said:
        if callable(self.replies):
            return self.replies(seen.json, index)
        if index < len(self.replies):
            return self.replies[index]
        if self.replies and self.repeat_last:
            return self.replies[-1]
        return Said(fault="status", status=500, body={"error": {"message": "no more replies", "type": "api_error"}})

    def wait_until_gone(self, connected: socket.socket, *, ping: bytes = b"") -> None:
        """Withholds everything (but pings) until the client closes or the server does."""
        connected.settimeout(0.02)
        while not self._closing.is_set():
            try:
                if ping:
                    connected.sendall(_chunk(ping))
                if not connected.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        self.gone.set()


class _Sending:
    """One answer on its way."""

    def __init__(self, server: Loopback, connected: socket.socket, seen: Seen, said: Said, index: int) -> None:
        self.server, self.connected, self.seen, self.said = server, connected, seen, said
        self.index = index

    def run(self) -> bool:
        """Sends the answer; False when the connection must end."""
        said = self.said
        match said.fault:
            case "status":
                _send_whole(self.connected, said.status, said.body, said.headers)
                return True
            case "html":
                _send_whole(self.connected, 200, "<!doctype html><html><body>Welcome</body></html>", said.headers)
                return True
            case "json":
                _send_whole(self.connected, 200, said.body or {"status": "ok"}, said.headers)
                return True
            case "reset_first":
                _reset(self.connected)
                return False
            case "stall_first":
                self.server.wait_until_gone(self.connected)
                return False
        dialect = DIALECTS[self.seen.dialect](said, self.seen, self.index)
        events = [_event(*event) for event in dialect]
        return self._send_stream(events)

    def _send_stream(self, events: list[bytes]) -> bool:
        said, half = self.said, max(1, len(events) // 2)
        self._head()
        match said.fault:
            case "overloaded" | "error":
                error = said.body or {"type": "overloaded_error", "message": "Overloaded"}
                self._send([*events[:half], _event(*error_event(self.seen.dialect, error))])
            case "eof":
                self._send(events[: terminal(self.seen.dialect, events)])
            case "broken":
                self._send([*events[:half], b'event: message_delta\ndata: {"type": "mess\n\n', *events[half:]])
            case "reset":
                self._send(events[:half])
                time.sleep(0.01)
                _reset(self.connected)
                return False
            case "cut":
                self._send(events[:half])
                self.connected.sendall(b"400\r\nevent: cut\nda")
                return False
            case "stall":
                self._send(events[:half])
                self.server.wait_until_gone(self.connected)
                return False
            case "pings":
                self._send(events[:half])
                self.server.wait_until_gone(self.connected, ping=ping(self.seen.dialect))
                return False
            case _:
                self._send(events)
        self.connected.sendall(b"0\r\n\r\n")
        return True

    def _head(self) -> None:
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.said.headers)
        self.connected.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
            b"transfer-encoding: chunked\r\n" + extra.encode() + b"\r\n"
        )

    def _send(self, events: list[bytes]) -> None:
        said = self.said
        if said.split:
            body = b"".join(events)
            for start in range(0, len(body), said.split):
                self.connected.sendall(_chunk(body[start : start + said.split]))
        elif said.delay:
            for event in events:
                time.sleep(said.delay)
                self.connected.sendall(_chunk(event))
        else:
            self.connected.sendall(b"".join(map(_chunk, events)))


# --- HTTP -------------------------------------------------------------------------------------------------------------


def _read_request(stream: Any) -> Seen | None:
    first = stream.readline(65_536)
    if not first.strip():
        return None
    words = first.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return None  # not HTTP: a TLS greeting, say
    path = words[1].split("?")[0]
    headers: dict[str, str] = {}
    while (line := stream.readline(65_536)) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    raw = stream.read(int(headers.get("content-length", 0)))
    at = time.monotonic()
    try:
        decoded = json.loads(raw) if raw else None
    except ValueError:
        decoded = None
    return Seen(path, PATHS.get(path, ""), headers, raw, decoded, at)


def _send_whole(connected: socket.socket, status: int, body: Any, headers: tuple[tuple[str, str], ...] = ()) -> None:
    kind, content = ("text/html", body) if isinstance(body, str) else ("application/json", json.dumps(body or {}))
    data = content.encode()
    extra = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} Whatever\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n{extra}\r\n"
    connected.sendall(head.encode() + data)


def _event(name: str, data: Any) -> bytes:
    said = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {said}\n\n".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _reset(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connected.close()


def _shut(some: socket.socket) -> None:
    with contextlib.suppress(OSError):
        some.shutdown(socket.SHUT_RDWR)


# --- what a cache sees ------------------------------------------------------------------------------------------------


def prefix_parts(seen: Seen) -> list[bytes]:
    """What the service's prompt cache compares, in its order: tools, system, then each message; canonical bytes in the
    order of keys as sent, without cache_control marks."""
    body = seen.json
    fixed = [body.get("model"), body.get("tools"), body.get("system"), body.get("instructions")]
    said = body.get("messages") if "messages" in body else body.get("input")
    return [json.dumps(_unmarked(part)).encode() for part in [*fixed, *(said or [])]]


def assert_prefixes(server: Loopback, *, requests: list[Seen] | None = None) -> None:
    """Every request extends the one before byte for byte (same model, tools and system; messages only added)."""
    seen = server.requests if requests is None else requests
    for number, (before, after) in enumerate(pairwise(seen), start=1):
        old, new = prefix_parts(before), prefix_parts(after)
        assert list(before.json) == [key for key in after.json if key in before.json], "the order of keys changed"
        for part, (was, now) in enumerate(zip(old, new, strict=False)):
            assert was == now, f"request {number + 1} differs from {number} in part {part}: {was!r} became {now!r}"
        assert len(new) >= len(old), f"request {number + 1} is shorter than {number}"


def _unmarked(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _unmarked(value) for key, value in part.items() if key != "cache_control"}
    if isinstance(part, list):
        return [_unmarked(item) for item in part]
    return part


# --- as a script ------------------------------------------------------------------------------------------------------


def read_replies(path: str) -> list[Said]:
    """Said objects from a JSON Lines file; `calls` are objects with name, arguments and id."""
    replies = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                made = json.loads(line)
                made["calls"] = tuple(Asked(**call) for call in made.get("calls", ()))
                made["headers"] = tuple((str(name), str(value)) for name, value in made.get("headers", ()))
                replies.append(Said(**made))
    return replies


def main() -> None:
    parser = argparse.ArgumentParser(description="A model service on loopback.")
    parser.add_argument("--dialect", default="all", help="kept for clarity: every dialect is always served")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--replies", help="JSON Lines, one reply each; left out: always 'Hello.'")
    parser.add_argument("--log", help="append one JSON line a request: path, time.monotonic() and bytes")
    options = parser.parse_args()
    replies = read_replies(options.replies) if options.replies else [Said("Hello.")]
    with Loopback(replies, port=options.port) as server:
        print(server.port, flush=True)
        logged = 0
        while True:
            time.sleep(0.05 if options.log else 3600)
            while options.log and logged < len(server.requests):
                seen = server.requests[logged]
                with open(options.log, "a", encoding="utf-8") as log:
                    log.write(json.dumps({"path": seen.path, "at": seen.at, "bytes": len(seen.raw)}) + "\n")
                logged += 1


if __name__ == "__main__":
    main()
