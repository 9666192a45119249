"""Makes a session out of its journal: the conversation as it may be sent, the turns, the money, the saved files."""

from pathlib import Path
from typing import assert_never

from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.events import ModelUsage
from droidlite.session.audit_records import AuditRecord
from droidlite.session.conversation import Conversation, Turn
from droidlite.session.lines import JOURNAL, Line, scan, unusable
from droidlite.session.money import Money, Stage
from droidlite.session.records import (
    AttemptFailed,
    CallFinished,
    CallStarted,
    Compacted,
    Decided,
    Ended,
    Head,
    Header,
    Judged,
    Left,
    Listed,
    PutBack,
    Record,
    Replied,
    Reserved,
    Reviewed,
    RewindUndone,
    Rewound,
    Said,
    Saved,
    Seen,
    Shadowed,
    Spent,
    Switched,
    Titled,
    Unsaid,
    Verified,
)
from droidlite.session.titles import title_of
from droidlite.tool import Todo
from droidlite.types import Message, RoutingDecision, Switch, ToolResult


class Session(Struct, frozen=True, kw_only=True):
    """A session as its journal tells it.

    messages: valid for sending, whatever interrupted the session. turns: those still in the conversation.
    spent_usd: what the session has cost, reservations never settled included (a broken-off reply is charged its worst
    case); reserved_open_usd is that part. next_reservation: free from here on. usage: by model id; calls: one by one;
    stages: by the model at work.
    unanswered: results made up for calls the journal has none for; Journal.open records them. saved, left: the
    files side, for Checkpoint. seen: what the model knows of files, by path. head: where the repository stood last;
    told: as in Head. parted: a rewind of one part that nothing was said after, so that the model does not know of it.
    ended: None while running, and after a kill.
    """

    header: Header
    title: str
    messages: tuple[Message, ...]
    turns: tuple[Turn, ...]
    spent_usd: float
    reserved_open_usd: float
    next_reservation: int
    usage: dict[str, ModelUsage]
    calls: tuple[Spent, ...]
    stages: tuple[Stage, ...]
    decision: Decided | None
    shadowed: Shadowed | None
    switches: tuple[Switch, ...]
    model: str
    todos: tuple[Todo, ...]
    unanswered: tuple[ToolResult, ...]
    saved: tuple[Saved, ...]
    left: dict[str, str]
    seen: dict[str, Seen]
    head: Head | None
    told: dict[str, str]
    parted: Unsaid | PutBack | None
    verified: Verified | None
    judged: Judged | None
    ended: Ended | None
    denials: tuple[str, ...]
    warnings: tuple[str, ...]

    def commands_since(self, turn: int) -> tuple[str, ...]:
        """The shell commands of turn `turn` and later that may have changed files: rewinding does not bring back what
        they changed, but for the files Checkpoint.changes_since tells."""
        return tuple(command for each in self.turns if each.number >= turn for command in each.commands)

    @property
    def routing(self) -> RoutingDecision | None:
        return self.decision.decision if self.decision else None


