"""What a tool is: its parts, what it may touch, what it returns, and what a person is asked before it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from droidlite.cancellation import Cancellation
from droidlite.secrecy import Redaction
from droidlite.types import Blocked, Image

Effect = Literal["read", "write", "execute", "network"]
"""What a tool does to the world; only "read" calls run in parallel."""
Reach = Literal["look", "work", "git", "host"]
"""What a process may change: nothing; the root and the folders that were added, but what is protected in them; git's
own files besides; or all that the person may, outside the sandbox."""


class Start(Struct, frozen=True, kw_only=True):
    """A process that is to begin: its words, where, with which variables, and what it is to work in; `unreadable`,
    `unwritable`: globs of files in the root that it must not read, or change."""

    argv: tuple[str, ...]
    cwd: Path
    environment: dict[str, str]
    reach: Reach
    root: Path
    extra: tuple[Path, ...] = ()
    spill: Path
    call_id: str = ""
    unreadable: tuple[str, ...] = ()
    unwritable: tuple[str, ...] = ()


class Confined(Struct, frozen=True):
    """How it begins within its reach: the words and variables, and descriptors it is given, which are the caller's to
    close once it has begun. `ended` is called once it has ended: it puts back what had to stay as it was, and tells the
    model of it ("" = nothing)."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    files: tuple[int, ...] = ()
    ended: Callable[[], str] = lambda: ""


def unconfined(start: Start) -> Confined:
    """Where there is no sandbox."""
    return Confined(start.argv, start.environment)


class Diff(Struct, frozen=True, tag="diff"):
    """A change to one file, as unified diff text. `path` is as the tools name it: relative to the working folder."""

    path: str
    patch: str
    added: int = 0
    removed: int = 0


class Output(Struct, frozen=True, tag="output"):
    """What a command or a search printed, for a person."""

    text: str


class Todo(Struct, frozen=True):
    text: str
    status: Literal["pending", "in_progress", "completed"] = "pending"


class Todos(Struct, frozen=True, tag="todos"):
    items: tuple[Todo, ...]


Display = Diff | Output | Todos


class Outcome(Struct, frozen=True):
    """What a tool returns: `content` for the model, `displays` for the person; the rest as in ToolResult."""

    content: str
    is_error: bool = False
    displays: tuple[Display, ...] = ()
    images: tuple[Image, ...] = ()
    exit_code: int | None = None
    blocked: Blocked = ""


class Question(Struct, frozen=True):
    """What the ask tool asks the person; `options` may be empty."""

    text: str
    options: tuple[str, ...] = ()


class ToolContext(Struct, kw_only=True):
    """What a tool may touch. One per session; shared by the threads that run read-only calls in parallel.

    root: the only folder writes may happen in, resolved. cwd: the folder in it where commands run and relative paths
    begin (None = the root). extra: further folders (--add-dir).
    spill: a folder outside the root for outputs too long to show. environment: what a child process gets; never keys;
    guards: more variables for the model's own commands, so that they run nothing a repository names.
    seen: path -> stamp of what the model last read or wrote (owned by tools/files.py).
    noted: called with each path and stamp that is new in `seen`, from any thread, so that it outlives the process.
    jobs: background shell jobs by id (owned by tools/shell.py).
    save: called with each path just before its first change, so that it can be undone. May raise OSError.
    overwrites: the files inside the root that a shell command would overwrite or remove, as far as its words say.
    ask: puts a question to the person; None when nobody can answer.
    escalate: asks for a stronger model, with the reason; returns what comes of it, for the model. None where there is
    no stronger one.
    reached: called with the call, host and port before each connection, and whether it is refused; from any thread.
    progress: called with more of a running call's output, from any thread; must not raise.
    unreadable, unwritable: globs over paths relative to the root whose files no tool shows, or changes: what the rules
    in force deny, as data, so that a sandbox can hide them from commands too.
    redaction: takes out what is known to be secret, wherever it stands; printed: and whatever has the form of a key,
    out of what commands print and files hold, before it is kept anywhere or passed on.
    confine: puts a process that begins into the sandbox. Raises Refused where it cannot be.
    sandbox: what holds commands, "off" or "none" where nothing does.
    reach: how far a command of the model's reaches in it.
    outside: ids of calls that the person lets run outside the sandbox.
    """

    root: Path
    cwd: Path | None = None
    extra: tuple[Path, ...] = ()
    spill: Path
    environment: dict[str, str]
    cancellation: Cancellation
    save: Callable[[Path], None]
    overwrites: Callable[[str], tuple[str, ...]] = lambda command: ()
    ask: Callable[[Question], str] | None = None
    escalate: Callable[[str], str] | None = None
    progress: Callable[[str, str], None] = lambda call_id, text: None
    reached: Callable[[str, str, int, bool], None] = lambda call_id, host, port, refused: None
    guards: dict[str, str] = field(default_factory=dict)
    network: bool = False
    unreadable: tuple[str, ...] = ()
    unwritable: tuple[str, ...] = ()
    redaction: Redaction = Redaction()
    confine: Callable[[Start], Confined] = unconfined
    sandbox: str = "off"
    reach: Callable[[str], Reach] = lambda command: "work"
    outside: set[str] = field(default_factory=set)
    printed: Redaction = Redaction()
    seen: dict[Path, Any] = field(default_factory=dict)
    noted: Callable[[Path, Any], None] = lambda path, stamp: None
    jobs: dict[str, Any] = field(default_factory=dict)

    @property
    def confined(self) -> bool:
        """Whether commands run in a sandbox."""
        return self.sandbox not in ("off", "none")

    @property
    def folder(self) -> Path:
        """Where commands run and relative paths begin."""
        return self.cwd or self.root


class Tool(Struct, frozen=True, kw_only=True):
    """One tool. `arguments` is a msgspec Struct type (forbid_unknown_fields) whose JSON Schema the model sees.

    run(arguments, context, call_id) must not raise for anything a model or a file can cause: that is an Outcome with
    is_error and one sentence that says what to do. It stops soon after context.cancellation is set.
    targets(arguments, context) gives what permission rules are held against: paths relative to the root, as written and
    as links lead, or hosts. It must not raise.
    preview(arguments, context) gives the diffs a write would make, for the approval; it must not raise either.
    """

    name: str
    description: str
    arguments: type[Struct]
    effect: Effect
    run: Callable[[Any, ToolContext, str], Outcome]
    preview: Callable[[Any, ToolContext], tuple[Display, ...]] | None = None
    targets: Callable[[Any, ToolContext], tuple[str, ...]] | None = None


class Approval(Struct, frozen=True, kw_only=True):
    """What a person is asked before a call runs. `summary` is the exact command or path; `always` spells out what
    answering "session" would allow from then on ("" = not offered), and "always" where it is `lasting`. `confined`: it
    would run in the sandbox, and may be let out of it."""

    tool: str
    summary: str
    reason: str
    displays: tuple[Display, ...] = ()
    always: str = ""
    lasting: bool = False
    confined: bool = False


class Answer(Struct, frozen=True):
    """The person's answer to an Approval; "outside" is once, outside the sandbox; `note` is what the model is told with
    a "no"."""

    choice: Literal["once", "outside", "session", "always", "no"]
    note: str = ""
