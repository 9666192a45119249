"""The read tool: a window of a text file with line numbers, or an image."""

import os
from base64 import b64encode
from typing import BinaryIO

from msgspec import Struct

from droidlite.tool import Outcome, Tool, ToolContext
from droidlite.tools.confined import Place, locate, open_file, paths_meant
from droidlite.tools.files import HUGE, load, remember, stamp_of, text_of
from droidlite.tools.problem import Problem, told
from droidlite.tools.text import printable
from droidlite.types import Image

LINES = 2_000
WIDTH = 2_000
CHARACTERS = 60_000
"""Most characters one call returns, so that a window of long lines does not fill the context."""
_IMAGE_BYTES = 5 * 1024 * 1024 * 3 // 4  # services take at most 5 MB as base64
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_IMAGE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


class Read(Struct, frozen=True, forbid_unknown_fields=True):
    file_path: str
    offset: int = 1
    limit: int = LINES


def _run(arguments: Read, context: ToolContext, call_id: str) -> Outcome:
    place = locate(arguments.file_path, context)
    descriptor = open_file(place)
    size = os.fstat(descriptor).st_size
    with os.fdopen(descriptor, "rb") as file:
        media_type = _image_type(file.read(16))
    if media_type:
        return _image(place, media_type, size)
    if place.path.suffix.lower() in _IMAGE_NAMES and size:
        raise Problem(f"{place.shown} is named like an image but its content is none of png, jpeg, gif, webp.")
    first, count = max(arguments.offset, 1), min(max(arguments.limit, 1), LINES)
    if size > HUGE:
        return _huge(place, first, count, context)
    content = load(place)
    plain = context.printed.text(printable(text_of(place, content).plain))  # whole: a key may begin above the window
    remember(context, place, content.stamp)
    lines = plain.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        return Outcome(f"({place.shown} is empty)")
    if first > len(lines):
        raise Problem(f"{place.shown} has {len(lines)} lines; offset {first} is past its end.")
    return Outcome(_numbered(lines[first - 1 : first - 1 + count], first, str(len(lines))))


def _numbered(lines: list[str], first: int, total: str) -> str:
    """`lines` with their numbers; says where to go on when `total` (a count, or "?") is not reached."""
    shown: list[str] = []
    room = CHARACTERS
    for number, line in enumerate(lines, first):
        clipped = line if len(line) <= WIDTH else f"{line[:WIDTH]}... ({len(line) - WIDTH} more characters)"
        room -= len(clipped) + 8
        if room < 0 and shown:
            break
        shown.append(f"{number}\t{clipped}")
    last = first + len(shown) - 1
    if str(last) == total:
        return "\n".join(shown)
    return "\n".join([*shown, f"(lines {first}-{last} of {total}; go on with offset {last + 1})"])


def _image_type(header: bytes) -> str:
    if header[:4] == b"RIFF" and header[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _IMAGES if header.startswith(magic)), "")


def _image(place: Place, media_type: str, size: int) -> Outcome:
    if size > _IMAGE_BYTES:
        raise Problem(f"{place.shown} is an image of {size:,} bytes; at most {_IMAGE_BYTES:,} can be shown.")
    data = load(place).data
    image = Image(media_type=media_type, data=b64encode(data).decode("ascii"))
    return Outcome(f"{place.shown}: {media_type}, {len(data):,} bytes.", images=(image,))


def _huge(place: Place, first: int, count: int, context: ToolContext) -> Outcome:
    """A window of a file too large to load: what is before it is only counted, only the window is kept."""
    window: list[str] = []
    line, more = b"", True
    with os.fdopen(open_file(place), "rb") as file:
        remember(context, place, stamp_of(os.fstat(file.fileno()), None))
        before = _skip(file, first - 1, place, context)
        while before == first - 1 and len(window) < count:
            piece = file.readline(65_536)
            if not piece:
                more = False
                break
            _check(piece, place, context)
            if len(line) <= WIDTH * 4:
                line += piece
            if piece.endswith(b"\n"):
                window.append(_decoded(line))
                line = b""
        if line:
            window.append(_decoded(line))
    if not window:
        raise Problem(f"{place.shown} has {before} lines; offset {first} is past its end.")
    return Outcome(_numbered(window, first, "many" if more else str(first + len(window) - 1)))


def _skip(file: BinaryIO, lines: int, place: Place, context: ToolContext) -> int:
    """Goes behind the first `lines` lines; returns how many there were, fewer where the file ends before."""
    passed, last = 0, b"\n"
    while passed < lines and (piece := file.read(1 << 20)):
        _check(piece, place, context)
        here = piece.count(b"\n")
        if passed + here >= lines:
            rest = piece.split(b"\n", lines - passed)[-1]
            file.seek(-len(rest), os.SEEK_CUR)
            return lines
        passed, last = passed + here, piece[-1:]
    return passed + (last != b"\n")


def _check(piece: bytes, place: Place, context: ToolContext) -> None:
    if context.cancellation.cancelled:
        raise Problem("Interrupted.")
    if b"\0" in piece:
        raise Problem(f"{place.shown} is a binary file and cannot be shown as text.")


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")


TOOL = Tool(
    name="read",
    description=(
        "Read a text file (numbered lines; 2,000 at most, go on with offset) or look at an image. "
        "Paths are relative to the working folder."
    ),
    arguments=Read,
    effect="read",
    targets=lambda arguments, context: paths_meant(arguments.file_path, context),
    run=told(_run),
)
