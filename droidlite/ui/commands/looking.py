"""Commands that tell how things stand."""

from droidlite.ui.commands.host import Host
from droidlite.ui.wording import SCRIPTED, dollars, tokens


def cost(host: Host, words: str) -> None:
    host.say("\n" + host.painter.text("\n".join(host.conversation.cost_lines()), indent="  "))


def status(host: Host, words: str) -> None:
    status = host.conversation.status()
    cap = dollars(status.cap_usd) if status.cap_usd is not None else "no cap"
    rows = {
        "model": f"{status.model} ({status.strategy})" + (f" · {SCRIPTED}" if status.scripted else ""),
        "endpoint": status.endpoint or "unknown",
        "cost": f"{dollars(status.cost_usd)} of {cap}",
        "context": f"{tokens(status.context_tokens)} of {tokens(status.context_window)} tokens",
        "autonomy": status.autonomy,
        "effort": status.effort or "the service's default",
        "folder": f"{status.cwd}{f' ({status.branch})' if status.branch else ''}",
        "session": status.session_id,
    }
    lines = [f"{name:<9} {value}" for name, value in rows.items()]
    lines += [f"{'way':<9} {line}" for line in host.conversation.endpoints()]
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
