"""The grep tool: lines that match a regular expression, in files git does not ignore."""

import os
import re
from collections.abc import Generator, Iterator
from stat import S_ISDIR

from msgspec import Struct

from droidlite.regular import WORKTREES, git_answers
from droidlite.tool import Outcome, Output, Tool, ToolContext
from droidlite.tools.beneath import Beneath
from droidlite.tools.confined import Place, hidden, locate, open_beneath, paths_meant, shown
from droidlite.tools.listing import (
    files_below,
    git_argv,
    git_start,
    ignored_below,
    is_among,
    is_ignored,
    matches,
    ours,
    pieces,
    spelled_out,
)
from droidlite.tools.problem import Problem, told
from droidlite.tools.scan import Wanted, scan

_SHOWN = 200  # lines
_CHARACTERS = 20_000
_WIDTH = 400
_SILENCE = 20.0
"""Seconds without a match after which files are searched one by one, without git."""


class Grep(Struct, frozen=True, forbid_unknown_fields=True):
    pattern: str
    path: str = "."
    glob: str = ""
    ignore_case: bool = False
    context: int = 0
    files_only: bool = False


def _run(arguments: Grep, context: ToolContext, call_id: str) -> Outcome:
    if not arguments.pattern or "\0" in arguments.pattern or "\n" in arguments.pattern:
        raise Problem("The pattern is empty or holds a newline or NUL character; it is matched line by line.")
    place = locate(arguments.path, context)
    try:
        descriptor = open_beneath(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError as error:
        raise Problem(f"{place.shown} does not exist.") from error
    folder = S_ISDIR(os.fstat(descriptor).st_mode)
    os.close(descriptor)
    lines = _search(arguments, place, context, folder=folder)
    text, cut = _taken(lines)
    if context.cancellation.cancelled:
        raise Problem("Interrupted.")
    if not text:
        return Outcome("No match.")
    if cut:
        text += "\n(more matches were left out; narrow the pattern, path or glob)"
    return Outcome(text, displays=(Output(text),))


def _search(arguments: Grep, place: Place, context: ToolContext, *, folder: bool) -> Iterator[str]:
    """Result lines: path:line:text, path-line-text around a match, or path alone."""
    if not folder:
        yield from scan([place], _wanted(arguments), context)
        return
    argv = _git_argv(arguments, context, place.parts)
    if argv and git_answers(context.root) and (yield from _git_lines(argv, context, place, names=arguments.files_only)):
        return
    wanted, choices = _wanted(arguments), spelled_out(arguments.glob)
    inner = (path for path in files_below(place.path, context) if any(not c or matches(path, c) for c in choices))
    places = (_inside(place, path, context) for path in inner)
    yield from scan((each for each in places if not hidden(each, context)), wanted, context)


def _inside(place: Place, path: str, context: ToolContext) -> Place:
    return Place(place.base, (*place.parts, *path.split("/")), shown(place.path / path, context))


def _wanted(arguments: Grep) -> Wanted:
    try:
        re.compile(arguments.pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise Problem(f"The pattern is not a valid regular expression: {error}.") from error
    return Wanted(arguments.pattern, arguments.ignore_case, arguments.context, arguments.files_only)


def _git_argv(arguments: Grep, context: ToolContext, below: tuple[str, ...]) -> list[str]:
    """git grep over files on disk, read without the repository's own settings; empty where there is no git."""
    return git_argv(
        context,
        *("grep", "--no-index", "--exclude-standard", "--no-textconv", "--no-color", "--no-column"),
        *("-I", "-z", "--perl-regexp"),
        *("-n", "--no-heading", "--no-break"),
        *(("-i",) if arguments.ignore_case else ()),
        *((f"-C{min(arguments.context, 20)}",) if arguments.context > 0 else ()),
        *("-e", arguments.pattern, "--"),
        *(_pathspec(below, choice) for choice in spelled_out(arguments.glob)),
        *(() if ours("/".join(below)) else (f":(exclude){WORKTREES}",)),
    )


def _pathspec(below: tuple[str, ...], glob: str) -> str:
    folder = re.sub(r"([*?\[\\])", r"\\\1", "/".join(below))
    if not glob:
        return f":(glob){folder}/**" if folder else "."
    anywhere = "" if "/" in glob else "**/"
    return f":(glob){folder}/{anywhere}{glob}" if folder else f":(glob){anywhere}{glob}"


def _found(lines: Iterator[bytes]) -> Iterator[tuple[str, int, bytes]]:
    """Path, number and text of each line git grep -zn prints, also where a path holds a newline; the number is 0 for
    what it prints between groups."""
    path = b""
    for line in lines:
        name, *rest = (path + line).split(b"\0", 2)
        if len(rest) == 2 and rest[0].isdigit():
            path = b""
            yield os.fsdecode(name), int(rest[0]), rest[1]
        elif name == b"--" and not rest:
            yield "", 0, b""
        else:
            path += line + b"\n"


def _git_lines(argv: list[str], context: ToolContext, place: Place, *, names: bool) -> Generator[str, None, bool]:
    """Yields result lines, as far as they are what is beneath `place`; returns False where git could not search: no
    Perl expressions, a folder it ignores, a FIFO where it looks for what to ignore."""
    child = git_start(argv, context, place.base, outside=True)
    told, apart, ignored, base = "", False, None, Place(place.base, (), "")
    with Beneath() as beneath:
        for path, number, text in _found(pieces(child, context, b"\n", silence=_SILENCE)):
            if not number:
                apart = bool(told)
                continue
            ignored = ignored_below(place.path, context) if ignored is None else ignored
            if is_among(path.removeprefix("".join(f"{part}/" for part in place.parts)), ignored):
                continue
            found = _inside(base, path, context)
            if (names and told == path) or hidden(found, context) or not beneath.has_line(found, number, text):
                continue
            if apart:
                yield "--"
            told, apart = path, False
            name = os.fsencode(found.shown).decode("utf-8", "replace")
            yield name if names else f"{name}:{number}:{text.decode('utf-8', 'replace')}"
    nothing = child.process.returncode == 1 and bool(place.parts) and is_ignored(place.path, context)
    return child.process.returncode in (0, 1) and not nothing


def _taken(lines: Iterator[str]) -> tuple[str, bool]:
    """The first lines, long ones clipped, and whether there were more."""
    taken: list[str] = []
    room = _CHARACTERS
    for line in lines:
        clipped = line.rstrip("\r")
        if len(clipped) > _WIDTH:
            clipped = f"{clipped[:_WIDTH]}... ({len(clipped) - _WIDTH} more characters)"
        room -= len(clipped) + 1
        if len(taken) == _SHOWN or room < 0:
            return "\n".join(taken), True
        taken.append(clipped)
    return "\n".join(taken), False


TOOL = Tool(
    name="grep",
    description="Search file contents by regular expression, line by line. Skips what git ignores.",
    arguments=Grep,
    effect="read",
    targets=lambda arguments, context: paths_meant(arguments.path, context),
    run=told(_run),
)
