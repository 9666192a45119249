"""Commands about what runs without asking."""

from typing import get_args

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.types import Autonomy
from droidlite.ui.choosing import Item, pick_from
from droidlite.ui.commands.host import Host
from droidlite.ui.permitted import permitted_lines

UNASKED: dict[Autonomy, str] = {
    "off": "only reading runs without asking",
    "low": "also edits inside the folder",
    "medium": "also commands that can be undone",
    "high": "everything that is not denied",
}


def autonomy(host: Host, words: str) -> None:
    levels = get_args(Autonomy)
    if not words:
        now = host.conversation.status().autonomy
        lines = [f"{'>' if level == now else ' '} {level:<7} {UNASKED[level]}" for level in levels]
        host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
        return
    if words not in levels:
        raise UsageError(f"/autonomy takes one of {', '.join(levels)}; Shift+Tab goes through them.")
    now = host.conversation.set_autonomy(next(level for level in levels if level == words))
    refused = "" if now == words else f" (policy allows no more than {now})"
    host.say(host.painter.text(f"autonomy: {now}{refused}", "dim"))


def permissions(host: Host, words: str) -> None:
    if words:
        autonomy(host, words)
        return
    permitted = host.conversation.permitted()
    lines = permitted_lines(permitted, host.painter.width - 2)
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
    if all(permit.fixed for permit in permitted.permits):
        return
    items = [
        Item(permit, (clean_line(permit.allows, 200), clean_line(permit.where, 200)), why_not=permit.fixed)
        for permit in sorted(permitted.permits, key=lambda permit: bool(permit.fixed))
    ]
    permit = host.ask(pick_from("Revoke one? Enter has it asked about again", items))
    if permit is not None:
        host.conversation.revoke(permit)
        host.say(host.painter.text(f"revoked: {clean_line(permit.allows, 200)}", "dim"))
