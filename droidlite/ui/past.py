"""Stored sessions as a person reads them: what each was about, when, how long, for how much, on which model. Pure."""

import time
from collections.abc import Iterator, Sequence

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.ui.cells import column_widths, cut, cut_middle, set_in_columns, width_of
from droidlite.ui.wording import ago, counted, dollars

_LEAST_TITLE = 24
_DAYS_AGO = 30
"""Days after which a date says more."""


class SessionRow(Struct, frozen=True, kw_only=True):
    """A stored session. `updated` is seconds since 1970; `line` is where searched words were found ("" = the title),
    `last` its last prompt, `folder` where it belongs ("" = here), `open_todos` what its to-do list has left."""

    id: str
    title: str
    updated: float
    turns: int = 0
    cost_usd: float = 0.0
    model: str = ""
    last: str = ""
    line: str = ""
    folder: str = ""
    open_todos: int = 0


def facts(row: SessionRow, now: float) -> tuple[str, str, str, str]:
    """When it was used last, how long it is, what it cost, its model; `now` in seconds since 1970."""
    return _when(now - row.updated, row.updated), counted(row.turns, "turn"), dollars(row.cost_usd), row.model


def detail(row: SessionRow) -> str:
    """What else there is to know of it, in a line."""
    said = f"found: {row.line}" if row.line else f"last: {row.last}" if row.last else ""
    todos = f"{counted(row.open_todos, 'open item')} on its to-do list" if row.open_todos else ""
    return clean_line(" · ".join(part for part in (row.id, said, todos) if part), 300)


def sessions_table(rows: Sequence[SessionRow], width: int, now: float) -> Iterator[str]:
    """A line for each, and one below it with what was found; at most `width` cells. Where there is little room of an id
    only its last part is shown, which is enough to name it."""
    ids = [row.id for row in rows]
    lines = [(*_cells(row, now),) for row in rows]
    room = width - max(map(width_of, ids), default=0) - 2
    widths = column_widths(lines, room, ((4, _LEAST_TITLE),))
    if sum(widths) + 2 * (len(widths) - 1) > room:
        ids = [name.rpartition("-")[2] for name in ids]
        room = width - max(map(width_of, ids), default=0) - 2
        widths = column_widths(lines, room, ((3, 14), (4, _LEAST_TITLE), (1, 0), (3, 0), (2, 0), (4, 8)))
    wide = max(map(width_of, ids), default=0)
    for row, name, (when, turns, cost, model, title) in zip(rows, ids, lines, strict=True):
        cells = (when, turns, cost, cut_middle(model, widths[3]), title)
        yield cut(f"{name:<{wide}}  {set_in_columns(cells, widths, frozenset({1, 2}))}", width)
        below = [row.line] if row.line else []
        below += [row.folder] if row.folder else []
        for text in below:
            yield cut(" " * (wide + 2) + clean_line(text, 300), width)


def _cells(row: SessionRow, now: float) -> tuple[str, str, str, str, str]:
    when, turns, cost, model = facts(row, now)
    return when, turns, cost, clean_line(model, 40), clean_line(row.title or "(no title)", 120)


def _when(seconds: float, at: float) -> str:
    return ago(seconds) if seconds < _DAYS_AGO * 86_400 else time.strftime("%Y-%m-%d", time.localtime(at))
