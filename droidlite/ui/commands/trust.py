"""The command about trust of the repository."""

from droidlite.errors import UsageError
from droidlite.ui.commands.host import Host
from droidlite.ui.trusting import decide


def trust(host: Host, words: str) -> None:
    if words == "off":
        host.say(host.painter.text(host.conversation.distrust(), "dim"))
        return
    if words:
        raise UsageError("/trust asks about what this repository brings; /trust off takes it back.")
    asked = host.conversation.trusting() is not None
    if not asked or not decide(host.conversation, host.ask, lambda text: host.say(host.painter.text(text))):
        host.say(host.painter.text(f"trust: {host.conversation.trusted()}", "dim"))
