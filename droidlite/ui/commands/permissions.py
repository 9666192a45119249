"""Commands about what runs without asking."""

from typing import get_args

from droidlite.errors import UsageError
from droidlite.types import Autonomy
from droidlite.ui.commands.host import Host


def autonomy(host: Host, words: str) -> None:
    levels = get_args(Autonomy)
    if words not in levels:
        raise UsageError(f"/autonomy takes one of {', '.join(levels)}; Shift+Tab goes through them.")
    now = host.conversation.set_autonomy(next(level for level in levels if level == words))
    refused = "" if now == words else f" (policy allows no more than {now})"
    host.say(host.painter.text(f"autonomy: {now}{refused}", "dim"))
