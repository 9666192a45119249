"""What happened in a session, in order, for somebody who was not there: read from the journal record by record, so that
a rewind hides nothing and a line that cannot be read is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from droidlite.errors import UsageError
from droidlite.session.audit_records import AutonomySet, HostRan, Opened, Reached, RuleRevoked, VerdictGiven
from droidlite.session.conversation import first_line
from droidlite.session.gaps import Gaps
from droidlite.session.lines import JOURNAL, Line, scan, unusable
from droidlite.session.records import (
    CallFinished,
    CallStarted,
    Head,
    Header,
    PutBack,
    Record,
    Replied,
    RewindUndone,
    Rewound,
    Said,
    Saved,
    Switched,
    Unsaid,
    Verified,
)
from droidlite.types import Call

Kind = Literal[
    "opened", "prompt", "command", "write", "network", "tool", "person", "check", "verdict", "switch", "autonomy",
    "rule", "rewind", "unreadable",
]  # fmt: skip
KINDS: dict[str, Kind] = {"shell": "command", "write": "write", "edit": "write", "patch": "write", "fetch": "network"}
"""What the calls of a tool are; one that is not here only reads or asks, and is listed where it was refused."""

_OF_NO_PROMPT = ("opened", "rewind", "unreadable")


class Entry(Struct, frozen=True, kw_only=True):
    """One thing that happened. `n` is the number of its record, `at` when, in seconds since 1970 (0 = not recorded),
    `turn` the person's prompt it was for (0 = before the first), numbered as in Session.turns.

    what: the exact command, paths or address; a prompt's first line; for a verdict the check, for a switch the models.
    allowed: None where
    nothing was to allow, or an older droidlite kept no record of it. grounds, why, rule, autonomy: as in VerdictGiven.
    exit_code: that of a command. failed: it ran and failed; None = its end is not recorded. hosts: "host:port" of each
    connection, redirects included; those refused end in " (refused)". files: those it was about to change, as they are
    kept for undo. sandbox: what it ran in ("" = not recorded). taken_back: a rewind took its prompt out of the
    conversation, so that a later prompt may have the same number; it happened all the same."""

    n: int
    turn: int
    kind: Kind
    what: str
    at: float = 0.0
    call_id: str = ""
    tool: str = ""
    allowed: bool | None = None
    grounds: str = ""
    why: str = ""
    rule: str = ""
    autonomy: str = ""
    exit_code: int | None = None
    failed: bool | None = None
    seconds: float | None = None
    hosts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sandbox: str = ""
    taken_back: bool = False


class Audit(Struct, frozen=True, kw_only=True):
    """A session's entries, and what its header says; "" where that is lost."""

    session_id: str
    cwd: str
    created: str
    droidlite: str
    forked_from: str
    entries: tuple[Entry, ...]


def audit(folder: Path) -> Audit:
    """The audit of the session in a folder. Raises UsageError where it cannot be read at all."""
    listing, header, gaps = _Listing(), Header(session_id=folder.name, cwd="", created=""), Gaps()
    usable = False
    try:
        for line in scan(folder / JOURNAL):
            usable = usable or line.record is not None
            if missing := gaps.before(line):
                listing.missing(missing, line)
            if line.record is None:
                listing.unreadable(line.number, line.problem)
            elif isinstance(line.record, Header):
                header = line.record
            else:
                listing.take(line.n, line.record)
    except OSError as error:
        raise UsageError(f"Session {folder.name} cannot be read: {error.strerror}: {error.filename}.") from error
    if not usable:
        raise unusable(folder)
    return Audit(
        session_id=header.session_id,
        cwd=header.cwd,
        created=header.created,
        droidlite=header.droidlite,
        forked_from=header.forked_from,
        entries=tuple(listing.entries),
    )


