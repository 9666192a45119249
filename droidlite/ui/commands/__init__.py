"""The slash commands: a table of what they are called, what they do, and the function that does it."""

from collections.abc import Sequence
from itertools import zip_longest

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui.commands import changes, looking, models, permissions, sessions
from droidlite.ui.commands.host import Command, Host


def _help(host: Host, words: str) -> None:
    commands = [(f"/{command.name}", command.about) for command in COMMANDS]
    room = host.painter.width - 2
    lines = [*_table(commands, room), "", *_table(KEYS, room)]
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))


def _table(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Names and what they are for, in two columns where there is room, so that all of it is on one screen."""
    name = max(len(row[0]) for row in rows) + 1
    cells = [f"{row[0]:<{name}}{row[1]}" for row in rows]
    half = max(map(len, cells)) + 2
    if 2 * half > width:
        return cells
    left = (len(cells) + 1) // 2
    return [f"{one:<{half}}{two}".rstrip() for one, two in zip_longest(cells[:left], cells[left:], fillvalue="")]


def _quit(host: Host, words: str) -> None:
    host.leave()


COMMANDS: tuple[Command, ...] = (
    Command("help", "commands and keys", _help, True),
    Command("model", "choose a model, or auto", models.model),
    Command("router", "why this model; its aim", models.router),
    Command("escalate", "hand to a stronger model", models.escalate, True),
    Command("cost", "what it has cost", looking.cost, True),
    Command("context", "what fills the window", looking.context, True),
    Command("status", "where the session stands", looking.status, True),
    Command("autonomy", "what runs without asking", permissions.autonomy, True),
    Command("permissions", "the rules; revoke one", permissions.permissions, True),
    Command("compact", "sum up the conversation", changes.compact),
    Command("diff", "all that was changed", changes.diff, True),
    Command("fork", "go on with a copy", sessions.fork),
    Command("rewind", "undo messages and files", changes.rewind, False, ("undo",)),
    Command("resume", "go on with another one", sessions.resume),
    Command("sessions", "list or search sessions", sessions.sessions, True),
    Command("rename", "give it a title", sessions.rename, True, ("title",)),
    Command("new", "start a new session", sessions.new, False, ("clear",)),
    Command("good", "it did what you wanted", sessions.good),
    Command("bad", "it did not", sessions.bad),
    Command("export", "write md, json or html", sessions.export),
    Command("quit", "leave", _quit, True, ("exit",)),
)

KEYS = (
    ("Enter", "send; at work: queue"),
    ("Ctrl+J", "new line (or \\ Enter)"),
    ("Esc", "interrupt; twice: rewind"),
    ("Ctrl+C", "interrupt; twice: leave"),
    ("Shift+Tab", "next autonomy level"),
    ("Ctrl+N", "next model"),
    ("Ctrl+O", "the whole transcript"),
    ("Ctrl+G", "write in your editor"),
    ("Ctrl+V", "paste a picture"),
    ("Up, Down", "history; queued messages"),
    ("?", "explain the numbers"),
    ("@path", "mention a file"),
    ("!command", "run a command yourself"),
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
