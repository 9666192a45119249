"""Text measured in terminal cells: cut, padded and set in columns. Pure, and free of heavy imports."""

import unicodedata
from collections.abc import Sequence

GAP = 2


def width_of(text: str) -> int:
    """Cells `text` takes: wide East Asian characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200b\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """At most `width` cells of `text`, an ellipsis telling that something was left off."""
    if width_of(text) <= width:
        return text
    if width <= 0:
        return ""
    taken, room = "", width - 1
    for character in text:
        room -= _cells(character)
        if room < 0:
            break
        taken += character
    return taken.rstrip() + "…"


def cut_middle(text: str, width: int) -> str:
    """At most `width` cells with both ends kept: names of models differ at their ends."""
    if width_of(text) <= width or width < 8:
        return cut(text, width)
    head = cut(text, (width + 1) // 2).removesuffix("…")
    room, tail = width - 1 - width_of(head), ""
    for character in reversed(text):
        room -= _cells(character)
        if room < 0:
            break
        tail = character + tail
    return f"{head}…{tail}"


def pad(text: str, width: int, right: bool = False) -> str:
    text = cut(text, width)
    blank = " " * (width - width_of(text))
    return blank + text if right else text + blank


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces where there are any."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        while width_of(word) > width:
            room = width - width_of(line) - 1 if line else width
            if room < 8 and line:
                lines, line = [*lines, line], ""
                continue
            head = cut(word, room + 1).removesuffix("…")[: max(room, 1)]
            lines, line, word = [*lines, f"{line} {head}".strip()], "", word[len(head) :]
        if line and width_of(line) + 1 + width_of(word) > width:
            lines, line = [*lines, line], word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line or not lines else lines


def broken(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, at least 2, with all that stands in `text` but the blank a line is broken at; a
    word that would leave half a line empty is broken itself."""
    lines: list[str] = []
    start = 0
    while (end := _reach(text, start, width)) < len(text):
        blank = text.rfind(" ", start + width // 2, end + 1)
        lines.append(text[start : blank if blank >= 0 else end])
        start = blank + 1 if blank >= 0 else end
    return [*lines, text[start:]]


def _reach(text: str, start: int, width: int) -> int:
    """How far `width` cells go from `start`."""
    end, room = start, width
    while end < len(text) and (room := room - _cells(text[end])) >= 0:
        end += 1
    return end


def in_parts(parts: Sequence[str], width: int) -> list[str]:
    """Lines of at most `width` cells, a dot between the parts; only one that is too long for a line is broken."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} · {part}" if lines else part
        if lines and width_of(joined) <= width:
            lines[-1] = joined
        else:
            lines += wrap(part, width)
    return lines


def hung(line: str, width: int, indent: str = "  ") -> str:
    """`line` as it is where it takes at most `width` cells, else broken at spaces, all but its first line indented.
    Two blanks in a row stay two."""
    if width_of(line) <= width or width <= 2 * len(indent):
        return line
    parts = wrap(line.replace("  ", "\0 "), width - len(indent))
    return f"\n{indent}".join(parts).replace("\0", " ")


def fold(text: str, width: int) -> list[str]:
    """`text` as it is where it takes at most `width` cells, wrapped where it takes more."""
    return [text] if width_of(text) <= width else wrap(text, width)


def column_widths(rows: Sequence[Sequence[str]], width: int, shrink: Sequence[tuple[int, int]]) -> list[int]:
    """Natural widths, then the columns named in `shrink` (index, least width) give way in that order. A column whose
    least width is 0 stays as it is or goes whole, with its gap; it then has width 0."""
    widths = [max((width_of(cell) for cell in column), default=0) for column in zip(*rows, strict=True)]
    excess = sum(widths) + GAP * (sum(map(bool, widths)) - 1) - width
    for index, least in shrink:
        if least == 0 and excess > 0 and widths[index]:
            excess -= widths[index] + GAP
            widths[index] = 0
            continue
        give = min(max(excess, 0), max(widths[index] - least, 0))
        widths[index] -= give
        excess -= give
    return widths


def set_in_columns(cells: Sequence[str], widths: Sequence[int], right: frozenset[int] = frozenset()) -> str:
    padded = (
        pad(cell, wide, index in right) for index, (cell, wide) in enumerate(zip(cells, widths, strict=True)) if wide
    )
    return (" " * GAP).join(padded).rstrip()
