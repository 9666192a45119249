"""Shows a change to one file as a unified diff, quickly even where the file is large."""

from itertools import takewhile

from droidlite.tool import Diff
from droidlite.tools.text import printable

_CONTEXT = 3
_COMPARED = 4_000  # lines; beyond this difflib is too slow and the middle is shown as removed and added whole
_SHOWN = 2_000  # lines of diff a person is shown


def diff_of(path: str, before: str, after: str) -> Diff:
    """The change from `before` to `after` (newlines \\n) of the file shown as `path`; "" means absent or empty."""
    old, new = _lines(before), _lines(after)
    head = max(_shared(old, new) - _CONTEXT, 0)
    tail = max(min(_shared(old[::-1], new[::-1]), len(old) - head, len(new) - head) - _CONTEXT, 0)
    lines = _unified(old[head : len(old) - tail], new[head : len(new) - tail], head)
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"... {len(lines) - _SHOWN} more lines\n"]
    names = f"--- {f'a/{path}' if before else '/dev/null'}\n+++ {f'b/{path}' if after else '/dev/null'}\n"
    return Diff(path=path, patch=printable(names + "".join(lines)) if lines else "", added=added, removed=removed)


def _lines(text: str) -> list[str]:
    """Lines with their \\n; unlike splitlines, nothing else ends a line."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])


def _shared(old: list[str], new: list[str]) -> int:
    """How many lines both start with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _unified(old: list[str], new: list[str], offset: int) -> list[str]:
    """Hunks between `old` and `new`, numbered as if `offset` lines came before; a missing last newline is told."""
    from difflib import SequenceMatcher

    if max(len(old), len(new)) > _COMPARED:
        groups = [[("replace", 0, len(old), 0, len(new))]]
    else:
        groups = list(SequenceMatcher(None, old, new).get_grouped_opcodes(_CONTEXT))
    lines: list[str] = []
    for group in groups:
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        before, after = _range(old_start, old_end, offset), _range(new_start, new_end, offset)
        lines.append(f"@@ -{before} +{after} @@\n")
        for kind, i, j, k, m in group:
            if kind == "equal":
                lines += [_line(" ", text) for text in old[i:j]]
                continue
            lines += [_line("-", text) for text in old[i:j]]
            lines += [_line("+", text) for text in new[k:m]]
    return lines


def _range(start: int, end: int, offset: int) -> str:
    """`start,length` as unified diffs number it: an empty range names the line before it."""
    length = end - start
    first = start + offset + (1 if length else 0)
    return str(first) if length == 1 else f"{first},{length}"


def _line(sign: str, text: str) -> str:
    return sign + text if text.endswith("\n") else f"{sign}{text}\n\\ No newline at end of file\n"
