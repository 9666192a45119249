"""Finds where the hunks of a patch belong in a file, and refuses where that is more than one place."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise

from msgspec import Struct

from droidlite.tools.envelope import Hunk, UpdateFile
from droidlite.tools.indentation import Indentation
from droidlite.tools.problem import Problem
from droidlite.tools.text import Span, Text

_TYPOGRAPHY = str.maketrans("‐‑‒–—―−‘’‚‛“”„‟\u00a0\u2002\u2003\u2009\u202f\u3000", "-------''''\"\"\"\"      ")
_READINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.rstrip,
    str.strip,
    lambda line: line.strip().translate(_TYPOGRAPHY),
)
"""How lines are compared, strictest first."""
_NAMED = 10  # places whose line numbers are told


class _Spot(Struct, frozen=True, order=True):
    """Where a hunk's old lines stand: index of the first line, and how many there are."""

    at: int
    length: int

    @property
    def end(self) -> int:
        return self.at + self.length


def patched(operation: UpdateFile, text: Text) -> Text:
    """`text` with all hunks applied. Context lines keep the file's own spelling, added ones its indentation. Raises
    Problem where a hunk fits nowhere, or in more than one place."""
    lines = text.plain.split("\n")
    ends_with_newline = lines[-1] == ""
    if ends_with_newline:
        lines.pop()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    spots = _settled(operation, [_spots(operation.path, hunk, lines) for hunk in operation.hunks])
    spans: list[Span] = []
    for hunk, spot in sorted(zip(operation.hunks, spots, strict=True), key=lambda pair: pair[1]):
        spans += _spans(hunk, spot, lines, starts, closed=ends_with_newline or not lines)
    return text.replaced(spans)


def _settled(operation: UpdateFile, choices: list[list[_Spot]]) -> list[_Spot]:
    """One spot for each hunk. Where several would do, the order of the hunks must leave only one: then the assignment
    that is earliest everywhere is also the latest. Hunks out of order are taken where each fits in one place only."""
    earliest, limit = [], 0
    for spots in choices:
        found = next((spot for spot in spots if spot.at >= limit), None)
        earliest.append(found)
        limit = found.end if found else limit
    latest: list[_Spot | None] = []
    top = float("inf")
    for spots in reversed(choices):
        found = next((spot for spot in reversed(spots) if spot.end <= top), None)
        latest.insert(0, found)
        top = found.at if found else top
    if None not in earliest:
        for hunk, spots, one, other in zip(operation.hunks, choices, earliest, latest, strict=True):
            if one != other:
                raise Problem(_ambiguous(operation.path, hunk, spots))
        return [spot for spot in earliest if spot]
    for hunk, spots in zip(operation.hunks, choices, strict=True):
        if len(spots) > 1:
            raise Problem(_ambiguous(operation.path, hunk, spots))
    single = [spots[0] for spots in choices]
    inner = sorted(single)
    if any(after.at < before.end for before, after in pairwise(inner)):
        raise Problem(f"{operation.path}: two hunks change the same lines; put them into one.")
    return single


def _ambiguous(path: str, hunk: Hunk, spots: list[_Spot]) -> str:
    numbers = ", ".join(str(spot.at + 1) for spot in spots[:_NAMED])
    more = ", ..." if len(spots) > _NAMED else ""
    return (
        f"{path}: hunk {hunk.number} fits in {len(spots)} places (lines {numbers}{more}); add lines of context, or "
        "name the enclosing line after @@."
    )


def _spots(path: str, hunk: Hunk, lines: list[str]) -> list[_Spot]:
    """Every place the hunk may mean, in order. Raises Problem where there is none."""
    old = [line for sign, line in hunk.lines if sign != "+"]
    begins = _after_anchors(path, hunk, lines)
    if not old:
        return [_Spot(begin if hunk.anchors and not hunk.at_end else len(lines), 0) for begin in begins]
    for wanted in (old, old[:-1] if old[-1] == "" else []):
        if wanted and (spots := _fitting(wanted, lines, hunk, begins)):
            return spots
    first = next((line for line in old if line.strip()), "")
    raise Problem(
        f"{path}: hunk {hunk.number} does not match the file: no place holds its {len(old)} context and removed "
        f"lines, starting with {first!r}. Read the file again and copy them exactly."
    )


