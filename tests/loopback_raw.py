"""A server that speaks raw bytes: whatever no proper server would say."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Speak = Callable[[socket.socket], None]


@contextmanager
def server(speak: Speak) -> Iterator[tuple[int, list[int]]]:
    """A server that reads a request and then does whatever `speak` does; its port, and a list that grows with each
    connection."""
    seen: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connected, _ = listener.accept()
            except OSError:
                return
            seen.append(1)
            with connected:
                try:
                    speak(connected)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def after_request(*pieces: bytes) -> Speak:
    def speak(connected: socket.socket) -> None:
        connected.recv(65_536)
        for piece in pieces:
            connected.sendall(piece)

    return speak
