"""What a session says about its models: fully where it was checked or judged, weakly where it was not."""

from pathlib import Path

import msgspec
import pytest
from session_samples import DECISION, HEADER

from droidlite.session.accounts import Account
from droidlite.session.journal import Journal
from droidlite.session.outcomes import Outcome, outcome_of, read_outcomes, result_of
from droidlite.session.records import Decided, Ended, Header, Judged, Said, Spent, Verified
from droidlite.types import Switch, User

FIX = Decided(decision=msgspec.structs.replace(DECISION, strategy="auto", kind="fix", confidence=0.9))
PASSED, FAILED, CUT = (Verified(command="pytest", exit_code=code) for code in (0, 1, None))
CALL = Spent(reservation=1, model="small", usd=0.25, at=100.0)


def account(**facts: object) -> Account:
    plain = Account(session_id="s", cwd="/x", created=50.0, calls=(CALL,), ended=Ended(subtype="success"))
    return msgspec.structs.replace(plain, **facts)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"verified": PASSED}, (True, 1.0, "verified")),
        ({"verified": FAILED, "ended": Ended(subtype="error_verify")}, (False, 1.0, "verified")),
        ({"verified": PASSED, "ended": None}, (True, 1.0, "verified")),
        ({"verified": PASSED, "ended": Ended(subtype="error_during_execution")}, None),
        ({"verified": CUT, "ended": Ended(subtype="error_verify")}, None),
        ({}, (True, 0.2, "unverified")),
        ({"ended": None}, None),
        ({"ended": Ended(subtype="error_during_execution")}, None),
        ({"ended": Ended(subtype="error_max_cost")}, None),
        ({"ended": Ended(subtype="error_upstream")}, None),
        ({"rewinds": 2}, (False, 0.3, "rewound")),
        ({"rewinds": 1, "verified": PASSED}, (True, 1.0, "verified")),
        ({"judged": False, "verified": PASSED}, (False, 1.0, "judged")),
        ({"judged": True, "rewinds": 1, "ended": None}, (True, 1.0, "judged")),
    ],
)
def test_what_an_outcome_counts(facts: dict[str, object], said: object) -> None:
    assert result_of(account(**facts)) == said


def test_a_row_tells_models_costs_and_switches() -> None:
    judge = Spent(reservation=9, model="tiny", usd=0.001, at=90.0, judge=True)
    calls = (judge, CALL, CALL, Spent(reservation=2, model="big", usd=1.0, at=300.0))
    switch = Switch(from_model="small", to="big", cause="the check fails")
    assert outcome_of(account(calls=calls, switches=(switch,), decisions=(FIX,), verified=PASSED)) == Outcome(
        session_id="s",
        date=300.0,
        kind="fix",
        confidence=0.9,
        models=("small", "big"),
        cost_usd={"small": 0.5, "big": 1.0},
        calls={"small": 2, "big": 1},
        switches=(switch,),
        solved=True,
        weight=1.0,
        basis="verified",
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"calls": ()},
        {"calls": (msgspec.structs.replace(CALL, judge=True),)},
        {"forked_from": "r"},
        {"calls": (msgspec.structs.replace(CALL, unpriced=True),)},
    ],
)
def test_sessions_that_say_nothing_of_a_model(facts: dict[str, object]) -> None:
    assert outcome_of(account(**facts, verified=PASSED)) is None


def begin(root: Path, name: str) -> None:
    header = Header(session_id=name, cwd="/x", created=HEADER.created)
    with Journal.create(root / name, header) as journal:
        journal.extend([FIX, Said(user=User("x")), CALL, Ended(subtype="success")])


def test_what_was_read_is_kept_until_the_session_goes_on(tmp_path: Path) -> None:
    root, kept = tmp_path / "sessions", tmp_path / "outcomes.json"
    begin(root, "a")
    begin(root, "b")
    assert [(row.session_id, row.basis) for row in read_outcomes(root, kept)] == [
        ("a", "unverified"),
        ("b", "unverified"),
    ]
    journal, _ = Journal.open(root / "a")
    with journal:
        journal.append(Judged(good=False))
    size = (root / "b" / "journal.jsonl").stat().st_size
    (root / "b" / "journal.jsonl").write_bytes(b"x" * size)  # of the same size: it is not read again
    assert [(row.session_id, row.basis) for row in read_outcomes(root, kept)] == [("a", "judged"), ("b", "unverified")]


@pytest.mark.parametrize("content", [b"", b"{", b'{"format":99,"rows":{}}', b'{"format":1,"rows":{"a":[1,{}]}}'])
def test_a_file_that_cannot_be_used_is_made_anew(tmp_path: Path, content: bytes) -> None:
    root, kept = tmp_path / "sessions", tmp_path / "outcomes.json"
    begin(root, "a")
    kept.write_bytes(content)
    assert [row.session_id for row in read_outcomes(root, kept)] == ["a"]
    assert kept.stat().st_mode & 0o077 == 0


def test_without_sessions_or_a_place_to_keep_them_there_are_none(tmp_path: Path) -> None:
    assert read_outcomes(tmp_path / "nowhere", tmp_path / "no" / "outcomes.json") == ()
