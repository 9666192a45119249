"""A list to choose from: typing filters, arrows move, Enter chooses, Esc leaves all as it was. A pure reducer."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from droidlite.ui.cells import column_widths, cut, cut_middle, in_parts, set_in_columns, width_of, wrap

Fragments = list[tuple[str, str]]
"""(style class, text) pairs as prompt_toolkit draws them."""


_LEAST_ROWS = 9
"""Rows a list must have room for before what the keys do may take more than one line."""


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
    """One row. `why_not` says why it cannot be chosen ("" = it can); `detail` is shown while the row is selected, and
    `explained` says where its numbers come from, when that is asked. Rows of one `group` stand under its name."""

    value: Any
    cells: tuple[str, ...]
    detail: str = ""
    why_not: str = ""
    group: str = ""
    explained: tuple[str, ...] = ()


class Dial(Struct, frozen=True):
    """Something else to choose beside the row, turned by left and right: its name, its values, and the one it is at."""

    name: str
    values: tuple[str, ...]
    at: int = 0

    @property
    def value(self) -> str:
        return self.values[self.at]


class Turned(Struct, frozen=True):
    """What a list with a dial ends with."""

    value: Any
    dial: str


class Choosing(Struct, frozen=True, kw_only=True):
    """The state of a picker. `headers` and every item's cells have the same length; `shrink` and `right` name columns
    that give way when it is narrow and that are set to the right. `names`: the first column's ends tell rows apart.
    `tab`: what Tab does in a word, and the value it ends with. With a `dial` it ends with Turned."""

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
    dial: Dial | None = None
    explaining: bool = False

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
                return self._taken(item.value) if item and not item.why_not else self
            case "tab" if self.tab is not None:
                return Done(self.tab[1])
            case "left" | "right" if self.dial is not None:
                step = 1 if key == "right" else -1
                return replace(self, dial=replace(self.dial, at=(self.dial.at + step) % len(self.dial.values)))
            case "text" if text == "?" and self._explains:
                return replace(self, explaining=not self.explaining)
            case "backspace":
                return self._filtered(self.filter[:-1])
            case "text":
                return self._filtered(self.filter + "".join(c for c in text if c.isprintable()))
        return self._moved(key)

    @property
    def _explains(self) -> bool:
        return any(item.explained for item in self.items)

    def _taken(self, value: Any) -> Done:
        return Done(value if self.dial is None else Turned(value, self.dial.value))

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
        typed = f"  {cut(self.filter, max(inner // 2, 8))}" if self.filter else ""
        widths = self._widths(inner)
        title, *more = self._titles(width - width_of(typed), height)
        head: Fragments = [("class:title", title), ("class:filter", typed), ("", "\n")]
        head += [("class:title", f"{line}\n") for line in more]
        if self.headers:
            head += [("class:dim", "  " + self._row(self.headers, widths, inner) + "\n")]
        taken = sum(text.count("\n") for _, text in head)
        foot = self._foot(width, max(height - 4 - taken, 1))
        room = max(height - 2 - taken - sum(text.count("\n") for _, text in foot), 1)
        return [*head, *self._rows(widths, inner, room), *foot]

    def _titles(self, width: int, height: int) -> list[str]:
        dial = [f"{self.dial.name} ‹{self.dial.value}›"] if self.dial else []
        lines = in_parts([*self.title.split(" · "), *dial], width)
        return lines if height > _LEAST_ROWS + len(lines) else [cut(" · ".join(lines), width)]

    def _widths(self, width: int) -> list[int]:
        """Of the columns; one without anything in it goes, its header with it."""
        rows = [item.cells for item in self.items]
        filled = [any(cells) for cells in zip(*rows, strict=True)]
        head = [name if full else "" for name, full in zip(self.headers, filled, strict=False)]
        return column_widths([head, *rows] if head else rows, width, self.shrink)

    def _row(self, cells: Sequence[str], widths: Sequence[int], width: int) -> str:
        first = cut_middle(cells[0], widths[0]) if self.names else cells[0]
        return cut(set_in_columns((first, *cells[1:]), widths, self.right), width)

    def _rows(self, widths: Sequence[int], width: int, room: int) -> Fragments:
        visible = self.visible
        if not visible:
            return [("class:dim", "  nothing matches; Backspace takes a letter back\n")]
        cursor = min(self.cursor, len(visible) - 1)
        lines: list[tuple[Item | None, str]] = []
        at, group = 0, ""
        for index, item in enumerate(visible):
            if item.group != group:
                group = item.group
                lines += [(None, group)] if group else []
            at = len(lines) if index == cursor else at
            lines.append((item, ""))
        start = max(min(at - room // 2, len(lines) - room), 0)
        shown: Fragments = []
        for number, (row, group) in enumerate(lines[start : start + room], start):
            if row is None:
                shown.append(("class:dim", f"  {cut(group, width)}\n"))
                continue
            style = "class:selected" if number == at else ""
            text = ("❯ " if number == at else "  ") + self._row(row.cells, widths, width) + "\n"
            shown.append((f"{style} class:greyed" if row.why_not else style, text))
        return shown

    def _foot(self, width: int, most: int) -> Fragments:
        item = self.selected
        text = (item.why_not or item.detail) if item else ""
        lines = wrap(text, width - 4)[:3] if text else []
        if self.explaining and item:
            lines = [line for told in item.explained for line in wrap(told, width - 4)][:most] or lines
        told: Fragments = [
            ("class:warning" if item and item.why_not else "class:detail", f"  {line}\n") for line in lines
        ]
        keys = in_parts(self._keys(), width)
        return [*told, ("class:dim", "\n".join(keys if most > _LEAST_ROWS else keys[:1]))]

    def _keys(self) -> list[str]:
        place = min(self.cursor + 1, len(self.visible))
        leave = "clear filter" if self.filter else "cancel"
        keys = ["↑↓ move", "Enter choose", f"Esc {leave}"]
        keys.append(f"{len(self.visible) if self.filter else place} of {len(self.items)}")
        keys += [f"Tab {self.tab[0]}"] if self.tab else []
        keys += [f"←→ {self.dial.name}"] if self.dial else []
        keys += ["? explain"] if self._explains else []
        return [*keys, "type to filter"]


def _matches(item: Item, word: str) -> bool:
    """Anywhere in the first column; elsewhere only where a word begins, or `op` would find every anthropic."""
    rest = re.split(r"[^a-z0-9.]+", " ".join((*item.cells[1:], item.detail)).casefold())
    return word in item.cells[0].casefold() or any(part.startswith(word) for part in rest)


def pick_from(title: str, items: Sequence[Item]) -> Choosing:
    """A picker over plain rows: the first column gives way when it is narrow."""
    return Choosing(title=title, items=tuple(items), shrink=((0, 20),))
