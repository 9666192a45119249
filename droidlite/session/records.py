"""What a session's journal is made of: one tagged record per thing that happened; a session is the fold over them."""

from msgspec import Struct

from droidlite.session.audit_records import AuditRecord
from droidlite.tool import Todo
from droidlite.types import Assistant, Message, RoutingDecision, Switch, ToolResult, Usage, User

FORMAT = 1
"""The format this droidlite writes. Fields with defaults and new kinds of records may be added without raising it;
raise it when an older droidlite would misread the file."""


class Header(Struct, frozen=True, kw_only=True, tag="header"):
    """First record of every journal. `created` is ISO 8601 in UTC, `droidlite` the version that began the session,
    `forked_from` the id of the session it was copied from."""

    format: int = FORMAT
    session_id: str
    cwd: str
    created: str
    droidlite: str = ""
    title: str = ""
    forked_from: str = ""


class Titled(Struct, frozen=True, kw_only=True, tag="titled"):
    """The session's name from here on."""

    title: str


class Said(Struct, frozen=True, kw_only=True, tag="said"):
    """A user message. Each begins a new turn, except those the host adds on its own (`host`): a nudge after an empty
    reply, a failing check's output, what the person typed while the agent worked. typed: the command of ours that its
    words were made for, as the person typed it ("" = they are the person's own)."""

    user: User
    host: bool = False
    typed: str = ""


class Replied(Struct, frozen=True, kw_only=True, tag="replied"):
    """A whole reply. `cost_usd` is for showing; what was paid is Spent. None = the price is not known."""

    assistant: Assistant
    cost_usd: float | None = None


class CallStarted(Struct, frozen=True, kw_only=True, tag="started"):
    """A call is about to run; without its CallFinished the outcome is unknown and it must not run again. `command` is
    that of a shell call which may change files: what it changes is not among the saved ones, but for what it says.
    `at` is in seconds since 1970 (0 = not recorded); `sandbox` is what it ran in, where not in that of Opened."""

    call_id: str
    name: str
    command: str = ""
    at: float = 0.0
    sandbox: str = ""


class CallFinished(Struct, frozen=True, kw_only=True, tag="finished"):
    """The one result of one call. `denied` where permission was refused; `seconds` is what it took to run."""

    result: ToolResult
    denied: bool = False
    seconds: float = 0.0


class Decided(Struct, frozen=True, kw_only=True, tag="decided"):
    """Which model starts. `spec_id` is the ModelSpec id, `scripted` whether a script answers in its place."""

    decision: RoutingDecision
    spec_id: str = ""
    scripted: bool = False


class Shadowed(Struct, frozen=True, kw_only=True, tag="shadowed"):
    """What auto would have chosen while the person kept their model (shadow mode); None, and why, where it failed."""

    decision: RoutingDecision | None = None
    problem: str = ""


class Switched(Struct, frozen=True, kw_only=True, tag="switched"):
    switch: Switch
    at: float = 0.0


class Reserved(Struct, frozen=True, kw_only=True, tag="reserved"):
    """The worst case of a model call about to be sent. `reservation` is unique among the open ones."""

    reservation: int
    usd: float
    model: str


class Spent(Struct, frozen=True, kw_only=True, tag="spent"):
    """What a reservation came to. `usage` is None where the service reported none. `at` is when, in seconds since 1970
    (0 = not recorded); `unpriced` where no price was known: then `usd` is 0 and says nothing. `judge`: the call only
    helped to choose a model or advised one, it did none of the work. `billed` is false where it never arrived or was
    refused, so that no model was paid; `scripted` tells whether a script answered (None = as Decided says), `endpoint`
    which endpoint and key were asked ("" = not recorded)."""

    reservation: int
    model: str
    usage: Usage | None = None
    usd: float
    at: float = 0.0
    unpriced: bool = False
    judge: bool = False
    billed: bool = True
    scripted: bool | None = None
    endpoint: str = ""


class AttemptFailed(Struct, frozen=True, kw_only=True, tag="attempt_failed"):
    """A model call failed `at` seconds since 1970. `attempt` counts those of its request from 1; it was tried again
    after `wait_seconds` (None = given up), by the endpoint `to` ("" = the same)."""

    model: str
    endpoint: str
    fault: str
    attempt: int
    at: float = 0.0
    wait_seconds: float | None = None
    to: str = ""


class Compacted(Struct, frozen=True, kw_only=True, tag="compacted"):
    """The conversation was replaced by `messages`, all of it; counts are estimated tokens."""

    messages: tuple[Message, ...]
    before_tokens: int = 0
    after_tokens: int = 0


