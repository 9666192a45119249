"""Commands that tell how things stand."""

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui import filling as filled
from droidlite.ui.bill import bill_lines
from droidlite.ui.cells import wrap
from droidlite.ui.commands.host import Host
from droidlite.ui.spending import stats_lines
from droidlite.ui.wording import SCRIPTED, amount, dollars, tokens

RECENT = "14d"
"""What /stats tells of without words: as many days as fit a screen."""


def cost(host: Host, words: str) -> None:
    lines = bill_lines(host.conversation.bill(), host.painter.width - 2)
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))


LIFTED = ("none", "off")
"""What /cap takes in place of an amount, to have none."""


def cap(host: Host, words: str) -> None:
    status = host.conversation.status()
    if words:
        usd = None if words.casefold() in LIFTED else amount(words)
        if usd is None and words.casefold() not in LIFTED:
            raise UsageError(f"/cap takes an amount in USD, such as 0.50, or none; {clean_line(words, 40)} is neither.")
        host.conversation.cap(usd)
        status = host.conversation.status()
    held = "none" if status.cap_usd is None else f"{dollars(status.cap_usd)}, and it is never passed"
    host.say(host.painter.text(f"cap: {held}; {dollars(status.cost_usd)} is spent", "dim"))


def stats(host: Host, words: str) -> None:
    since = "" if words == "all" else words or RECENT
    found = host.conversation.stats(since)
    lines = list(stats_lines(found, host.painter.width - 2))
    if not found.calls:
        lines += ["", "No model was paid for in that time in this repository; /stats all tells all of it."]
    told = "/stats 30d, 12h, 2026-11-01 or all; droidlite stats --all for every folder"
    host.say("\n" + host.painter.text("\n".join(lines), indent="  ") + "\n" + host.painter.text(told, "dim", "  "))


def context(host: Host, words: str) -> None:
    from rich.text import Text

    filling, painter = host.conversation.filling(), host.painter
    room = painter.width - 2
    drawn = Text.assemble(*filled.bar(filling, room))
    table = Text("\n").join(
        Text.assemble((f"{mark} ", style), row) for mark, style, row in filled.rows(filling, room - 2)
    )
    told = "\n".join(line for sentence in filled.remarks(filling) for line in wrap(sentence, room))
    parts = [
        painter.text("\n".join(wrap(filled.head(filling), room)), "bold", "  "),
        painter.paint(drawn, "  "),
        painter.paint(table, "  "),
        painter.text(told, "dim", "  "),
    ]
    host.say("\n" + "\n".join(parts))


def status(host: Host, words: str) -> None:
    status = host.conversation.status()
    cap = dollars(status.cap_usd) if status.cap_usd is not None else "no cap"
    rows = {
        "model": f"{status.model} ({status.strategy})" + (f" · {SCRIPTED}" if status.scripted else ""),
        "endpoint": status.endpoint or "unknown",
        "cost": f"{dollars(status.cost_usd)} of {cap}",
        "context": f"{tokens(status.context_tokens)} of {tokens(status.context_window)} tokens",
        "autonomy": status.autonomy,
        "sandbox": {
            "off": "off: commands run as any program of yours",
            "none": "none works here: each is asked about",
        }.get(status.sandbox, status.sandbox),
        "effort": status.effort or "the service's default",
        "folder": f"{status.cwd}{f' ({status.branch})' if status.branch else ''}",
        "trust": host.conversation.trusted(),
        "session": status.session_id + (f" · {status.title}" if status.title else ""),
    }
    ways = [(f"way     {line[:1]}", line[2:]) for line in host.conversation.endpoints()]
    lines = [line for name, value in (*rows.items(), *ways) for line in _row(name, value, host.painter.width - 2)]
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))


def _row(name: str, value: str, room: int) -> list[str]:
    """Further lines of a value stand under its first one."""
    return [f"{name if not n else '':<9} {line}" for n, line in enumerate(wrap(value, max(room - 10, 20)))]
