"""Searches files without git: opened here, one by one and confined; matched by a child that can be killed."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from msgspec import Struct

from droidlite.tool import ToolContext
from droidlite.tools.children import start
from droidlite.tools.confined import Place, open_file
from droidlite.tools.listing import pieces
from droidlite.tools.problem import Problem

_TOGETHER = 100  # files one child is given: its start costs 20 ms, and descriptors are few
_SCRIPT = Path(__file__).with_name("scanning.py")


class Wanted(Struct, frozen=True):
    """What to look for: a Python regular expression, with `around` lines beside each match; or, with `names`, only
    the files that hold it."""

    pattern: str
    ignore_case: bool = False
    around: int = 0
    names: bool = False


def scan(places: Iterable[Place], wanted: Wanted, context: ToolContext) -> Iterator[str]:
    """path:number:line for each match, path-number-line beside it, or the path alone. Nothing for what is binary or
    cannot be read; ends early on cancellation."""
    left = iter(places)
    while batch := list(islice(left, _TOGETHER)):
        yield from _scan(batch, wanted, context)
        if context.cancellation.cancelled:
            return


def _scan(places: list[Place], wanted: Wanted, context: ToolContext) -> Iterator[str]:
    opened: list[tuple[int, str]] = []
    try:
        for place in places:
            try:
                opened.append((open_file(place), place.shown))
            except (OSError, Problem):
                continue
        asked = {"pattern": wanted.pattern, "ignore_case": wanted.ignore_case}
        asked |= {"around": max(wanted.around, 0), "names": wanted.names}
        files = [descriptor for descriptor, _ in opened]
        argv = [sys.executable, "-I", "-S", str(_SCRIPT), json.dumps(asked), *map(str, files)]
        # droidlite's own program, on files that were opened here
        child = start(argv, context, merge=False, files=files, reach="host")
    finally:
        for descriptor, _ in opened:
            os.close(descriptor)
    for piece in pieces(child, context, b"\n"):
        index, rest = _split(piece.decode("utf-8", "surrogateescape"))
        yield opened[index][1] + rest


def _split(line: str) -> tuple[int, str]:
    digits = next((at for at, letter in enumerate(line) if not letter.isdigit()), len(line))
    return int(line[:digits]), line[digits:]
