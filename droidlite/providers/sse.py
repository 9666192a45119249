"""Server-sent events out of raw bytes, whatever way the network cut them."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""A carriage return at the very end may be half of a pair: it waits for the next bytes."""


class ServerEvent(Struct, frozen=True):
    """One event: its `name` ("" where the server gave none) and its `data` lines joined."""

    name: str
    data: str


def decode_events(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """Yields each event that carries data. An event the stream ended in the middle of is dropped, as the standard says;
    comments are skipped. Raises UnicodeDecodeError (a ValueError) for bytes that are not UTF-8."""
    name = ""
    data: list[str] = []
    for line in _lines(chunks):
        if not line:
            if data:
                yield ServerEvent(name, "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.decode().partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    for chunk in chunks:
        if b"\n" not in chunk and b"\r" not in chunk and not (rest and rest[-1].endswith(b"\r")):
            rest.append(chunk)
            continue
        *lines, last = LINE_END.split(b"".join(rest) + chunk)
        yield from lines
        rest = [last] if last else []
    if rest and rest[-1].endswith(b"\r"):
        yield b"".join(rest)[:-1]
