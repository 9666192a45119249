"""The slash commands: a table of what they are called, what they do, and the function that does it."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, get_args

from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.events import Event
from droidlite.sanitise import clean_line
from droidlite.tool import Diff
from droidlite.types import Autonomy, User
from droidlite.ui.asking import Asking, Option
from droidlite.ui.choosing import Dialog, Item, Turned, pick_from
from droidlite.ui.conversation import Conversation, ExportFormat, SessionRow
from droidlite.ui.decision import budget_line, decision_lines, numbers
from droidlite.ui.picker import Aim, Now, effort_of, model_picker, next_model
from droidlite.ui.render import Painter
from droidlite.ui.wording import SCRIPTED, ago, counted, dollars, tokens


class Host(Protocol):
    """The terminal as a command sees it. Commands run in a worker thread."""

    @property
    def conversation(self) -> Conversation: ...
    @property
    def painter(self) -> Painter: ...
    def say(self, ansi: str) -> None: ...
    def ask(self, dialog: Dialog) -> Any: ...
    def show(self, events: Iterator[Event | User]) -> None: ...
    def fill(self, text: str) -> None:
        """Puts text where the person types."""
        ...

    def leave(self) -> None: ...


class Command(Struct, frozen=True):
    """`while_busy`: only looks, so it may run beside the agent."""

    name: str
    about: str
    run: Callable[[Host, str], None]
    while_busy: bool = False
    aliases: tuple[str, ...] = ()


def _help(host: Host, words: str) -> None:
    rows = [f"/{command.name:<10} {command.about}" for command in COMMANDS]
    keys = [f"{key:<11} {about}" for key, about in KEYS]
    host.say("\n" + host.painter.text("\n".join([*rows, "", *keys]), indent="  "))


def _model(host: Host, words: str) -> None:
    status = host.conversation.status()
    if words:
        host.conversation.choose(_next_model(host) if words == "next" else words)
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


def _router(host: Host, words: str) -> None:
    modes = ("cost", "balanced", "quality")
    if words in ("", "why"):
        switches = host.conversation.switches()
        lines = decision_lines(host.conversation.decision(), switches)
        budget = budget_line(host.conversation.status(), switches)
        host.say("\n" + host.painter.text("\n".join([*lines, budget]).rstrip(), indent="  "))
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


def _escalate(host: Host, words: str) -> None:
    host.say(host.painter.text(host.conversation.escalate(words), "dim"))


def _cost(host: Host, words: str) -> None:
    host.say("\n" + host.painter.text("\n".join(host.conversation.cost_lines()), indent="  "))


def _status(host: Host, words: str) -> None:
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


def _compact(host: Host, words: str) -> None:
    host.show(host.conversation.compact())


def _resume(host: Host, words: str) -> None:
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


def _rewind(host: Host, words: str) -> None:
    if words == "undo":
        told = host.conversation.undo_rewind()
        host.say(host.painter.text("\n".join([*told, "the rewind is taken back"]), "dim"))
        return
    if words:
        raise UsageError("/rewind asks what to go back to; /rewind undo takes the last one back.")
    rows = tuple(reversed(host.conversation.turns()))
    items = [Item(row.turn, (clean_line(row.text, 120), counted(row.files, "file") + " changed since")) for row in rows]
    turn = host.ask(pick_from("Rewind to just before", items))
    if turn is None:
        return
    preview = tuple(clean_line(line, 200) for line in host.conversation.preview_rewind(turn))
    options = (Option("Rewind files and conversation", "yes"), Option("Leave all as it is", "no"))
    answer, _ = host.ask(Asking(title="Rewind?", body=preview, options=options, left=("no", ""), leaving="cancel"))
    if answer == "yes":
        rewound = host.conversation.rewind(turn)
        host.fill(rewound.prompt)
        if rewound.told:
            host.say(host.painter.text("\n".join(clean_line(line, 400) for line in rewound.told), "yellow"))
        done = "rewound; your message is below, to edit and send again (/rewind undo takes this back)"
        host.say(host.painter.text(done, "dim"))


def _new(host: Host, words: str) -> None:
    host.conversation.new()
    host.say("\n" + host.painter.text(f"new session {host.conversation.status().session_id}", "dim"))


def _fork(host: Host, words: str) -> None:
    host.conversation.fork()
    host.say("\n" + host.painter.text(f"going on with a copy, {host.conversation.status().session_id}", "dim"))


def _diff(host: Host, words: str) -> None:
    patch = host.conversation.diff()
    if not patch.strip():
        host.say(host.painter.text("nothing changed in this session", "dim"))
        return
    for part in ("\n" + patch).split("\ndiff ")[1:] or [patch]:
        title = next((line[4:] for line in part.splitlines() if line.startswith("+++ ")), "")
        host.say(
            "\n" + host.painter.text(title.removeprefix("b/"), "bold") + host.painter.diff(Diff(title, part), most=400)
        )


def _export(host: Host, words: str) -> None:
    form: ExportFormat = "json" if words == "json" else "md"
    if words not in ("", *get_args(ExportFormat)):
        raise UsageError("/export takes md or json.")
    host.say(host.painter.text(f"written to {host.conversation.export(form)}", "dim"))


def _autonomy(host: Host, words: str) -> None:
    levels = get_args(Autonomy)
    if words not in levels:
        raise UsageError(f"/autonomy takes one of {', '.join(levels)}; Shift+Tab goes through them.")
    now = host.conversation.set_autonomy(next(level for level in levels if level == words))
    refused = "" if now == words else f" (policy allows no more than {now})"
    host.say(host.painter.text(f"autonomy: {now}{refused}", "dim"))


def _good(host: Host, words: str) -> None:
    host.conversation.judge(True)
    host.say(host.painter.text("noted: this session did what you wanted", "dim"))


def _bad(host: Host, words: str) -> None:
    host.conversation.judge(False)
    host.say(host.painter.text("noted: this session did not do what you wanted", "dim"))


def _quit(host: Host, words: str) -> None:
    host.leave()


COMMANDS: tuple[Command, ...] = (
    Command("help", "commands and keys", _help, True),
    Command("model", "choose the model, or auto", _model),
    Command("router", "why this model; cost, balanced, quality: what auto aims at", _router),
    Command("escalate", "a stronger model takes over, or the one you name", _escalate, True),
    Command("cost", "what this session has cost, by model", _cost, True),
    Command("status", "model, endpoint, context, folder and session", _status, True, ("context",)),
    Command("autonomy", "what runs without asking: off, low, medium, high", _autonomy, True, ("permissions",)),
    Command("compact", "replace the conversation so far by a summary", _compact),
    Command("diff", "everything this session changed", _diff, True),
    Command("fork", "go on with a copy of this session", _fork),
    Command("rewind", "take back messages and the files they changed; undo", _rewind, False, ("undo",)),
    Command("resume", "go on with an earlier session", _resume, False, ("sessions",)),
    Command("new", "start a new session", _new, False, ("clear",)),
    Command("good", "this session did what you wanted: counts when auto chooses", _good),
    Command("bad", "this session did not do what you wanted: counts as well", _bad),
    Command("export", "write this session to a file: md or json", _export),
    Command("quit", "leave (also Ctrl+C twice, Ctrl+D)", _quit, True, ("exit",)),
)

KEYS = (
    ("Enter", "send; while the agent works: queue"),
    ("Ctrl+J", "new line (also Alt+Enter, or \\ before Enter)"),
    ("Esc", "interrupt; twice when idle: rewind"),
    ("Shift+Tab", "next autonomy level"),
    ("Ctrl+O", "the whole transcript, to scroll and search"),
    ("Ctrl+N", "next model: auto, then the first of each tier"),
    ("?", "on an empty line: where the numbers come from"),
    ("Ctrl+G", "write in your editor"),
    ("Up, Down", "history; Up takes back a queued message"),
    ("@path", "mention a file"),
    ("!command", "run a shell command yourself"),
    ("Ctrl+C", "interrupt or clear; twice: leave"),
)


def find_command(name: str) -> Command:
    """The command of that name or alias, or the only one that begins so. Raises UsageError, naming the nearest."""
    name = name.casefold()
    for command in COMMANDS:
        if name == command.name or name in command.aliases:
            return command
    begun = [command for command in COMMANDS if name and command.name.startswith(name)]
    if len(begun) == 1:
        return begun[0]
    from difflib import get_close_matches

    near = get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f"did you mean /{near[0]}?" if near else "/help lists them."
    raise UsageError(f"There is no /{clean_line(name, 40)}: {hint}")
