"""Searches one file line by line, for a named file and where there is no git."""

import os
import re
from collections import deque
from collections.abc import Callable, Iterator

from droidlite.tool import ToolContext
from droidlite.tools.confined import Place, open_file
from droidlite.tools.problem import Problem

_LINE = 65_536  # bytes of one line that are looked at


def scan(
    place: Place, expression: re.Pattern[str], context: ToolContext, *, around: int = 0, names: bool = False
) -> Iterator[str]:
    """path:number:line for each match, path-number-line for `around` lines beside it; or, with `names`, the path once.
    Nothing for what is binary or cannot be read."""
    try:
        file = os.fdopen(open_file(place), "rb")
    except (OSError, Problem):
        return
    before: deque[str] = deque(maxlen=max(around, 0))
    after = 0
    with file:
        for number, line in enumerate(_lines(file.readline), 1):
            if context.cancellation.cancelled or b"\0" in line:
                return
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if expression.search(text):
                if names:
                    yield place.shown
                    return
                yield from before
                before.clear()
                yield f"{place.shown}:{number}:{text}"
                after = around
            elif after > 0:
                yield f"{place.shown}-{number}-{text}"
                after -= 1
            else:
                before.append(f"{place.shown}-{number}-{text}")


def _lines(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """Lines, the rest of overlong ones dropped."""
    while line := readline(_LINE):
        piece = line
        while not piece.endswith(b"\n") and (piece := readline(_LINE)):
            pass
        yield line
