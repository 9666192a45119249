"""What is known of a file: the lines the read tool showed, and how to say a change of them as a tool call."""

import re
from typing import Any

from msgspec import Struct

from droidlite.regex import regex

_NUMBERED = regex(r"(\d+)\t(.*)", re.DOTALL)
_MORE = regex(r"\(lines (\d+)-(\d+) of (\d+|many); go on with offset \d+\)")
_CLIPPED = regex(r"\.\.\. \(\d+ more characters\)$")
_EMPTY = regex(r"\(.* is empty\)")


class View(Struct, frozen=True):
    """Neighbouring lines of a file, without line ends. `first` is the number of the first, `whole` whether they are
    all there are."""

    path: str
    lines: tuple[str, ...] = ()
    first: int = 1
    whole: bool = True

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def with_lines(self, lines: "tuple[str, ...] | list[str]") -> "View":
        return View(self.path, tuple(lines), self.first, self.whole)


def parse_read(path: str, content: str) -> View | None:
    """The lines in the read tool's answer; None where it shows none (an image) or only parts of some."""
    if _EMPTY.fullmatch(content):
        return View(path)
    rows = content.split("\n")
    more = _MORE.fullmatch(rows[-1])
    found = [_NUMBERED.fullmatch(row) for row in (rows[:-1] if more else rows)]
    if not found or not all(found):
        return None
    pairs = [(int(match[1]), match[2]) for match in found if match]
    if any(_CLIPPED.search(line) for _, line in pairs):
        return None
    first = pairs[0][0]
    return View(path, tuple(line for _, line in pairs), first, more is None and first == 1)


def change_call(before: View, after: View) -> tuple[str, dict[str, Any]]:
    """The smallest call that makes `before` into `after`: an edit of whole lines that occur once, or a write."""
    if not before.lines:
        return "write", {"file_path": before.path, "content": after.text + "\n"}
    start, old_end, new_end = _span(before.lines, after.lines)
    old_end, start = max(old_end, start), min(start, old_end)
    while not _is_unique(before.text, "\n".join(before.lines[start:old_end])):
        if start == 0 and old_end == len(before.lines):
            break
        if start > 0:
            start -= 1
        if old_end < len(before.lines):
            old_end += 1
            new_end += 1
    old = "\n".join(before.lines[start:old_end])
    new = "\n".join(after.lines[start:new_end])
    return "edit", {"file_path": before.path, "old_string": old, "new_string": new}


def apply_edit(view: View, old: str, new: str, *, every: bool = False) -> View:
    """The view after an edit that succeeded."""
    text = view.text.replace(old, new, -1 if every else 1)
    return view.with_lines(text.split("\n") if text else ())


def _span(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[int, int, int]:
    """Where they differ: start, end in `before`, end in `after`; at least one line of `before`."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    same = 0
    while same < min(len(before), len(after)) - start and before[-1 - same] == after[-1 - same]:
        same += 1
    old_end, new_end = len(before) - same, len(after) - same
    if start == old_end:  # nothing goes: take a neighbour in, so that there is something to find
        if start > 0:
            start -= 1
        else:
            old_end, new_end = old_end + 1, new_end + 1
    return start, old_end, new_end


def _is_unique(text: str, part: str) -> bool:
    at = text.find(part)
    return bool(part.strip()) and at >= 0 and text.find(part, at + 1) < 0
