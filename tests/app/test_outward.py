"""Whose proxy is on the way out of the sandbox's network."""

import socket
import threading

from droidlite.app.outward import door_to

DEAD = "http://127.0.0.1:9"


def test_the_persons_own_proxy_is_not_asked_about_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as far, socket.create_server(("127.0.0.1", 0)) as inside:
        port = far.getsockname()[1]
        door = door_to((f"127.0.0.1:{port}",), {"HTTPS_PROXY": DEAD}, lambda *each: None)
        announced, shut = door.begin("call")
        with socket.socket(fileno=announced) as way:
            socket.send_fds(way, [b"x"], [inside.fileno()])
        threading.Thread(target=lambda: far.accept()[0].close(), daemon=True).start()
        with socket.create_connection(inside.getsockname(), 5) as near:
            near.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
            assert near.recv(65_536) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        shut()
    assert door.past == ("localhost", "::1")
