"""Finds where the hunks of a patch belong in a file: exactly first, then forgiving whitespace and typography."""

from collections.abc import Callable

from droidlite.tools.envelope import Hunk, UpdateFile
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


def patched(operation: UpdateFile, text: Text) -> Text:
    """`text` with all hunks applied in order. Context lines keep the file's own spelling. Raises Problem."""
    lines = text.plain.split("\n")
    ends_with_newline = lines[-1] == ""
    if ends_with_newline:
        lines.pop()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    spans: list[Span] = []
    cursor = 0
    for hunk in operation.hunks:
        cursor = _after_anchors(operation.path, hunk, lines, cursor)
        have = [line for sign, line in hunk.lines if sign != "+"]
        at, length = _place(operation.path, hunk, have, lines, cursor)
        spans += _spans(hunk, at, at + length, starts, len(lines), ends_with_newline or not lines)
        cursor = at + length
    return text.replaced(spans)


def _after_anchors(path: str, hunk: Hunk, lines: list[str], cursor: int) -> int:
    for anchor in hunk.anchors:
        found = _find([anchor], lines, cursor)
        if found is None:
            raise Problem(f"{path}: hunk {hunk.number}: the line {anchor!r} named after @@ was not found.")
        cursor = found + 1
    return cursor


def _place(path: str, hunk: Hunk, have: list[str], lines: list[str], cursor: int) -> tuple[int, int]:
    """Index and length of the hunk's old lines in `lines`."""
    if not have:
        return (cursor if hunk.anchors and not hunk.at_end else len(lines)), 0
    for wanted in (have, have[:-1] if have[-1] == "" else []):
        if not wanted:
            continue
        found = _find(wanted, lines, max(len(lines) - len(wanted), cursor)) if hunk.at_end else None
        found = _find(wanted, lines, cursor) if found is None else found
        # an anchor may itself be repeated as the first context line
        if found is None and hunk.anchors:
            found = _find(wanted, lines, cursor - 1)
        if found is not None:
            return found, len(wanted)
    first = next((line for line in have if line.strip()), "")
    raise Problem(
        f"{path}: hunk {hunk.number} does not match the file: no place holds its {len(have)} context and removed "
        f"lines, starting with {first!r}. Read the file again and copy them exactly."
    )


def _find(wanted: list[str], lines: list[str], start: int) -> int | None:
    for reading in _READINGS:
        pattern, have = [reading(line) for line in wanted], [reading(line) for line in lines]
        for at in range(start, len(have) - len(pattern) + 1):
            if have[at] == pattern[0] and have[at : at + len(pattern)] == pattern:
                return at
    return None


def _spans(hunk: Hunk, at: int, end: int, starts: list[int], count: int, closed: bool) -> list[Span]:
    """One span for each run of changed lines, in offsets of the plain text; `closed`: the last line ends in \\n."""
    spans: list[Span] = []
    first, added, touched = at, "", False

    def close() -> None:
        nonlocal first, added, touched
        if touched:
            start, stop = starts[first], starts[at]
            if closed or at < count:
                spans.append(Span(start, stop, added))
            elif first == count:
                spans.append(Span(start - 1, stop - 1, "\n" + added.removesuffix("\n")))
            else:
                spans.append(Span(start, stop - 1, added.removesuffix("\n")))
        first, added, touched = at, "", False

    for sign, line in hunk.lines:
        if sign == "+":
            added, touched = f"{added}{line}\n", True
        elif at >= end:
            break  # the blank last context line that was left out of the match
        elif sign == "-":
            at, touched = at + 1, True
        else:
            close()
            at = at + 1
            first = at
    close()
    return spans
