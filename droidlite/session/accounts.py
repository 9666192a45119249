"""What sessions cost and what came of them, without their conversations: for figures over thousands of them."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from msgspec import Struct, structs

from droidlite.errors import UsageError
from droidlite.session.lines import JOURNAL, scan_kinds, unusable
from droidlite.session.records import (
    Decided,
    Ended,
    Header,
    Judged,
    PutBack,
    Record,
    Reserved,
    Reviewed,
    RewindUndone,
    Rewound,
    Said,
    Shadowed,
    Spent,
    Switched,
    Unsaid,
    Verified,
)
from droidlite.session.store import journals
from droidlite.types import RoutingDecision, Switch

_Counted = (
    Header
    | Said
    | Decided
    | Shadowed
    | Switched
    | Reserved
    | Spent
    | Rewound
    | Unsaid
    | PutBack
    | RewindUndone
    | Verified
    | Reviewed
    | Judged
    | Ended
)
_KINDS: frozenset[type[Record]] = frozenset(get_args(_Counted))


class Account(Struct, frozen=True, kw_only=True):
    """One session. `created` is seconds since 1970.

    calls: what models were paid for, each with its time; a reservation never settled is charged its worst case, as in
    the session itself; what a script answered (`scripted` calls) is left out. decisions: the first of the session, and
    one more for each time it was resumed or the person chose. shadowed: what auto would have chosen.
    verified, reviewed (whether a reviewer approved), ended: of the last prompt, None where it has none. judged: what
    the person said, None = nothing.
    rewinds: how often files were put back. forked_from: "" or the session this one was copied from."""

    session_id: str
    cwd: str
    created: float
    forked_from: str = ""
    calls: tuple[Spent, ...] = ()
    scripted: int = 0
    decisions: tuple[Decided, ...] = ()
    shadowed: Shadowed | None = None
    switches: tuple[Switch, ...] = ()
    verified: Verified | None = None
    reviewed: bool | None = None
    ended: Ended | None = None
    judged: bool | None = None
    rewinds: int = 0

    @property
    def cost_usd(self) -> float:
        return sum(call.usd for call in self.calls)

    @property
    def models(self) -> tuple[str, ...]:
        """Those that did the work, in the order of their first call."""
        return tuple(dict.fromkeys(call.model for call in self.work))

    @property
    def work(self) -> tuple[Spent, ...]:
        """The calls without those of the judge."""
        return tuple(call for call in self.calls if not call.judge)

    @property
    def routed(self) -> bool:
        """Whether auto chose the model the session began with."""
        return bool(self.decisions) and self.decisions[0].decision.strategy in ("auto", "fallback")

    @property
    def decision(self) -> RoutingDecision | None:
        """The first one that names a kind of task, made or shadowed; None = nobody did."""
        made = [decided.decision for decided in self.decisions]
        shadow = self.shadowed.decision if self.shadowed else None
        return next((each for each in (*made, shadow) if each is not None and each.kind), None)

    @property
    def updated(self) -> float:
        """When it was last paid for, in seconds since 1970."""
        return max((call.at for call in self.calls), default=self.created)


class Accounts(Struct, frozen=True):
    """Sessions in the order they were begun; `unreadable` are the ids of those that could not be read."""

    found: tuple[Account, ...]
    unreadable: tuple[str, ...] = ()


def read_accounts(root: Path, *, since: float = 0.0, wanted: Callable[[str], bool] = lambda cwd: True) -> Accounts:
    """The sessions under `root` that were written to after `since` (seconds since 1970) and whose folder is `wanted`.
    Of the others no more than the first line is read."""
    found: list[Account] = []
    unreadable: list[str] = []
    for name in sorted(name for updated, _, name in journals(root) if updated >= since):
        try:
            account = read_account(root / name, wanted)
        except (OSError, UsageError):
            unreadable.append(name)
            continue
        if account is not None:
            found.append(account)
    return Accounts(tuple(found), tuple(unreadable))


def read_account(folder: Path, wanted: Callable[[str], bool] = lambda cwd: True) -> Account | None:
    """The account of the session in `folder`; None where its working folder is not `wanted`. Damaged lines are left
    out. Raises OSError, and UsageError where nothing can be used or a newer droidlite wrote it."""
    fold: _Fold | None = None
    for _, record in scan_kinds(folder / JOURNAL, _KINDS):
        if fold is None:
            header = record if isinstance(record, Header) else Header(session_id=folder.name, cwd="", created="")
            if not wanted(header.cwd):
                return None
            fold = _Fold(header)
        fold.add(record)
    if fold is None:
        raise unusable(folder)
    return fold.account()


class _Fold:
    """Adds the records up; agrees with droidlite.session.fold on every cent."""

    def __init__(self, header: Header) -> None:
        self._account = Account(
            session_id=header.session_id,
            cwd=header.cwd,
            created=_seconds(header.created),
            forked_from=header.forked_from,
        )
        self._calls: list[Spent] = []
        self._open: dict[int, Spent] = {}
        self._decisions: list[Decided] = []
        self._switches: list[Switch] = []
        self._rewinds: list[bool] = []
        self._scripted, self._scripted_now = 0, False
        self._at = self._account.created

    def add(self, record: Record) -> None:
        match record:
            case Said(host=False):
                self._set(verified=None, reviewed=None, ended=None)
            case Decided():
                self._decisions.append(record)
                self._scripted_now = record.scripted
            case Shadowed():
                self._set(shadowed=self._account.shadowed or record)
            case Switched():
                self._switches.append(record.switch)
            case Reserved():
                if lost := self._open.pop(record.reservation, None):  # before a kill: that one is charged
                    self._pay(lost)
                self._open[record.reservation] = Spent(
                    reservation=record.reservation, model=record.model, usd=record.usd, at=self._at
                )
            case Spent():
                self._open.pop(record.reservation, None)
                self._at = record.at or self._at
                self._scripted_now = self._scripted_now if record.scripted is None else record.scripted
                if record.billed:
                    self._pay(structs.replace(record, at=self._at))
            case Rewound() | PutBack():
                self._rewinds.append(bool(record.undo))
            case Unsaid():
                self._rewinds.append(False)
            case RewindUndone():
                self._rewinds[-1:] = []
            case Verified():
                self._set(verified=record)
            case Reviewed():
                self._set(reviewed=record.approved)
            case Judged():
                self._set(judged=record.good)
            case Ended():
                self._set(ended=record)
            case _:
                pass

    def account(self) -> Account:
        for lost in self._open.values():
            self._pay(lost)
        self._open = {}
        return structs.replace(
            self._account,
            calls=tuple(self._calls),
            scripted=self._scripted,
            decisions=tuple(self._decisions),
            switches=tuple(self._switches),
            rewinds=sum(self._rewinds),
        )

    def _pay(self, call: Spent) -> None:
        if self._scripted_now:
            self._scripted += 1
        else:
            self._calls.append(call)

    def _set(self, **changes: object) -> None:
        self._account = structs.replace(self._account, **changes)


def _seconds(created: str) -> float:
    try:
        return datetime.datetime.fromisoformat(created).timestamp()
    except ValueError:  # a header that was damaged
        return 0.0
