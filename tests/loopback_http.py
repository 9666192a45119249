"""The little HTTP/1.1 the loopback server needs, and its ways of breaking it."""

import contextlib
import json
import socket
import struct
import time
from typing import Any

from loopback_replies import PATHS, Seen


def read_request(stream: Any) -> Seen | None:
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


def send_whole(connected: socket.socket, status: int, body: Any, headers: tuple[tuple[str, str], ...] = ()) -> None:
    kind, content = ("text/html", body) if isinstance(body, str) else ("application/json", json.dumps(body or {}))
    data = content.encode()
    extra = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} Whatever\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n{extra}\r\n"
    connected.sendall(head.encode() + data)


def event(name: str, data: Any) -> bytes:
    said = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {said}\n\n".encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def reset(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connected.close()


def shut(some: socket.socket) -> None:
    # the plain socket's, under TLS too: a thread may be reading
    with contextlib.suppress(OSError):
        socket.socket.shutdown(some, socket.SHUT_RDWR)
