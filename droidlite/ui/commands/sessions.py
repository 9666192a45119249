"""Commands about sessions: begin one, go on with another, keep it."""

import time
from typing import get_args

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui.choosing import Item, pick_from
from droidlite.ui.commands.host import Host
from droidlite.ui.conversation import ExportFormat, SessionRow
from droidlite.ui.wording import ago, counted, dollars


def resume(host: Host, words: str) -> None:
    chosen = words
    if not chosen:
        rows = host.conversation.sessions()
        if not rows:
            raise UsageError("There is no stored session of this folder.")
        now = time.time()
        items = [Item(row.id, (clean_line(row.title or row.id, 120), *_facts(row, now))) for row in rows]
        chosen = host.ask(pick_from("Resume a session", items))
    if chosen:
        host.show(iter(host.conversation.resume(chosen)))
        host.say("\n" + host.painter.text(f"resumed {chosen}", "dim"))


def _facts(row: SessionRow, now: float) -> tuple[str, str, str]:
    return ago(now - row.updated), counted(row.turns, "turn"), dollars(row.cost_usd)


def new(host: Host, words: str) -> None:
    host.conversation.new()
    host.say("\n" + host.painter.text(f"new session {host.conversation.status().session_id}", "dim"))


def fork(host: Host, words: str) -> None:
    host.conversation.fork()
    host.say("\n" + host.painter.text(f"going on with a copy, {host.conversation.status().session_id}", "dim"))


def export(host: Host, words: str) -> None:
    form: ExportFormat = "json" if words == "json" else "md"
    if words not in ("", *get_args(ExportFormat)):
        raise UsageError("/export takes md or json.")
    host.say(host.painter.text(f"written to {host.conversation.export(form)}", "dim"))


def good(host: Host, words: str) -> None:
    host.conversation.judge(True)
    host.say(host.painter.text("noted: this session did what you wanted", "dim"))


def bad(host: Host, words: str) -> None:
    host.conversation.judge(False)
    host.say(host.painter.text("noted: this session did not do what you wanted", "dim"))