def _fitting(wanted: list[str], lines: list[str], hunk: Hunk, begins: list[int]) -> list[_Spot]:
    """By the strictest reading that fits anywhere. A line named after @@ means the first place behind it (or itself,
    repeated as context); the end of the file, where the hunk says so, the last place."""
    for reading in _READINGS:
        found = _find(wanted, lines, reading)
        if hunk.at_end and found and found[-1] + len(wanted) == len(lines):
            return [_Spot(found[-1], len(wanted))]
        if hunk.anchors:
            behind = (_first(found, low) for begin in begins for low in (begin, begin - 1))
            firsts = list(behind)
            pairs = zip(firsts[::2], firsts[1::2], strict=True)
            found = sorted({at for after, itself in pairs if (at := itself if after is None else after) is not None})
        if found:
            return [_Spot(at, len(wanted)) for at in found]
    return []


def _after_anchors(path: str, hunk: Hunk, lines: list[str]) -> list[int]:
    """Where to look from: behind each place that holds the lines named after @@, one below the other."""
    begins = [0]
    for depth, anchor in enumerate(hunk.anchors):
        found = next((places for reading in _READINGS if (places := _find([anchor], lines, reading))), [])
        if depth == 0:
            begins = [at + 1 for at in found]
        else:
            begins = [0 if (at := _first(found, begin)) is None else at + 1 for begin in begins]
        begins = sorted({begin for begin in begins if begin})
        if not begins:
            raise Problem(f"{path}: hunk {hunk.number}: the line {anchor!r} named after @@ was not found.")
    return begins


def _first(found: list[int], low: int) -> int | None:
    """The first of `found`, which are in order, from `low` on."""
    place = bisect_left(found, low)
    return found[place] if place < len(found) else None


def _find(wanted: list[str], lines: list[str], reading: Callable[[str], str]) -> list[int]:
    """Where `wanted` begins in `lines`; by Knuth, Morris and Pratt, so that a thousand lines that are all alike take no
    longer than others."""
    pattern = [reading(line) for line in wanted]
    back, length = [0], 0
    for line in pattern[1:]:
        length = _fits(pattern, back, length, line)
        back.append(length)
    found, length = [], 0
    for at, line in enumerate(map(reading, lines)):
        if length == len(pattern):
            length = back[-1]
        length = _fits(pattern, back, length, line)
        if length == len(pattern):
            found.append(at + 1 - length)
    return found


def _fits(pattern: list[str], back: list[int], length: int, line: str) -> int:
    """How much of the pattern fits once `line` follows `length` lines of it."""
    while length and pattern[length] != line:
        length = back[length - 1]
    return length + (pattern[length] == line)


def _spans(hunk: Hunk, spot: _Spot, lines: list[str], starts: list[int], *, closed: bool) -> list[Span]:
    """One span for each run of changed lines, in offsets of the plain text; `closed`: the last line ends in \\n."""
    spans: list[Span] = []
    indentation = Indentation(
        list(zip((line for sign, line in hunk.lines if sign != "+"), lines[spot.at : spot.end], strict=False))
    )
    at, first, added, touched = spot.at, spot.at, "", False

    def close() -> None:
        nonlocal first, added, touched
        if touched:
            start, stop = starts[first], starts[at]
            if closed or at < len(lines):
                spans.append(Span(start, stop, added))
            elif first == len(lines):
                spans.append(Span(start - 1, stop - 1, "\n" + added.removesuffix("\n")))
            else:
                spans.append(Span(start, stop - 1, added.removesuffix("\n")))
        first, added, touched = at, "", False

    for sign, line in hunk.lines:
        if sign == "+":
            added, touched = f"{added}{indentation.of_file(line, at - spot.at)}\n", True
        elif at >= spot.end:
            break  # the blank last context line that was left out of the match
        elif sign == "-":
            at, touched = at + 1, True
        else:
            close()
            at = at + 1
            first = at
    close()
    return spans
