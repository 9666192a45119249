"""Commands about the model: which one, why, and a stronger one."""

from droidlite.errors import DroidliteError, UsageError
from droidlite.ui.choosing import Turned
from droidlite.ui.commands.host import Host
from droidlite.ui.decision import budget_line, decision_lines, folded, numbers
from droidlite.ui.picker import EFFORTS, Aim, Now, effort_of, model_picker, next_model


def model(host: Host, words: str) -> None:
    status = host.conversation.status()
    if words:
        _take(host, _next_model(host) if words == "next" else words)
        _tell_model(host)
        return
    current = "auto" if status.strategy == "auto" else status.model
    chosen: Turned | Aim | None = Aim("")
    while isinstance(chosen, Aim):
        mode = chosen.mode
        auto, candidates = host.conversation.candidates(mode)
        moves = host.conversation.moves(candidates)
        chosen = host.ask(model_picker(auto, candidates, Now(current, status.model, status.effort, moves)))
    if chosen is not None:
        host.conversation.choose(chosen.value, mode, effort_of(chosen))
        _tell_model(host)


def _take(host: Host, name: str) -> None:
    """The model of that name. Where it cannot be used and the name is a part, the first that can and has it in its own;
    a whole id never means another model. Raises DroidliteError."""
    try:
        host.conversation.choose(name)
    except DroidliteError:
        _, candidates = host.conversation.candidates()
        near = [c.spec.id for c in candidates if not c.why_not and name.casefold() in c.spec.id.casefold()]
        if not near or any(c.spec.id == name for c in candidates):
            raise
        host.conversation.choose(near[0])


def effort(host: Host, words: str) -> None:
    now = host.conversation.status().effort or EFFORTS[0]
    if words:
        if words not in EFFORTS:
            raise UsageError(f"/effort takes one of {', '.join(EFFORTS)}.")
        host.conversation.think(effort_of(Turned(None, words)))
        now = words
    host.say(host.painter.text(f"effort: {now} (of {', '.join(EFFORTS)})", "dim"))


def _next_model(host: Host) -> str:
    status = host.conversation.status()
    _, candidates = host.conversation.candidates()
    return next_model(candidates, "auto" if status.strategy == "auto" else status.model)


def _tell_model(host: Host) -> None:
    now = host.conversation.status()
    where = f" via {now.endpoint}" if now.endpoint else ""
    aim = f", {now.aim}" if now.aim else ""
    effort = f", effort {now.effort}" if now.effort else ""
    host.say(host.painter.text(f"model: {now.model} ({now.strategy}{aim}){where}{effort}", "dim"))


def router(host: Host, words: str) -> None:
    modes = ("cost", "balanced", "quality")
    if words in ("", "why"):
        switches = host.conversation.switches()
        room = host.painter.width - 2
        budget = folded(budget_line(host.conversation.status(), switches), room)
        why = decision_lines(host.conversation.decision(), switches, width=room)
        host.say("\n" + host.painter.text("\n".join([*why, *budget]).rstrip(), indent="  "))
    elif words == "numbers":
        lines = numbers(host.conversation.decision(), host.conversation.status())
        host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
    elif words in modes:
        if told := host.conversation.aim(words):
            host.say(host.painter.text(told, "dim"))
        else:
            _tell_model(host)
    else:
        raise UsageError(f"/router takes why, numbers, or a mode: {', '.join(modes)}.")


def escalate(host: Host, words: str) -> None:
    host.say(host.painter.text(host.conversation.escalate(words), "dim"))
