"""What a tool is: its parts, what it may touch, what it returns, and what a person is asked before it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from droidlite.cancellation import Cancellation
from droidlite.types import Blocked, Image

Effect = Literal["read", "write", "execute", "network"]
"""What a tool does to the world; only "read" calls run in parallel."""


class Diff(Struct, frozen=True, tag="diff"):
    """A change to one file, as unified diff text. `path` is relative to the root."""

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

    root: the only folder writes may happen in, resolved. extra: further folders (--add-dir).
    spill: a folder outside the root for outputs too long to show. environment: what a child process gets; never keys.
    seen: path -> stamp of what the model last read or wrote (owned by tools/files.py).
    jobs: background shell jobs by id (owned by tools/shell.py).
    save: called with each path just before its first change, so that it can be undone. May raise OSError.
    ask: puts a question to the person; None when nobody can answer.
    escalate: asks for a stronger model, with the reason; returns what comes of it, for the model. None where there is
    no stronger one.
    progress: called with more of a running call's output, from any thread; must not raise.
    """

    root: Path
    extra: tuple[Path, ...] = ()
    spill: Path
    environment: dict[str, str]
    cancellation: Cancellation
    save: Callable[[Path], None]
    ask: Callable[[Question], str] | None = None
    escalate: Callable[[str], str] | None = None
    progress: Callable[[str, str], None] = lambda call_id, text: None
    network: bool = False
    seen: dict[Path, Any] = field(default_factory=dict)
    jobs: dict[str, Any] = field(default_factory=dict)


class Tool(Struct, frozen=True, kw_only=True):
    """One tool. `arguments` is a msgspec Struct type (forbid_unknown_fields) whose JSON Schema the model sees.

    run(arguments, context, call_id) must not raise for anything a model or a file can cause: that is an Outcome with
    is_error and one sentence that says what to do. It stops soon after context.cancellation is set.
    preview(arguments, context) gives the diffs a write would make, for the approval; it must not raise either.
    """

    name: str
    description: str
    arguments: type[Struct]
    effect: Effect
    run: Callable[[Any, ToolContext, str], Outcome]
    preview: Callable[[Any, ToolContext], tuple[Display, ...]] | None = None


class Approval(Struct, frozen=True, kw_only=True):
    """What a person is asked before a call runs. `summary` is the exact command or path; `always` spells out what
    answering "always" or "session" would allow from then on ("" = not offered)."""

    tool: str
    summary: str
    reason: str
    displays: tuple[Display, ...] = ()
    always: str = ""


class Answer(Struct, frozen=True):
    """The person's answer to an Approval; `note` is what the model is told with a "no"."""

    choice: Literal["once", "session", "always", "no"]
    note: str = ""
