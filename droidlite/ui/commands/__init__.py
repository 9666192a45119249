"""The slash commands: a table of what they are called, what they do, and the function that does it."""

from collections.abc import Sequence
from itertools import zip_longest

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui.cells import GAP
from droidlite.ui.commands import asking, changes, looking, models, permissions, sessions, trust
from droidlite.ui.commands.host import Command, Host
from droidlite.ui.mentions import images_in


def _help(host: Host, words: str) -> None:
    if words:
        command = find_command(words.removeprefix("/"))
        also = f"; also /{', /'.join(command.aliases)}" if command.aliases else ""
        lines = [f"/{command.name}: {command.about}{also}", *([command.more] if command.more else [])]
        host.say("\n" + host.painter.text("\n".join(lines), indent="  "))
        return
    width = host.painter.width - 2
    commands = [(f"/{command.name}", command.about) for command in COMMANDS]
    lines = [*_in_columns(commands, width), "", *_in_columns(host.keys, width)]
    host.say("\n" + host.painter.text("\n".join(lines), indent="  "))


def _in_columns(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Two columns where there is room for both, each read from top to bottom."""
    lines = [f"{name:<{_NAME}}{about}" for name, about in rows]
    if width < 2 * _COLUMN + GAP:
        return lines
    half = (len(lines) + 1) // 2
    room = min((width - GAP) // 2, 56)
    pairs = zip_longest(lines[:half], lines[half:], fillvalue="")
    return [f"{left:<{room}}{' ' * GAP}{right}".rstrip() for left, right in pairs]


def _quit(host: Host, words: str) -> None:
    host.leave()


COMMANDS: tuple[Command, ...] = (
    Command(
        "model",
        "choose a model, or auto",
        models.model,
        asks=True,
        more="/model NAME takes one, /model auto lets it choose.",
    ),
    Command("effort", "how hard it thinks", models.effort, more="/effort high; also Left and Right in /model."),
    Command(
        "router",
        "why this model; its aim",
        models.router,
        more="/router cost, /router balanced and /router quality set what auto aims at; /router numbers says where "
        "each number comes from.",
    ),
    Command(
        "escalate",
        "a stronger one takes over",
        models.escalate,
        while_busy=True,
        more="/escalate MODEL names it. It takes over before the next call; what that costs is told.",
    ),
    Command(
        "cost",
        "the bill, model by model",
        looking.cost,
        while_busy=True,
        more="Also what the cache saved, what each change of model cost and brought, and what the reference model "
        "alone would have cost.",
    ),
    Command(
        "cap",
        "what it may cost at most",
        looking.cap,
        while_busy=True,
        more="/cap 0.50 sets it, in USD, from the next call on; it is never passed. /cap none lifts it.",
    ),
    Command("context", "what fills the window", looking.context, while_busy=True),
    Command(
        "stats",
        "spend by day and model",
        looking.stats,
        while_busy=True,
        more="Of this repository, since 14 days. /stats 30d, /stats 2026-11-01 and /stats all tell of more.",
    ),
    Command("status", "model, folder, session", looking.status, while_busy=True),
    Command(
        "permissions",
        "what runs unasked; revoke",
        permissions.permissions,
        asks=True,
        while_busy=True,
        more="Every rule and where it stands. Those you gave in this project or session can be revoked.",
    ),
    Command(
        "trust",
        "what this folder brings",
        trust.trust,
        asks=True,
        more="Its settings, AGENTS.md, skills and the like are used once you trust them as they are; /trust off takes "
        "that back.",
    ),
    Command(
        "autonomy",
        "off, low, medium, high",
        permissions.autonomy,
        while_busy=True,
        more="What runs without asking: off only reads, low also edits inside the folder, medium also commands that "
        "can be undone, high everything that is not denied. Shift+Tab goes through them.",
    ),
    Command(
        "diff",
        "what this session changed",
        changes.diff,
        while_busy=True,
        more="/diff PATH shows the whole change of one file.",
    ),
    Command(
        "review",
        "review changes; read-only",
        asking.review,
        prompts=True,
        more="The working tree's; /review main, /review a..b name others, and words behind it say what to look at. "
        "What would change something is asked about meanwhile.",
    ),
    Command(
        "rewind",
        "take back words or files",
        changes.rewind,
        aliases=("undo",),
        asks=True,
        more="Files and conversation, or one of them, to just before a message; what goes back is shown first. /rewind "
        "undo takes the last one back.",
    ),
    Command("compact", "sum up, to make room", changes.compact),
    Command(
        "btw",
        "ask aside; it is not kept",
        asking.btw,
        while_busy=True,
        more="/btw QUESTION, also while it works: the model knows the conversation, and nothing of it enters it.",
    ),
    Command(
        "init",
        "write AGENTS.md",
        asking.init,
        prompts=True,
        more="From the repository; where it is there, it is improved by edits.",
    ),
    Command(
        "resume",
        "go on with a session",
        sessions.resume,
        asks=True,
        more="/resume ID goes on with that one, /resume WORDS with one that has them in its title or prompts.",
    ),
    Command(
        "sessions",
        "list or search sessions",
        sessions.sessions,
        while_busy=True,
        more="Of this folder; /sessions WORDS searches titles and prompts.",
    ),
    Command("rename", "title this session", sessions.rename, while_busy=True, aliases=("title",), more="/rename TITLE"),
    Command("new", "begin a new session", sessions.new, aliases=("clear",)),
    Command("fork", "go on with a copy", sessions.fork),
    Command(
        "export",
        "save as md, json, html",
        sessions.export,
        more="Into this folder. HTML is one page that needs nothing else and runs no scripts.",
    ),
    Command("good", "tell auto it went well", sessions.good, more="Counts when auto chooses a model; /bad says no."),
    Command("bad", "tell auto it did not", sessions.bad, more="Counts when auto chooses a model; /good says yes."),
    Command("help", "/help NAME: more of one", _help, while_busy=True),
    Command("quit", "leave", _quit, while_busy=True, aliases=("exit",), more="Also Ctrl+C twice, and Ctrl+D."),
)

PLANNED = ("mcp", "skills", "hooks")
"""Commands that are announced, and not there yet."""
KEYS = (
    ("Enter", "send; while busy: queue"),
    ("Ctrl+J", "new line (or Alt+Enter)"),
    ("1-9, y, n", "answer a question"),
    ("Esc", "interrupt; twice: rewind"),
    ("Shift+Tab", "next autonomy level"),
    ("Ctrl+N", "next model"),
    ("Ctrl+O", "the whole transcript"),
    ("Ctrl+G", "write in your editor"),
    ("Up, Down", "history; queued message"),
    ("Ctrl+R", "search your messages"),
    ("Ctrl+V", "paste a picture"),
    ("?", "explain the numbers"),
    ("@path", "mention a file"),
    ("!command", "run a command yourself"),
    ("Ctrl+C", "interrupt; twice: leave"),
)
_NAME, _COLUMN = 13, 38
"""Cells of a name, and of a name with what it does: two of those fit into 80."""


def find_command(name: str) -> Command:
    """The command of that name or alias, or the only one that begins so. Raises UsageError, naming the nearest."""
    name = name.casefold()
    for command in COMMANDS:
        if name == command.name or name in command.aliases:
            return command
    begun = [command for command in COMMANDS if name and command.name.startswith(name)]
    if len(begun) == 1:
        return begun[0]
    if name in PLANNED:
        raise UsageError(f"There is no /{name} yet.")
    from difflib import get_close_matches

    names = [f"/{command.name}" for command in begun]
    names = names or [f"/{near}" for near in get_close_matches(name, [command.name for command in COMMANDS], n=1)]
    meant = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)
    raise UsageError(
        f"There is no /{clean_line(name, 40)}: {f'did you mean {meant}?' if names else '/help lists them.'}"
    )


def is_prompt(text: str) -> bool:
    """Whether what was typed is sent to the model, as it is or by a command that writes a prompt."""
    command = _named(text)
    return command.prompts if command else not text.startswith("/")


def asks(text: str) -> bool:
    """Whether it is a command whose dialog the person waits for."""
    command = _named(text)
    return command is not None and command.asks


def _named(text: str) -> Command | None:
    try:
        return find_command(text[1:].split(" ")[0]) if text.startswith("/") else None
    except UsageError:
        return None


def do(host: Host, text: str) -> None:
    """What a line of the person's is: a command, a shell command behind !, or a message. Raises DroidliteError."""
    if text.startswith("/"):
        name, _, words = text[1:].partition(" ")
        find_command(name).run(host, words.strip())
    elif text.startswith("!"):
        host.show(host.conversation.shell(text[1:].strip()))
    else:
        talk = host.conversation
        host.show(talk.send(text, images_in(text, talk.status().cwd, talk.why_hidden)))
