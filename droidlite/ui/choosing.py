"""A list to choose from: typing filters, arrows move, Enter chooses, Esc leaves all as it was. A pure reducer."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from droidlite.ui.cells import column_widths, cut, cut_middle, set_in_columns, wrap

Fragments = list[tuple[str, str]]
"""(style class, text) pairs as prompt_toolkit draws them."""


class Done(Struct, frozen=True):
    """A dialog has ended with this value."""

    value: Any


class Dialog(Protocol):
    """Something that takes the input's place until the person has answered. `left` is the value of walking away,
    `kept` what was typed that it has no use for: it was meant for the input."""

    @property
    def left(self) -> Any: ...
    @property
    def kept(self) -> str: ...
    def press(self, key: str, text: str = "") -> "Dialog | Done":
        """`key` is up, down, pageup, pagedown, home, end, left, right, enter, tab, escape, backspace or text."""
        ...

    def draw(self, width: int, height: int) -> Fragments: ...


class Item(Struct, frozen=True):
    """One row. `why_not` says why it cannot be chosen ("" = it can); `detail` is shown while the row is selected."""

    value: Any
    cells: tuple[str, ...]
    detail: str = ""
    why_not: str = ""


class Choosing(Struct, frozen=True, kw_only=True):
    """The state of a picker. `headers` and every item's cells have the same length; `shrink` and `right` name columns
    that give way when it is narrow and that are set to the right. `names`: the first column's ends tell rows apart.
    `tab`: what Tab does in a word, and the value it ends with."""

    title: str
    items: tuple[Item, ...]
    headers: tuple[str, ...] = ()
    shrink: tuple[tuple[int, int], ...] = ()
    right: frozenset[int] = frozenset()
    names: bool = False
    filter: str = ""
    cursor: int = 0
    left: Any = None
    tab: tuple[str, Any] | None = None

    @property
    def kept(self) -> str:
        """All that is typed filters."""
        return ""

    @property
    def visible(self) -> tuple[Item, ...]:
        words = self.filter.casefold().split()
        return tuple(item for item in self.items if all(_matches(item, word) for word in words))

    @property
    def selected(self) -> Item | None:
        visible = self.visible
        return visible[min(self.cursor, len(visible) - 1)] if visible else None

    def press(self, key: str, text: str = "") -> "Choosing | Done":
        match key:
            case "escape":
                return self._filtered("") if self.filter else Done(self.left)
            case "enter":
                item = self.selected
                return Done(item.value) if item and not item.why_not else self
            case "tab" if self.tab is not None:
                return Done(self.tab[1])
            case "backspace":
                return self._filtered(self.filter[:-1])
            case "text":
                return self._filtered(self.filter + "".join(c for c in text if c.isprintable()))
        return self._moved(key)

    def _filtered(self, text: str) -> "Choosing":
        narrowed = replace(self, filter=text, cursor=0)
        allowed = (index for index, item in enumerate(narrowed.visible) if not item.why_not)
        return replace(narrowed, cursor=next(allowed, 0))

    def _moved(self, key: str) -> "Choosing":
        last = max(len(self.visible) - 1, 0)
        targets = {
            "up": last if self.cursor == 0 else self.cursor - 1,
            "down": 0 if self.cursor >= last else self.cursor + 1,
            "pageup": max(self.cursor - 8, 0),
            "pagedown": min(self.cursor + 8, last),
            "home": 0,
            "end": last,
        }
        return replace(self, cursor=targets.get(key, self.cursor))

    def draw(self, width: int, height: int) -> Fragments:
        """At most `height` lines of at most `width` cells."""
        inner = width - 2
        found: Fragments = [("class:filter", f"  {cut(self.filter, inner - 20)}")] if self.filter else []
        head: Fragments = [("class:title", cut(self.title, width)), *found, ("", "\n")]
        if self.headers:
            head += [("class:dim", "  " + self._row(self.headers, inner) + "\n")]
        foot = self._foot(width)
        room = max(height - 3 - bool(self.headers) - sum(text.count("\n") for _, text in foot), 1)
        return [*head, *self._rows(inner, room), *foot]

    def _row(self, cells: Sequence[str], width: int) -> str:
        rows = [self.headers] if self.headers else []
        widths = column_widths([*rows, *(item.cells for item in self.items)], width, self.shrink)
        first = cut_middle(cells[0], widths[0]) if self.names else cells[0]
        return cut(set_in_columns((first, *cells[1:]), widths, self.right), width)

    def _rows(self, width: int, room: int) -> Fragments:
        visible = self.visible
        if not visible:
            return [("class:dim", "  nothing matches; Backspace takes a letter back\n")]
        cursor = min(self.cursor, len(visible) - 1)
        start = max(min(cursor - room // 2, len(visible) - room), 0)
        shown: Fragments = []
        for index, item in enumerate(visible[start : start + room], start):
            mark = "❯ " if index == cursor else "  "
            style = "class:selected" if index == cursor else ""
            shown.append(
                (f"{style} class:greyed" if item.why_not else style, mark + self._row(item.cells, width) + "\n")
            )
        return shown

    def _foot(self, width: int) -> Fragments:
        item = self.selected
        lines = wrap(item.why_not or item.detail, width - 4)[:3] if item and (item.why_not or item.detail) else []
        told: Fragments = [
            ("class:warning" if item and item.why_not else "class:detail", f"  {line}\n") for line in lines
        ]
        place = min(self.cursor + 1, len(self.visible))
        count = f" · {len(self.visible) if self.filter else place} of {len(self.items)}"
        tab = f" · Tab {self.tab[0]}" if self.tab else ""
        keys = (
            f"↑↓ move{tab} · type to filter · Enter choose · Esc {'clear filter' if self.filter else 'cancel'}{count}"
        )
        return [*told, ("class:dim", cut(keys, width))]


def _matches(item: Item, word: str) -> bool:
    """Anywhere in the first column; elsewhere only where a word begins, or `op` would find every anthropic."""
    rest = re.split(r"[^a-z0-9.]+", " ".join((*item.cells[1:], item.detail)).casefold())
    return word in item.cells[0].casefold() or any(part.startswith(word) for part in rest)


def pick_from(title: str, items: Sequence[Item]) -> Choosing:
    """A picker over plain rows: the first column gives way when it is narrow."""
    return Choosing(title=title, items=tuple(items), shrink=((0, 20),))