class Listed(Struct, frozen=True, kw_only=True, tag="listed"):
    """The to-do list as it is now."""

    todos: tuple[Todo, ...]


class Seen(Struct, frozen=True, kw_only=True, tag="seen"):
    """What a file was when the model last read or wrote it; `path` is absolute, `digest` "" for a huge file. The last
    one of a path holds."""

    path: str
    mtime_ns: int
    size: int
    inode: int
    digest: str


class Saved(Struct, frozen=True, kw_only=True, tag="saved"):
    """What a file was just before its first change in a turn.

    path: relative to the root, absolute outside it. blob: SHA-256 (hex) of the content, or of a symlink's target; None
    = there was no such file. mode: all of st_mode, so the kind as well; 0 = no file. parents: how many of the folders
    above it did not exist. skipped: why the content was not kept ("" = it was).
    """

    turn: int
    path: str
    blob: str | None = None
    mode: int = 0
    parents: int = 0
    skipped: str = ""


class Head(Struct, frozen=True, kw_only=True, tag="head"):
    """Where the repository stood before or after a prompt: its `branch` ("" = detached, or no git), the `commit` (hex,
    "" = not known), and when, in seconds since 1970. `told`: files of which the model was told just then that they are
    not what it saw: path -> SHA-256 (hex) of the content, "" = no such file."""

    branch: str = ""
    commit: str = ""
    at: float = 0.0
    told: dict[str, str] = {}


class Left(Struct, frozen=True, kw_only=True, tag="left"):
    """How a turn left the files it had saved: path -> SHA-256 (hex) of the content, "" = no such file."""

    turn: int
    files: dict[str, str]


class Rewound(Struct, frozen=True, kw_only=True, tag="rewound"):
    """Files and conversation went back to the start of turn `to_turn`. `undo` is what the files were until then."""

    to_turn: int
    undo: tuple[Saved, ...] = ()
    at: float = 0.0


class Unsaid(Struct, frozen=True, kw_only=True, tag="unsaid"):
    """Only the conversation went back to the start of turn `to_turn`: what was done to files since stays, and counts as
    done before that turn."""

    to_turn: int
    at: float = 0.0


class PutBack(Struct, frozen=True, kw_only=True, tag="put_back"):
    """Only the files went back to the start of turn `to_turn`. `undo` is what they were until then."""

    to_turn: int
    undo: tuple[Saved, ...] = ()
    at: float = 0.0


class RewindUndone(Struct, frozen=True, kw_only=True, tag="rewind_undone"):
    """The Rewound, Unsaid or PutBack just before no longer holds."""

    at: float = 0.0


class Verified(Struct, frozen=True, kw_only=True, tag="verified"):
    """The verify command ended; `exit_code` None = it was stopped at its limit. `passed` is what counts (None: the exit
    code); `unproven`: a pass that tells nothing new; `failing` and `flaky` name tests, `tampered` the check's files."""

    command: str
    exit_code: int | None
    seconds: float = 0.0
    passed: bool | None = None
    unproven: bool = False
    failing: tuple[str, ...] = ()
    tampered: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()


class Reviewed(Struct, frozen=True, kw_only=True, tag="reviewed"):
    """Where nothing could be run, a model read the diff and said yes or no; `approved` None = neither."""

    model: str
    approved: bool | None
    reason: str = ""


class Judged(Struct, frozen=True, kw_only=True, tag="judged"):
    """The person says whether the session did what they wanted (/good, /bad); the last one holds."""

    good: bool


class Ended(Struct, frozen=True, kw_only=True, tag="ended"):
    """A run over this session ended by itself (a killed one leaves none); `cost_usd` is the session's total, `cap_usd`
    what it might have been at most (None = no cap), `verify` the check it was held to ("" = none)."""

    subtype: str
    result: str = ""
    cost_usd: float = 0.0
    cap_usd: float | None = None
    verify: str = ""


Record = (
    Header
    | Titled
    | Said
    | Replied
    | CallStarted
    | CallFinished
    | Decided
    | Shadowed
    | Switched
    | Reserved
    | Spent
    | AttemptFailed
    | Compacted
    | Listed
    | Seen
    | Saved
    | Left
    | Head
    | Rewound
    | Unsaid
    | PutBack
    | RewindUndone
    | Verified
    | Reviewed
    | Judged
    | Ended
    | AuditRecord
)
