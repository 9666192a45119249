"""Matches lines in a process of its own, for a pattern that backtracks holds the interpreter and hears no signal.

Run as a script: its arguments are one JSON object {pattern, ignore_case, around, names} and descriptors of open files.
It prints INDEX:NUMBER:text for each match, INDEX-NUMBER-text for lines around it, or INDEX alone where only names are
wanted. It imports nothing of droidlite, so that it starts in 20 ms.
"""

import json
import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator

LINE = 65_536
"""Bytes of one line that are looked at."""


def main(asked: str, *descriptors: str) -> None:
    wanted = json.loads(asked)
    expression = re.compile(wanted["pattern"], re.IGNORECASE if wanted["ignore_case"] else 0)
    for index, descriptor in enumerate(descriptors):
        with os.fdopen(int(descriptor), "rb") as file:
            for found in matching(file.readline, expression, around=wanted["around"], names=wanted["names"]):
                sys.stdout.buffer.write(f"{index}{found}\n".encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()


def matching(
    readline: Callable[[int], bytes], expression: re.Pattern[str], *, around: int, names: bool
) -> Iterator[str]:
    """What to print of one file, behind its index. Ends at the first line that is binary."""
    before: deque[str] = deque(maxlen=around)
    after = 0
    for number, line in enumerate(_lines(readline), 1):
        if b"\0" in line:
            return
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if expression.search(text):
            if names:
                yield ""
                return
            yield from before
            before.clear()
            yield f":{number}:{text}"
            after = around
        elif after > 0:
            yield f"-{number}-{text}"
            after -= 1
        else:
            before.append(f"-{number}-{text}")


def _lines(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """Lines, the rest of overlong ones dropped; what follows the first binary one is not read."""
    while line := readline(LINE):
        piece = line
        while b"\0" not in piece and not piece.endswith(b"\n") and (piece := readline(LINE)):
            pass
        yield line


if __name__ == "__main__":
    main(*sys.argv[1:])
