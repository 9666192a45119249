"""Commands about the model: which one, why, and a stronger one."""

from droidlite.errors import UsageError
from droidlite.ui.commands.host import Host
from droidlite.ui.decision import decision_lines
from droidlite.ui.picker import Aim, model_picker


def model(host: Host, words: str) -> None:
    status = host.conversation.status()
    chosen: str | Aim | None = words or Aim("")
    while isinstance(chosen, Aim):
        mode = chosen.mode
        auto, candidates = host.conversation.candidates(mode)
        current = "auto" if status.strategy == "auto" else status.model
        chosen = host.ask(model_picker(auto, candidates, current))
    if not chosen:
        return
    host.conversation.choose(chosen, "" if words else mode)
    _tell_model(host)


def _tell_model(host: Host) -> None:
    now = host.conversation.status()
    where = f" via {now.endpoint}" if now.endpoint else ""
    aim = f", {now.aim}" if now.aim else ""
    host.say(host.painter.text(f"model: {now.model} ({now.strategy}{aim}){where}", "dim"))


def router(host: Host, words: str) -> None:
    modes = ("cost", "balanced", "quality")
    if words in ("", "why"):
        lines = decision_lines(host.conversation.decision(), host.conversation.switches())
        host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
    elif words in modes:
        if told := host.conversation.aim(words):
            host.say(host.painter.text(told, "dim"))
        else:
            _tell_model(host)
    else:
        raise UsageError(f"/router takes why, or a mode: {', '.join(modes)}.")


def escalate(host: Host, words: str) -> None:
    host.say(host.painter.text(host.conversation.escalate(words), "dim"))
