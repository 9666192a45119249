"""Listens on loopback for what must never come: counts connections and keeps what was said."""

import socket
import threading


class Sentinel:
    """A context manager. `connections` and `heard` (the first bytes of each) may be read while it runs."""

    def __init__(self) -> None:
        self.connections = 0
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Sentinel":
        return self

    def __exit__(self, *exc: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.settimeout(5)
                try:
                    self.heard.append(connection.recv(65_536))
                    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                except OSError:
                    continue
