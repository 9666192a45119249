"""What a shared ledger says: its records, and the money they come to. Fails closed: what cannot be read may be spent.

Lines are laid out as those of a journal (see lines). The first is a LedgerBegun, which holds the cap for good; each
call is a Held before it is sent and a Settled after. A Held without a Settled counts at its worst case, for ever.
"""

import re
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from droidlite.errors import UsageError
from droidlite.session.lines import unwrap

FORMAT = 1
"""Raise it when an older droidlite would count the money of the file wrongly; it refuses new kinds of records too."""

Usd = Annotated[float, Meta(ge=0)]


class LedgerBegun(Struct, frozen=True, kw_only=True, tag="ledger"):
    """First record of every ledger. `cap_usd` is what all that name the file may spend together; `created` is ISO 8601
    in UTC."""

    format: int = FORMAT
    cap_usd: Usd
    created: str = ""
    droidlite: str = ""


class Held(Struct, frozen=True, kw_only=True, tag="held"):
    """Room for a call that is about to be sent, at its worst case. `host` and `pid` tell which process waits for it,
    `at` is seconds since 1970."""

    usd: Usd
    model: str
    session: str = ""
    host: str = ""
    pid: int = 0
    at: float = 0.0


class Settled(Struct, frozen=True, kw_only=True, tag="settled"):
    """What the call of line number `held` came to."""

    held: int
    usd: Usd


Entry = LedgerBegun | Held | Settled
_decoder = msgspec.json.Decoder(Entry)
_BEGINNING = b'{"n":1,"crc":"########","r":{"type":"ledger",'


class _Format(Struct):
    format: int = FORMAT
    type: str = ""


_format_decoder = msgspec.json.Decoder(_Format)


class Spend(Struct):
    """What one session or model has spent, in USD; `calls` are those that cost something (one that never arrived is
    settled at nothing), `open_usd` is the worst case of its calls never settled."""

    calls: int = 0
    usd: float = 0.0
    open_usd: float = 0.0


class Book:
    """The fold over a ledger's lines: `last` line number, `cap_usd` (0 before the first line is read), and money."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.last = self.lines = 0
        self.cap_usd = 0.0
        self.created = ""
        self.open: dict[int, Held] = {}
        self._settled = 0.0
        self._known: dict[int, Held] = {}
        self.by_session: dict[str, Spend] = {}
        self.by_model: dict[str, Spend] = {}

    @property
    def spent_usd(self) -> float:
        """All that was spent, calls not settled at their worst case."""
        return self._settled + sum(held.usd for held in self.open.values())

    @property
    def left_usd(self) -> float:
        return self.cap_usd - self.spent_usd

    def read(self, raw: bytes) -> None:
        """Takes the next line, newline or not. Raises UsageError where it is no line of a ledger this droidlite can
        count; the book stays as it was."""
        found = unwrap(raw, self.last)
        if found is None:
            raise self._refusal(damaged=self.lines > 0)
        n, body = found
        if self.lines == 0:
            self._require_format(body)
        try:
            entry = _decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise UsageError(
                f"Line {self.lines + 1} of the ledger {self.name} is of a kind this droidlite does not know, so what "
                "was spent cannot be told; nothing more is sent. Upgrade droidlite to use it."
            ) from error
        self.add(n, entry)

    def add(self, n: int, entry: Entry) -> None:
        """Takes what is line number `n`."""
        self.last, self.lines = n, self.lines + 1
        match entry:
            case LedgerBegun():
                self.cap_usd, self.created = entry.cap_usd, entry.created
            case Held():
                self.open[n] = self._known[n] = entry
                for spend in self._of(entry):
                    spend.open_usd += entry.usd
            case Settled():
                self._settle(entry)

    def _settle(self, entry: Settled) -> None:
        self._settled += entry.usd
        was_open = self.open.pop(entry.held, None) is not None
        held = self._known.get(entry.held, Held(usd=0.0, model="(not known)"))
        for spend in self._of(held):
            spend.calls += entry.usd > 0
            spend.usd += entry.usd
            spend.open_usd -= held.usd if was_open else 0.0

    def _of(self, held: Held) -> tuple[Spend, Spend]:
        return (
            self.by_session.setdefault(held.session, Spend()),
            self.by_model.setdefault(held.model, Spend()),
        )

    def _require_format(self, body: bytes) -> None:
        try:
            found = _format_decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise self._refusal(damaged=False) from error
        if found.type != "ledger":
            raise self._refusal(damaged=False)
        if found.format > FORMAT:
            raise UsageError(
                f"The ledger {self.name} was written by a newer droidlite (ledger format {found.format}; this one "
                f"reads up to {FORMAT}). Upgrade droidlite to use it; it was not touched."
            )

    def _refusal(self, *, damaged: bool) -> UsageError:
        if not damaged:
            return UsageError(
                f"{self.name} is not a ledger of droidlite: its first line is none. It was not touched; name another "
                "file with --ledger, or one that does not exist yet."
            )
        return UsageError(
            f"Line {self.lines + 1} of the ledger {self.name} is damaged, so what was spent cannot be told; nothing "
            "more is sent. Begin another ledger with a cap for what may still be spent."
        )


def may_be_torn_beginning(raw: bytes) -> bool:
    """Whether a file that holds nothing but this, without a newline, can be the first line of a ledger cut short."""
    if len(raw) > 1_000:
        return False
    shape = re.sub(rb'(?<="crc":")[0-9a-f]{1,8}', lambda crc: b"#" * len(crc[0]), raw[: len(_BEGINNING)])
    return _BEGINNING.startswith(shape)
