"""A model service on loopback that speaks all three dialects, remembers every request and fails on demand. It streams,
except where a chat request does not ask for it (some programs we compare with do not).

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
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

from loopback_cache import assert_prefixes, prefix_parts
from loopback_dialects import DIALECTS, error_event, ping, signature, terminal
from loopback_http import chunk, event, read_request, reset, send_whole, shut
from loopback_replies import FAULTS, SSE, Asked, Framing, Said, Seen
from loopback_whole import whole_chat

from droidlite.types import Endpoint, WireProtocol

__all__ = ["FAULTS", "Asked", "Loopback", "Said", "Seen", "assert_prefixes", "prefix_parts", "signature"]


Replies = list[Said] | Callable[[Any, int], Said]


class Loopback:
    """The server; a context manager. `requests` holds all it saw, `port` where it listens. `check` is called with each
    request's dialect and JSON and may return a sentence: then the answer is a 400 with it. `tls` makes it speak TLS;
    `framing` is for services that send their events otherwise."""

    def __init__(
        self,
        replies: Replies = (),  # type: ignore[assignment]
        *,
        port: int = 0,
        repeat_last: bool = True,
        check: Callable[[str, Any], str] | None = None,
        tls: ssl.SSLContext | None = None,
        framing: Framing = SSE,
    ) -> None:
        self.replies = replies if callable(replies) else list(replies)
        self.repeat_last, self.check, self._tls, self.framing = repeat_last, check, tls, framing
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
        shut(self._listener)
        self._acceptor.join(5)
        self._listener.close()
        with self._lock:
            for open_socket in self._open:
                shut(open_socket)
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
            if self._tls:  # the handshake comes with the first read, in the connection's own thread
                connected = self._tls.wrap_socket(connected, server_side=True, do_handshake_on_connect=False)
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
                seen = read_request(stream)
                if seen is None or not self._answer(connected, seen):
                    return
        except OSError:
            self.gone.set()  # before the answer had come as far as to be withheld
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
            send_whole(connected, 404, {"error": {"message": f"no such path: {seen.path}", "type": "not_found_error"}})
            return True
        wrong = self.check(seen.dialect, seen.json) if self.check else ""
        if wrong:
            body = {"type": "error", "error": {"type": "invalid_request_error", "message": wrong, "code": None}}
            send_whole(connected, 400, body)
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
                    connected.sendall(chunk(self.framing.frame(ping)))
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
        self.unstreamed = seen.dialect == "openai-chat" and not (seen.json or {}).get("stream")

    def run(self) -> bool:
        """Sends the answer; False when the connection must end."""
        said = self.said
        match said.fault:
            case "status":
                send_whole(self.connected, said.status, said.body, said.headers)
                return True
            case "html":
                send_whole(self.connected, 200, "<!doctype html><html><body>Welcome</body></html>", said.headers)
                return True
            case "json":
                send_whole(self.connected, 200, said.body or {"status": "ok"}, said.headers)
                return True
            case "reset_first":
                reset(self.connected)
                return False
            case "stall_first":
                self.server.wait_until_gone(self.connected)
                return False
        if self.unstreamed:
            return self._send_stream(whole_chat(said, self.seen, self.index))
        dialect = DIALECTS[self.seen.dialect](said, self.seen, self.index)
        events = [event(name, data) for name, data in dialect]
        return self._send_stream(events)

    def _send_stream(self, events: list[bytes]) -> bool:
        said, half = self.said, max(1, len(events) // 2)
        self._head()
        match said.fault:
            case "overloaded" | "error":
                error = said.body or {"type": "overloaded_error", "message": "Overloaded"}
                told = event(*error_event(self.seen.dialect, error))
                self._send([json.dumps({"error": error}).encode()] if self.unstreamed else [*events[:half], told])
            case "eof":
                self._send(events[: terminal(self.seen.dialect, events)])
            case "broken":
                self._send([*events[:half], b'event: message_delta\ndata: {"type": "mess\n\n', *events[half:]])
            case "reset" | "reset_late":
                self._send(events[: half if said.fault == "reset" else terminal(self.seen.dialect, events)])
                time.sleep(0.01)
                reset(self.connected)
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
        kind = "application/json" if self.unstreamed else self.server.framing.content_type
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.said.headers)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n{extra}\r\n"
        self.connected.sendall(head.encode())

    def _send(self, events: list[bytes]) -> None:
        said, events = self.said, [self.server.framing.frame(each) for each in events]
        if said.split:
            body = b"".join(events)
            for start in range(0, len(body), said.split):
                self.connected.sendall(chunk(body[start : start + said.split]))
        elif said.delay:
            for written in events:
                time.sleep(said.delay)
                self.connected.sendall(chunk(written))
        else:
            self.connected.sendall(b"".join(map(chunk, events)))


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
