"""What fills a model's context window, as a person reads it: a bar, and each part in tokens and per cent. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.ui.adding import column_of_shares, lengths
from droidlite.ui.cells import column_widths, set_in_columns
from droidlite.ui.wording import tokens

_MARKS = (("█", "cyan"), ("▓", "blue"), ("▒", "magenta"), ("░", "green"), ("▚", "yellow"))
"""How the parts are told apart, with colour and without."""
_FREE = ("·", "dim")
LONGEST = 100
"""Cells of the bar: a longer one says no more."""


class Filling(Struct, frozen=True, kw_only=True):
    """Tokens by part, in the order they are sent; together they are the estimate of the status line. `window` is the
    model's (0 = not known), `compacted_at` where a summary takes the conversation's place, `counted` how many of the
    tokens the service itself has counted; nothing was said yet where it has not `begun`."""

    model: str
    parts: tuple[tuple[str, int], ...]
    window: int
    compacted_at: int = 0
    counted: int = 0
    begun: bool = True

    @property
    def used(self) -> int:
        return sum(count for _, count in self.parts)

    @property
    def free(self) -> int:
        return max(self.window - self.used, 0)


def head(filling: Filling) -> str:
    """How full it is, in a line."""
    share = f", {filling.used / filling.window:.0%}" if filling.window else ""
    window = f" of {tokens(filling.window)}" if filling.window else ""
    return f"{clean_line(filling.model, 80)} · {tokens(filling.used)}{window} tokens{share}"


def bar(filling: Filling, width: int) -> Iterator[tuple[str, str]]:
    """(cells, style) of each part, at least a cell where there is any of it; together `width` cells or LONGEST."""
    for (mark, style), cells in zip(_marks(filling), lengths(_counts(filling), min(width, LONGEST)), strict=True):
        yield mark * cells, style


def rows(filling: Filling, width: int) -> Iterator[tuple[str, str, str]]:
    """(mark, style, row) of each part and of what is free; rows are at most `width` cells."""
    names, counts = [*(name for name, _ in filling.parts), "free"], _counts(filling)
    shares = column_of_shares(counts, max(filling.window, filling.used))
    cells = list(zip(names, (f"{count:,}" for count in counts), shares, strict=True))
    widths = column_widths(cells, width, ((0, 12),))
    for (mark, style), row in zip(_marks(filling), cells, strict=True):
        yield mark, style, set_in_columns(row, widths, frozenset({1, 2}))


def _counts(filling: Filling) -> list[int]:
    return [*(count for _, count in filling.parts), filling.free]


def _marks(filling: Filling) -> list[tuple[str, str]]:
    return [*_MARKS[: len(filling.parts)], _FREE]


def remarks(filling: Filling) -> list[str]:
    if not filling.begun:
        said = "estimated by length; AGENTS.md and facts come with your first message"
    elif filling.counted:
        said = f"the service counted {filling.counted:,} of these tokens; how they are shared out is by length"
    else:
        said = "estimated by length: no service has counted them yet"
    full = f"; at {tokens(filling.compacted_at)} tokens it is compacted" if filling.compacted_at else ""
    return [said, f"/compact makes room{full}"]
