"""The slash commands: a table of what they are called, what they do, and the function that does it."""

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui.commands import asking, changes, looking, models, permissions, sessions
from droidlite.ui.commands.host import Command, Host


def _help(host: Host, words: str) -> None:
    rows = [f"/{command.name:<10} {command.about}" for command in COMMANDS]
    keys = [f"{key:<11} {about}" for key, about in KEYS]
    host.say("\n" + host.painter.text("\n".join([*rows, "", *keys]), indent="  "))


def _quit(host: Host, words: str) -> None:
    host.leave()


COMMANDS: tuple[Command, ...] = (
    Command("help", "commands and keys", _help, True),
    Command("model", "choose the model, or auto", models.model),
    Command("router", "why this model; cost, balanced, quality: what auto aims at", models.router),
    Command("escalate", "a stronger model takes over, or the one you name", models.escalate, True),
    Command("cost", "what this session has cost, by model", looking.cost, True),
    Command("context", "what fills the model's context window", looking.context, True),
    Command("status", "model, endpoint, folder and session", looking.status, True),
    Command("autonomy", "what runs without asking: off, low, medium, high", permissions.autonomy, True),
    Command("permissions", "what runs without asking, and why; revoke a rule", permissions.permissions, True),
    Command("compact", "replace the conversation so far by a summary", changes.compact),
    Command("diff", "everything this session changed", changes.diff, True),
    Command("fork", "go on with a copy of this session", sessions.fork),
    Command("review", "have the working tree, a branch or a range reviewed", asking.review, prompts=True),
    Command("init", "have AGENTS.md written, or improved", asking.init, prompts=True),
    Command("btw", "ask something aside; it stays out of the conversation", asking.btw, True),
    Command("rewind", "take back messages and the files they changed; undo", changes.rewind, False, ("undo",)),
    Command("resume", "go on with an earlier session", sessions.resume),
    Command("sessions", "list this folder's sessions, or search them", sessions.sessions, True),
    Command("rename", "give this session a title", sessions.rename, True, ("title",)),
    Command("new", "start a new session", sessions.new, False, ("clear",)),
    Command("good", "this session did what you wanted: counts when auto chooses", sessions.good),
    Command("bad", "this session did not do what you wanted: counts as well", sessions.bad),
    Command("export", "write this session to a file: md, json, html", sessions.export),
    Command("quit", "leave (also Ctrl+C twice, Ctrl+D)", _quit, True, ("exit",)),
)

KEYS = (
    ("Enter", "send; while the agent works: queue"),
    ("Ctrl+J", "new line (also Alt+Enter, or \\ before Enter)"),
    ("Esc", "interrupt; twice when idle: rewind"),
    ("Shift+Tab", "next autonomy level"),
    ("Ctrl+O", "show the last tool's whole output"),
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


def is_prompt(text: str) -> bool:
    """Whether what was typed is sent to the model, as it is or by a command that writes a prompt."""
    if not text.startswith("/"):
        return True
    try:
        return find_command(text[1:].split(" ")[0]).prompts
    except UsageError:
        return False
