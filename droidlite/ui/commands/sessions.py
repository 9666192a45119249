"""Commands about sessions: begin one, go on with another, keep it."""

import time
from collections.abc import Sequence
from typing import get_args

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui.choosing import Choosing, Item
from droidlite.ui.commands.host import Host
from droidlite.ui.conversation import ExportFormat
from droidlite.ui.past import SessionRow, detail, facts, sessions_table
from droidlite.ui.trusting import decide
from droidlite.ui.wording import counted

LISTED = 15
"""Sessions shown on one screen."""


def resume(host: Host, words: str) -> None:
    rows = host.conversation.sessions(words)
    if not rows:
        raise UsageError(_none(words))
    chosen = rows[0].id if words and len(rows) == 1 else host.ask(_picker(rows, host.conversation.status().session_id))
    if chosen:
        host.show(iter(host.conversation.resume(chosen)))
        host.say("\n" + host.painter.text(f"resumed {chosen}", "dim"))


def _none(words: str) -> str:
    if words:
        return f"There is no session of this folder with {clean_line(words, 80)!r} in its title or prompts."
    return "There is no stored session of this folder."


def _picker(rows: Sequence[SessionRow], current: str) -> Choosing:
    now = time.time()
    items = []
    for row in rows:
        here = "You are in this session." if row.id == current else ""
        cells = (clean_line(row.title or row.id, 120), *facts(row, now))
        items.append(Item(row.id, cells, detail=detail(row), why_not=here))
    headers = ("session", "used", "length", "cost", "model")
    return Choosing(
        title="Resume a session",
        items=tuple(items),
        headers=headers,
        shrink=((0, 32), (4, 12), (2, 0), (0, 16), (4, 0)),
        right=frozenset({2, 3}),
    )


def sessions(host: Host, words: str) -> None:
    rows = host.conversation.sessions(words)
    if not rows:
        raise UsageError(_none(words))
    width, current = host.painter.width - 2, host.conversation.status().session_id
    lines = list(sessions_table(rows[:LISTED], width, time.time()))
    more = f"{counted(len(rows) - LISTED, 'older session')}; " if len(rows) > LISTED else ""
    told = f"{more}/resume goes on with one, /sessions WORDS searches titles and prompts; this is {current}"
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
    host.say("\n" + host.painter.text(told, "dim", "  "))


def rename(host: Host, words: str) -> None:
    host.say(host.painter.text(f"this session is now called: {host.conversation.rename(words)}", "dim"))


def new(host: Host, words: str) -> None:
    decide(host.conversation, host.ask, lambda text: host.say(host.painter.text(text)), again=True)
    host.conversation.new()
    host.say("\n" + host.painter.text(f"new session {host.conversation.status().session_id}", "dim"))


def fork(host: Host, words: str) -> None:
    original = host.conversation.status().session_id
    host.conversation.fork()
    copy = host.conversation.status().session_id
    told = f"going on with a copy, {copy}; the original stays as it is: /resume {original}"
    host.say("\n" + host.painter.text(told, "dim"))


def export(host: Host, words: str) -> None:
    form: ExportFormat | None = next((each for each in get_args(ExportFormat) if each == (words or "md")), None)
    if form is None:
        raise UsageError(f"/export takes {', '.join(get_args(ExportFormat)[:-1])} or {get_args(ExportFormat)[-1]}.")
    host.say(host.painter.text(f"written to {host.conversation.export(form)}", "dim"))


def good(host: Host, words: str) -> None:
    host.conversation.judge(True)
    host.say(host.painter.text("noted: this session did what you wanted", "dim"))


def bad(host: Host, words: str) -> None:
    host.conversation.judge(False)
    host.say(host.painter.text("noted: this session did not do what you wanted", "dim"))
