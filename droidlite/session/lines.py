"""How a record is laid out as one line of a journal, and how lines are told from damage.

A line is {"n":12,"crc":"89abcdef","r":{...}}: n counts up from 1; crc is the CRC-32 of "12:" and the exact bytes of r.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import msgspec
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.regex import regex
from droidlite.regular import open_regular
from droidlite.session.records import FORMAT, Record

JOURNAL = "journal.jsonl"

Problem = Literal["", "damaged", "torn", "unknown"]
"""damaged: not what was written; torn: the same, and the end of the file; unknown: intact, but of no known kind."""

_LINE = regex(rb'\{"n":(\d{1,18}),"crc":"([0-9a-f]{8})","r":(\{.*\})\}')
_KIND = regex(rb'\{"n":(\d{1,18}),"crc":"[0-9a-f]{8}","r":\{"type":"(\w+)"')
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


class Line(Struct, frozen=True, kw_only=True):
    """One line as found: `record` is None where there is a problem; `start` and `end` are byte offsets (end after the
    newline); `whole` is false for a last line without its newline."""

    number: int
    start: int
    end: int
    n: int = 0
    record: Record | None = None
    problem: Problem = ""
    whole: bool = True


class _Format(Struct):
    format: int = FORMAT


_format_decoder = msgspec.json.Decoder(_Format)


def lay_out(n: int, record: Struct) -> bytes:
    """The line for a record, newline included."""
    try:
        body = _encoder.encode(record)
    except UnicodeEncodeError:  # a lone surrogate, from an argument or a file name that is not UTF-8
        body = _encoder.encode(encodable(msgspec.to_builtins(record)))
    return b'{"n":%d,"crc":"%08x","r":%b}\n' % (n, _checksum(n, body), body)


def scan(path: Path) -> Iterator[Line]:
    """Every line of a journal in order. Raises OSError, and UsageError when a newer droidlite wrote it."""
    start, last = 0, 0
    with open_regular(path) as file:
        for number, raw in enumerate(file, 1):
            line = _read(raw, number, start, last)
            start, last = line.end, max(last, line.n)
            yield line


def scan_kinds(path: Path, kinds: frozenset[type[Record]]) -> Iterator[tuple[int, Record]]:
    """(number, record) of the intact lines of these kinds; the first line is always among them. Others are told by
    their beginning and not read, which takes a tenth of the time. Raises as `scan` does."""
    wanted = {str(kind.__struct_config__.tag).encode() for kind in kinds}
    last = 0
    with open_regular(path) as file:
        for number, raw in enumerate(file, 1):
            found = _KIND.match(raw)
            if number > 1 and (found is None or found[2] not in wanted):
                continue
            line = _read(raw, number, 0, last)
            if line.record is not None:
                last = line.n
                yield line.n, line.record


def _read(raw: bytes, number: int, start: int, last: int) -> Line:
    whole = raw.endswith(b"\n")
    end = start + len(raw)
    bad: Problem = "damaged" if whole else "torn"
    found = unwrap(raw, last)
    if found is None:
        return Line(number=number, start=start, end=end, problem=bad, whole=whole)
    n, body = found
    if number == 1:
        _refuse_newer(body)
    try:
        record = _decoder.decode(body)
    except msgspec.MsgspecError:
        return Line(number=number, start=start, end=end, n=n, problem="unknown", whole=whole)
    return Line(number=number, start=start, end=end, n=n, record=record, whole=whole)


def unwrap(raw: bytes, last: int) -> tuple[int, bytes] | None:
    """The number and the record (JSON) of a line, with its newline or without; None where it is not what was written,
    or its number is not above `last`."""
    match = _LINE.fullmatch(raw.removesuffix(b"\n"))
    if match is None:
        return None
    n, body = int(match[1]), match[3]
    return (n, body) if int(match[2], 16) == _checksum(n, body) and n > last else None


def unusable(folder: Path) -> UsageError:
    """The error for the session in a folder whose journal has no intact line."""
    return UsageError(f"Session {folder.name} holds nothing that can be read. See `droidlite sessions`.")


def _refuse_newer(body: bytes) -> None:
    try:
        found = _format_decoder.decode(body).format
    except msgspec.MsgspecError:
        return
    if found > FORMAT:
        raise UsageError(
            f"This session was written by a newer droidlite (journal format {found}; this one reads up to {FORMAT}). "
            "Upgrade droidlite to open it; the session was not touched."
        )


def _checksum(n: int, body: bytes) -> int:
    return crc32(body, crc32(b"%d:" % n))


def encodable(value: Any) -> Any:
    """The same plain value with every lone surrogate replaced by "?", because JSON has no place for one."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list() | tuple():
            return [encodable(each) for each in value]
        case dict():
            return {encodable(key): encodable(each) for key, each in value.items()}
    return value
