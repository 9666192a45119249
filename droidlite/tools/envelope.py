"""Parses the `*** Begin Patch` envelope that OpenAI-like models write into operations on files."""

from typing import Literal

from msgspec import Struct

from droidlite.regex import regex
from droidlite.tools.problem import Problem

Sign = Literal[" ", "-", "+"]
_HEREDOC = regex(r"^((cat|apply_patch|patch)\s*)?<<-?\s*['\"]?(\w+)['\"]?$")
_WRAPPED = 4  # heredocs and fences round one patch; each is taken off by a copy of it
_FENCE = regex(r"^(```+|~~~+)[\w-]*$")
_RANGE = regex(r"^-\d+(,\d+)? \+\d+(,\d+)?( @@)?\s*")


class Hunk(Struct, frozen=True):
    """One place in a file: `lines` as (sign, text), found after the lines named in `anchors`; `at_end` pins it to the
    end of the file. `number` counts from 1 within its file."""

    number: int
    anchors: tuple[str, ...]
    lines: tuple[tuple[Sign, str], ...]
    at_end: bool = False


class AddFile(Struct, frozen=True):
    path: str
    content: str


class DeleteFile(Struct, frozen=True):
    path: str


class UpdateFile(Struct, frozen=True):
    path: str
    hunks: tuple[Hunk, ...]
    move_to: str = ""


Operation = AddFile | DeleteFile | UpdateFile


def parse(envelope: str) -> list[Operation]:
    """The operations of a patch, in order. Raises Problem naming the line that cannot be read."""
    lines = _inside(envelope)
    operations: list[Operation] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        end = at + 1
        while end < len(lines) and not _starts_file(lines[end]):
            end += 1
        operations.append(_operation(lines[at], lines[at + 1 : end]))
        at = end
    if not operations:
        raise Problem("The patch holds no file; expected *** Add File:, *** Update File: or *** Delete File: lines.")
    return operations


def _inside(envelope: str) -> list[str]:
    lines = _unwrapped(envelope.replace("\r\n", "\n").strip().split("\n"))
    if lines[0].strip() != "*** Begin Patch":
        raise Problem("The first line of the patch must be '*** Begin Patch'.")
    if lines[-1].strip() != "*** End Patch":
        raise Problem("The last line of the patch must be '*** End Patch'.")
    return lines[1:-1]


def _unwrapped(lines: list[str]) -> list[str]:
    """Without the heredoc or the code fence, or both, that models put round it."""
    for _ in range(_WRAPPED):
        if len(lines) <= 2:
            break
        first, last = lines[0].strip(), lines[-1].strip()
        heredoc, fence = _HEREDOC.match(first), _FENCE.match(first)
        if not ((heredoc and last == heredoc[3]) or (fence and last == fence[1])):
            break
        lines = "\n".join(lines[1:-1]).strip().split("\n")
    return lines


def _starts_file(line: str) -> bool:
    return line.startswith(("*** Add File: ", "*** Update File: ", "*** Delete File: "))


def _operation(header: str, body: list[str]) -> Operation:
    kind, _, path = header.strip().partition(": ")
    path = path.strip()
    match kind:
        case "*** Add File":
            return AddFile(path, _added(path, body))
        case "*** Delete File":
            if any(line.strip() for line in body):
                raise Problem(f"{path}: '*** Delete File' takes no further lines, found {body[0]!r}.")
            return DeleteFile(path)
        case "*** Update File":
            move_to = ""
            if body and body[0].startswith("*** Move to: "):
                move_to, body = body[0].removeprefix("*** Move to: ").strip(), body[1:]
            return UpdateFile(path, _hunks(path, body, moved=bool(move_to)), move_to)
    raise Problem(f"Unexpected line in the patch: {header!r}; expected *** Add, *** Update or *** Delete File: path.")


def _added(path: str, body: list[str]) -> str:
    lines = body[: next((at for at in range(len(body), 0, -1) if body[at - 1].strip()), 0)]
    for line in lines:
        if not line.startswith("+"):
            raise Problem(f"{path}: every line of '*** Add File' must start with '+', found {line!r}.")
    return "".join(f"{line[1:]}\n" for line in lines)


def _hunks(path: str, body: list[str], *, moved: bool) -> tuple[Hunk, ...]:
    hunks: list[Hunk] = []
    anchors: list[str] = []
    lines: list[tuple[Sign, str]] = []

    def close(at_end: bool = False) -> None:
        if lines:
            hunks.append(Hunk(len(hunks) + 1, tuple(anchors), tuple(lines), at_end))
            anchors.clear()
            lines.clear()

    for line in _without_last_blanks(body):
        if line.rstrip() == "*** End of File":
            close(at_end=True)
        elif line.startswith("@@"):
            close()
            anchor = _RANGE.sub("", line.lstrip("@").strip()).strip()
            anchors += [anchor] if anchor else []
        elif line[:1] == "+":
            lines.append(("+", line[1:]))
        elif line[:1] == "-":
            lines.append(("-", line[1:]))
        elif line[:1] in (" ", ""):
            lines.append((" ", line[1:]))
        else:
            raise Problem(
                f"{path}: hunk {len(hunks) + 1}: every line must start with ' ', '-', '+' or '@@', found {line!r}."
            )
    close()
    if not hunks and not moved:
        raise Problem(f"{path}: '*** Update File' has no changes.")
    return tuple(hunks)


def _without_last_blanks(body: list[str]) -> list[str]:
    return body[: next((at for at in range(len(body), 0, -1) if body[at - 1]), 0)]