class _Listing:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._turn, self._begun = 0, 0.0
        self._before_rewind: tuple[int, tuple[int, ...]] | None = None
        self._calls: dict[str, Call] = {}
        self._places: dict[str, int] = {}
        self._running: list[str] = []
        self._sandbox = ""

    def take(self, n: int, record: Record) -> None:
        match record:
            case Said():
                self._say(n, record)
            case Head():
                self._begun = record.at
            case Replied():
                self._calls = {call.id: call for call in record.assistant.calls}
                self._places, self._running = {}, []
            case VerdictGiven():
                self._verdict(n, record)
            case CallStarted():
                self._start(n, record)
            case Reached():
                self._reach(n, record)
            case Saved() if self._running:
                self._change(self._running[-1], lambda entry: structs.replace(entry, files=(*entry.files, record.path)))
            case CallFinished():
                self._finish(n, record)
            case Rewound() | Unsaid() | PutBack():
                self._rewind(n, record)
            case RewindUndone():
                self._undo(n, record)
            case _:
                self._beside(n, record)

    def unreadable(self, number: int, problem: str) -> None:
        told = {"unknown": "is of a kind this droidlite does not know", "torn": "was cut off"}
        self._add(number, "unreadable", f"line {number} {told.get(problem, 'is damaged')}")

    def missing(self, count: int, line: Line) -> None:
        told = "1 line is" if count == 1 else f"{count} lines are"
        self._add(line.n, "unreadable", f"{told} missing before line {line.number}")

    def _add(self, n: int, kind: Kind, what: str, **facts: object) -> None:
        self.entries.append(structs.replace(Entry(n=n, turn=self._turn, kind=kind, what=what), **facts))

    def _verdict(self, n: int, record: VerdictGiven) -> None:
        self._places[record.call_id] = len(self.entries)
        fields = ("at", "call_id", "tool", "allowed", "grounds", "why", "rule", "autonomy")
        self._add(n, KINDS.get(record.tool, "tool"), record.what, **{name: getattr(record, name) for name in fields})

    def _start(self, n: int, record: CallStarted) -> None:
        self._running.append(record.call_id)
        if record.name not in KINDS and record.call_id not in self._places:
            return
        if record.call_id not in self._places:  # by an older droidlite, or a command that only reads
            self._places[record.call_id] = len(self.entries)
            self._add(n, KINDS[record.name], self._what(record), call_id=record.call_id, tool=record.name)
        sandbox = record.sandbox or self._sandbox if record.name == "shell" else ""
        self._change(
            record.call_id, lambda entry: structs.replace(entry, at=record.at or entry.at, sandbox=sandbox, n=n)
        )

    def _what(self, record: CallStarted) -> str:
        """What a call did, by its own arguments."""
        call = self._calls.get(record.call_id)
        if record.command or call is None:
            return record.command
        try:
            arguments = msgspec.json.decode(call.arguments or "{}", type=dict[str, object])
        except msgspec.MsgspecError:
            return call.arguments
        told = (arguments.get(key) for key in ("command", "file_path", "url"))
        return next((each for each in told if isinstance(each, str)), call.arguments)

    def _reach(self, n: int, record: Reached) -> None:
        host = f"{record.host}:{record.port}" + (" (refused)" if record.refused else "")
        if record.call_id not in self._places:  # what the host ran, or what a command left running
            facts = {"allowed": False if record.refused else None, "why": f"asked for by {record.call_id}"}
            self._add(n, "network", host, at=record.at, call_id=record.call_id, hosts=(host,), **facts)
        self._change(record.call_id, lambda entry: structs.replace(entry, hosts=(*entry.hosts, host)))

    def _finish(self, n: int, record: CallFinished) -> None:
        result = record.result
        if result.call_id in self._running:
            self._running.remove(result.call_id)
            self._change(
                result.call_id,
                lambda entry: structs.replace(entry, exit_code=result.exit_code, failed=result.is_error),
            )
        elif result.blocked == "permission" and result.call_id not in self._places:  # by an older droidlite
            call = self._calls.get(result.call_id, Call(result.call_id, "", ""))
            what = self._what(CallStarted(call_id=call.id, name=call.name))
            kind = KINDS.get(call.name, "tool")
            self._add(n, kind, what, call_id=call.id, tool=call.name, allowed=False, why=result.content)

    def _beside(self, n: int, record: Record) -> None:
        """What is no call of a model's."""
        match record:
            case Opened():
                self._sandbox = record.sandbox
                who = "nobody to ask" if record.headless else "a person to ask"
                what = ", ".join((f"droidlite {record.droidlite}", who, *(f"policy {file}" for file in record.policy)))
                facts = {"autonomy": record.autonomy, "sandbox": record.sandbox, "rule": "; ".join(record.rules)}
                self._add(n, "opened", what, at=record.at, **facts)
            case HostRan():
                kind: Kind = "person" if record.by == "person" else "check"
                facts = {name: getattr(record, name) for name in ("exit_code", "seconds", "at")}
                why = "beside other work" if record.aside else ""
                self._add(n, kind, record.command, sandbox=record.sandbox or self._sandbox, why=why, **facts)
            case Verified():
                passed = record.passed if record.passed is not None else record.exit_code == 0
                self._add(n, "verdict", record.command, exit_code=record.exit_code, failed=not passed)
            case Switched(switch=switch):
                self._add(n, "switch", f"{switch.from_model} to {switch.to}", at=record.at, why=switch.cause)
            case AutonomySet():
                self._add(n, "autonomy", record.autonomy, at=record.at, autonomy=record.autonomy)
            case RuleRevoked():
                self._add(n, "rule", record.rule, at=record.at, why="revoked")

    def _say(self, n: int, record: Said) -> None:
        self._before_rewind = None
        if not record.host:
            self._turn += 1
            self._add(n, "prompt", first_line(record.typed or record.user.text), at=self._begun)

    def _rewind(self, n: int, record: Rewound | Unsaid | PutBack) -> None:
        """Prompts are numbered as the conversation has them: what follows a rewind begins again at its turn."""
        last, first, took = self._turn, record.to_turn, ""
        if 1 <= first <= last:
            self._before_rewind = last, ()
            if not isinstance(record, PutBack):
                took = f"took back prompt {first}" if first == last else f"took back prompts {first} to {last}"
                self._before_rewind = last, self._of_prompts(first)
                self._mark(self._before_rewind[1], taken_back=True)
                self._turn = first - 1
        parts = {Rewound: "files and conversation", Unsaid: "conversation", PutBack: "files"}
        files = () if isinstance(record, Unsaid) else tuple(saved.path for saved in record.undo)
        what = f"{parts[type(record)]} to before prompt {first}"
        self._add(n, "rewind", what, at=record.at, files=files, why=took)

    def _undo(self, n: int, record: RewindUndone) -> None:
        if self._before_rewind is not None:
            self._turn, places = self._before_rewind
            self._mark(places, taken_back=False)
            self._before_rewind = None
        self._add(n, "rewind", "undone", at=record.at)

    def _of_prompts(self, first: int) -> tuple[int, ...]:
        """Where the entries of prompt `first` and later stand that are still in the conversation."""
        return tuple(
            place
            for place, entry in enumerate(self.entries)
            if entry.turn >= first and entry.kind not in _OF_NO_PROMPT and not entry.taken_back
        )

    def _mark(self, places: tuple[int, ...], *, taken_back: bool) -> None:
        for place in places:
            self.entries[place] = structs.replace(self.entries[place], taken_back=taken_back)

    def _change(self, call_id: str, change: Callable[[Entry], Entry]) -> None:
        if (place := self._places.get(call_id)) is not None:
            self.entries[place] = change(self.entries[place])
