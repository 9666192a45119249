"""Server-sent events out of raw bytes, whatever way the network cut them."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from droidlite.regex import regex

LINE_END = regex(rb"\r\n|\n|\r(?!\Z)")
"""A carriage return at the very end may be half of a pair: it waits for the next bytes."""

LARGEST_EVENT = 16_000_000
"""Bytes of one event; the longest real ones repeat a whole reply of some hundred kilobytes."""


class ServerEvent(Struct, frozen=True):
    """One event: its `name` ("" where the server gave none) and its `data` lines joined."""

    name: str
    data: str


class TooLarge(ValueError):
    """An event, or a line of one, that no reply is made of."""

    def __init__(self) -> None:
        super().__init__(f"an event of more than {LARGEST_EVENT:,} bytes")


def decode_events(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """Yields each event that carries data. An event the stream ended in the middle of is dropped, as the standard says;
    comments are skipped. Raises UnicodeDecodeError (a ValueError) for bytes that are not UTF-8, TooLarge for an event
    beyond LARGEST_EVENT."""
    name, size = "", 0
    data: list[str] = []
    for line in _lines(chunks):
        if not line:
            if data:
                yield ServerEvent(name, "\n".join(data))
            name, data, size = "", [], 0
            continue
        size += len(line)
        if size > LARGEST_EVENT:
            raise TooLarge
        field, _, value = line.decode().partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_EVENT and len(chunk) < size:
            raise TooLarge
        if b"\n" not in chunk and b"\r" not in chunk and not (rest and rest[-1].endswith(b"\r")):
            rest.append(chunk)
            continue
        *lines, last = LINE_END.split(b"".join(rest) + chunk)
        yield from lines
        rest, size = [last] if last else [], len(last)
    if rest and rest[-1].endswith(b"\r"):
        yield b"".join(rest)[:-1]
