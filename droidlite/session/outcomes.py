"""A person's finished sessions as evidence: what kind of task, on which models, at what cost, solved or not."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.session.accounts import Account, read_account
from droidlite.session.keeping import keep
from droidlite.session.store import journals
from droidlite.types import Switch

FORMAT = 1
"""Of the file the rows are kept in; one of another format is made anew."""
UNVERIFIED = 0.2
"""What a success counts that nobody checked: models call nearly every task done."""
REWOUND = 0.3
"""What a failure counts that is only told by files being put back: a person may also have changed their mind."""

Basis = Literal["judged", "verified", "rewound", "unverified"]
"""What tells the outcome; where several do, the first of these holds."""


class Outcome(Struct, frozen=True, kw_only=True):
    """One session that says something. `date` is when it was last paid for, in seconds since 1970; `kind` "" where no
    decision named one, `confidence` (0 to 1) how surely it was recognised. models: in the order of their first call,
    each with its cost in USD and calls, the judge's left out. `weight` (0 to 1) is what the outcome counts."""

    session_id: str
    date: float
    kind: str = ""
    confidence: float = 0.0
    models: tuple[str, ...]
    cost_usd: dict[str, float]
    calls: dict[str, int]
    switches: tuple[Switch, ...] = ()
    solved: bool
    weight: float
    basis: Basis


def outcome_of(account: Account) -> Outcome | None:
    """None where a session says nothing: no model was paid for, a price was not known, it is a copy (its work and cost
    are partly another's), it was interrupted or failed unchecked."""
    if not account.work or account.forked_from or any(call.unpriced for call in account.calls):
        return None
    told = result_of(account)
    if told is None:
        return None
    solved, weight, basis = told
    decision = account.decision
    return Outcome(
        session_id=account.session_id,
        date=account.updated,
        kind=decision.kind if decision else "",
        confidence=decision.confidence if decision else 0.0,
        models=account.models,
        cost_usd={m: sum(call.usd for call in account.work if call.model == m) for m in account.models},
        calls={m: sum(call.model == m for call in account.work) for m in account.models},
        switches=account.switches,
        solved=solved,
        weight=weight,
        basis=basis,
    )


def result_of(account: Account) -> tuple[bool, float, Basis] | None:
    """(solved, weight, what tells it) of a session; None where nothing does."""
    if account.judged is not None:
        return account.judged, 1.0, "judged"
    subtype = account.ended.subtype if account.ended else ""
    passed, unproven = _check_of(account)
    if passed is not None and subtype in ("", "success", "error_verify"):  # "": killed after the check had ended
        return (True, UNVERIFIED, "unverified") if passed and unproven else (passed, 1.0, "verified")
    if account.rewinds:
        return False, REWOUND, "rewound"
    if subtype == "success" and account.verified is None:
        return account.reviewed is not False, UNVERIFIED, "unverified"
    return None


def _check_of(account: Account) -> tuple[bool | None, bool]:
    """Whether the check passed (None: it tells nothing), and whether that is no more than was so before the work."""
    check = account.verified
    if check is None:
        return None, False
    if check.passed is None:
        return (None if check.exit_code is None else check.exit_code == 0), False
    return (None if check.exit_code is None else check.passed), check.unproven


class _Row(Struct, frozen=True, array_like=True):
    """An outcome (None: the session says nothing) and the size of the journal it was read from."""

    size: int
    outcome: Outcome | None


class _File(Struct, frozen=True):
    format: int
    rows: dict[str, _Row]


def read_outcomes(root: Path, kept: Path) -> tuple[Outcome, ...]:
    """The outcomes of all sessions under `root`, oldest first. What was read before is taken from the file `kept`
    where the journal has not grown since; the file is brought up to date, or left where it cannot be written."""
    before = _read(kept)
    rows: dict[str, _Row] = {}
    for _, size, name in journals(root):
        row = before.get(name)
        rows[name] = row if row is not None and row.size == size else _Row(size, _outcome(root / name))
    if rows != before:
        keep(kept, msgspec.json.encode(_File(FORMAT, rows)))
    found = (row.outcome for _, row in sorted(rows.items()) if row.outcome is not None)
    return tuple(found)


def _outcome(folder: Path) -> Outcome | None:
    try:
        account = read_account(folder)
    except (OSError, UsageError):
        return None
    return outcome_of(account) if account else None


def _read(kept: Path) -> dict[str, _Row]:
    try:
        found = msgspec.json.decode(kept.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError):
        return {}
    return found.rows if found.format == FORMAT else {}
