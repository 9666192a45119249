"""A session's audit as a person reads it: when, for which prompt, what, who let it, what came of it. Pure."""

import time
from collections.abc import Iterator, Sequence

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.ui.cells import width_of, wrap

_LONGEST = 10_000
"""Characters of one command that are shown; JSON has all."""


class AuditRow(Struct, frozen=True):
    """One thing that happened. `at` is seconds since 1970 (0 = not recorded), `label` what kind it is, `what` the exact
    words, `facts` what else there is to say, `refused` whether it did not run."""

    at: float
    turn: int
    label: str
    what: str
    facts: tuple[str, ...] = ()
    refused: bool = False


def audit_lines(head: Sequence[str], rows: Sequence[AuditRow], width: int) -> Iterator[str]:
    """`head` first, then two lines or more for each row, each of at most `width` cells; times in UTC."""
    for line in head:
        yield from wrap(clean_line(line, _LONGEST), width)
    day = ""
    for row in rows:
        date = time.strftime("%Y-%m-%d", time.gmtime(row.at)) if row.at else day
        if date != day:
            day = date
            yield ""
            yield f"{day} UTC"
        yield from _row(row, width)


def _broken(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells with every blank of it: padding is how a command hides its end."""
    lines, room = [""], width
    for letter in text:
        room -= width_of(letter)
        if room < 0:
            lines.append("")
            room = width - width_of(letter)
        lines[-1] += letter
    return lines


def _row(row: AuditRow, width: int) -> Iterator[str]:
    clock = time.strftime("%H:%M:%S", time.gmtime(row.at)) if row.at else "-"
    start = f"{clock:<8}  {row.turn or '-':>3}  {'x' if row.refused else ' '} {clean_line(row.label, 40):<8}  "
    first, *more = _broken(clean_line(row.what, _LONGEST), max(width - len(start), 20))
    yield start + first
    blank = " " * len(start)
    yield from (blank + line for line in more)
    facts = " · ".join(clean_line(fact, _LONGEST) for fact in row.facts if fact)
    if facts:
        yield from (blank + line for line in wrap(facts, max(width - len(start), 20)))
