"""Says where a text that was not found almost is, so that the next try succeeds."""

from heapq import nlargest

from droidlite.regex import regex
from droidlite.tools.text import printable

_NUMBERED = regex(r"^\s*\d+(\t|→|: )")
_SEARCHED = 5_000  # lines compared by the letters they hold
_CLOSELY = 50  # of those, lines compared by the order of the letters
_COMPARED = 150  # characters of a line
_ALIKE = 0.7  # a ratio of difflib, which counts 1.0 as equal


def nearest(plain: str, wanted: str) -> str:
    """One sentence about the part of `plain` most like `wanted`; "" when nothing is like it."""
    lines, pattern = printable(plain).split("\n"), wanted.strip("\n").split("\n")
    if all(_NUMBERED.match(line) for line in pattern):
        return "It starts with line numbers; leave them out."
    at = _same_but_blanks(lines, pattern)
    if at is not None:
        difference = next((i for i, line in enumerate(pattern) if lines[at + i] != line), 0)
        return f"It differs only in whitespace: line {at + difference + 1} is {lines[at + difference]!r}."
    number = _likest(lines, next((line for line in pattern if line.strip()), ""))
    return f"The nearest is line {number}: {lines[number - 1].strip()[:200]!r}." if number else "Read the file again."


def _same_but_blanks(lines: list[str], pattern: list[str]) -> int | None:
    """Index of the first run of `lines` equal to `pattern` when whitespace is not counted."""
    have, want = ["".join(line.split()) for line in lines], ["".join(line.split()) for line in pattern]
    if not any(want):
        return None
    spots = (at for at in range(len(have) - len(want) + 1) if have[at] == want[0])
    return next((at for at in spots if have[at : at + len(want)] == want), None)


def _likest(lines: list[str], line: str) -> int:
    """Number of the line most like `line`, 0 when none is."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(b=line.strip()[:_COMPARED])
    places: dict[str, int] = {}
    for number, text in enumerate(lines[:_SEARCHED], 1):
        places.setdefault(text.strip()[:_COMPARED], number)

    def likeness(text: str, *, exactly: bool = False) -> float:
        matcher.set_seq1(text)
        return matcher.ratio() if exactly else matcher.quick_ratio()

    # The exact ratio takes up to the cube of the length: for those alone that hold the same letters.
    some = nlargest(_CLOSELY, places, key=likeness)
    best = max(some, key=lambda text: likeness(text, exactly=True), default="")
    return places[best] if best and likeness(best, exactly=True) >= _ALIKE else 0