class Fold:
    """Adds records one by one; `session()` is the session so far."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.warnings: list[str] = []
        self._title = header.title
        self._talk = Conversation()
        self._money = Money()
        self._decision: Decided | None = None
        self._shadowed: Shadowed | None = None
        self._switches: list[Switch] = []
        self._model = ""
        self._todos: tuple[Todo, ...] = ()
        self._seen: dict[str, Seen] = {}
        self._head: Head | None = None
        self._told: dict[str, str] = {}
        self._verified: Verified | None = None
        self._judged: Judged | None = None
        self._ended: Ended | None = None
        self._denials: list[str] = []

    def add(self, n: int, record: Record) -> None:
        """Takes record number `n`; never raises, whatever the order."""
        if isinstance(record, AuditRecord):
            return
        if not isinstance(record, Judged | Left | Head):  # said of what has ended
            self._ended = None
        self._money.add(record)
        match record:
            case Titled():
                self._title = record.title
            case Said():
                self._talk.say(n, record)
            case Replied():
                self._talk.reply(record.assistant)
                self._model = record.assistant.model or self._model
            case CallStarted():
                self._talk.start(record.call_id, record.command)
            case CallFinished():
                self._talk.finish(record.result)
                if record.denied:
                    self._denials.append(record.result.content)
            case Decided():
                self._decision, self._model = record, record.spec_id or record.decision.model
            case Shadowed():
                self._shadowed = record
            case Switched():
                self._switches.append(record.switch)
                self._model = record.switch.to
            case Compacted():
                self._talk.replace(record.messages)
            case Listed():
                self._todos = record.todos
            case Seen():
                self._seen[record.path] = record
            case Head():
                self._head = record
                self._told.update(record.told)
            case Saved():
                self._talk.save(record)
            case Left():
                self._talk.left.update(record.files)
            case Rewound():
                self._talk.rewind(record)
            case Unsaid():
                self._talk.unsay(record)
            case PutBack():
                self._talk.put_back(record)
            case RewindUndone():
                self._talk.undo()
            case Verified():
                self._verified = record
            case Header() | Reserved() | Spent() | Reviewed() | AttemptFailed():
                pass
            case Judged():
                self._judged = record
            case Ended():
                self._ended = record
            case _:
                assert_never(record)

    def gap(self) -> None:
        """Notes that records are missing here: a reply may follow a reply."""
        self._talk.damaged = True

    def miss(self, line: Line) -> None:
        """Notes a line that cannot be folded, and tells it."""
        self.gap()
        where = f"Line {line.number} of session {self.header.session_id}"
        match line.problem:
            case "torn":
                told = f"The last write of session {self.header.session_id} was cut off; it was dropped."
            case "unknown":
                told = f"{where} is of a kind this droidlite does not know; it was skipped."
            case _:
                told = f"{where} is damaged; it was skipped."
        self.warnings.append(told)

    def session(self) -> Session:
        talk, money = self._talk, self._money
        messages, unanswered = talk.sendable()
        return Session(
            header=self.header,
            title=self._title or (title_of(talk.turns[0].shown) if talk.turns else ""),
            messages=messages,
            turns=tuple(talk.turns),
            spent_usd=money.spent_usd,
            reserved_open_usd=money.reserved_usd,
            next_reservation=money.next_reservation,
            usage=dict(money.usage),
            calls=tuple(money.calls),
            stages=tuple(money.stages),
            decision=self._decision,
            shadowed=self._shadowed,
            switches=tuple(self._switches),
            model=self._model,
            todos=self._todos,
            unanswered=unanswered,
            saved=tuple(talk.saved),
            left=dict(talk.left),
            seen=dict(self._seen),
            head=self._head,
            told=dict(self._told),
            parted=talk.parted,
            verified=self._verified,
            judged=self._judged,
            ended=self._ended,
            denials=tuple(self._denials),
            warnings=tuple(self.warnings),
        )


class Reading(Struct, frozen=True, kw_only=True):
    """A journal as found on disk. `last` is the highest record number; `cut` the offset of a torn last line or -1;
    `damaged` whether a line in the middle is; `whole` whether the file ends in a newline."""

    fold: Fold
    last: int
    cut: int
    damaged: bool
    whole: bool


def load(folder: Path) -> Session:
    """The session in a folder, without writing anything. Raises UsageError when there is none to read."""
    return read(folder).fold.session()


def header_of(folder: Path) -> Header:
    """Only the header of the session in a folder. Raises UsageError when there is none to read."""
    try:
        first = next(scan(folder / JOURNAL), None)
    except OSError as error:
        raise UsageError(f"Session {folder.name} cannot be read: {error.strerror}: {error.filename}.") from error
    record = first.record if first else None
    return record if isinstance(record, Header) else _headless(folder)


def read(folder: Path) -> Reading:
    """Folds the journal in a folder. Raises UsageError when nothing in it can be used."""
    fold: Fold | None = None
    last, cut, damaged, whole = 0, -1, False, True
    missed: list[Line] = []
    try:
        for line in scan(folder / JOURNAL):
            before, last, whole = last, max(last, line.n), line.whole
            damaged = damaged or line.problem == "damaged"
            if line.record is None:
                cut = line.start if line.problem == "torn" else -1
                fold.miss(line) if fold else missed.append(line)
                continue
            if fold is None:
                fold = Fold(line.record if isinstance(line.record, Header) else _headless(folder))
                for each in missed:
                    fold.miss(each)
            if line.n > before + 1:  # a damaged line was cut out when the session was last opened
                fold.gap()
            fold.add(line.n, line.record)
    except OSError as error:
        raise UsageError(f"Session {folder.name} cannot be read: {error.strerror}: {error.filename}.") from error
    if fold is None:
        raise unusable(folder)
    return Reading(fold=fold, last=last, cut=cut, damaged=damaged, whole=whole)


def _headless(folder: Path) -> Header:
    """Stands in for a header that was damaged: the rest of the session is worth keeping."""
    return Header(session_id=folder.name, cwd="", created="")
