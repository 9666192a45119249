"""A proxy on loopback: CONNECT for TLS, whole URLs for plain HTTP. Only it knows the names it is asked for."""

import base64
import socket
import threading
from urllib.parse import urlsplit

from loopback_http import shut


class Proxy:
    """A context manager. `names` leads host names to ports of this machine; any other name is answered with 502.
    `password` is wanted of user "me" where it is not empty. `says` are the statuses of the first answers, in order;
    after them it does its work. CLOSES ends the connection in place of an answer, WAITS says nothing. `asked` holds
    what was asked for, such as "api.test:443"."""

    CLOSES, WAITS = 0, -1

    def __init__(self, names: dict[str, int], *, password: str = "", says: tuple[int, ...] = ()) -> None:
        self.names, self.says, self.asked = names, list(says), list[str]()
        self._password = base64.b64encode(f"me:{password}".encode()).decode() if password else ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *exc: object) -> None:
        shut(self._listener)
        self._threads[0].join(5)
        self._listener.close()
        for connected in self._open:
            shut(connected)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            self._serve_in_thread(self._serve, connected)

    def _serve_in_thread(self, serve: object, *connected: socket.socket) -> None:
        self._open += connected
        thread = threading.Thread(target=serve, args=connected, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = _read_head(client)
            if not head:
                return
            method, target, _ = head.decode("latin-1").split(" ", 2)
            place = urlsplit(target if "://" in target else f"//{target}")
            self.asked.append(place.netloc)
            status = self._status(place.hostname or "", head)
            if status == self.WAITS:
                client.recv(1)
            if status != 200:
                if status > 0:
                    client.sendall(b"HTTP/1.1 %d Whatever\r\ncontent-length: 0\r\n\r\n" % status)
                return
            with socket.create_connection(("127.0.0.1", self.names[place.hostname or ""])) as server:
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    server.sendall(head.replace(f"{place.scheme}://{place.netloc}".encode(), b"", 1))
                self._serve_in_thread(_pump, server, client)
                _pump(client, server)

    def _status(self, host: str, head: bytes) -> int:
        if self.says:
            return self.says.pop(0)
        if self._password and f"proxy-authorization: basic {self._password}".lower() not in head.decode().lower():
            return 407
        return 200 if host in self.names else 502


def _read_head(client: socket.socket) -> bytes:
    """What comes up to the end of the headers, and of the body whatever comes with them."""
    head = b""
    while b"\r\n\r\n" not in head:
        try:
            piece = client.recv(65_536)
        except OSError:
            return b""
        if not piece:
            return b""
        head += piece
    return head


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while piece := source.recv(65_536):
            sink.sendall(piece)
    except OSError:
        pass
    shut(source)
    shut(sink)
