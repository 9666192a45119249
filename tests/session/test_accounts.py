"""What sessions cost and what came of them, read without their conversations, agrees with the sessions themselves."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_samples import DECISION, HEADER, RECORDS

from droidlite.errors import UsageError
from droidlite.session.accounts import Account, Accounts, read_account, read_accounts
from droidlite.session.fold import load
from droidlite.session.journal import Journal
from droidlite.session.lines import JOURNAL
from droidlite.session.records import (
    Decided,
    Ended,
    Header,
    Judged,
    PutBack,
    Record,
    Reserved,
    RewindUndone,
    Rewound,
    Said,
    Saved,
    Shadowed,
    Spent,
    Titled,
    Unsaid,
    Verified,
)
from droidlite.types import Switch, Usage, User

CREATED = 1_795_357_812.0
"""HEADER.created in seconds since 1970."""
ASKED = Said(user=User("x"))
PUT_BACK = Rewound(to_turn=1, undo=(Saved(turn=1, path="a.py"),))


def written(folder: Path, *records: Record, header: Header = HEADER) -> Account:
    with Journal.create(folder, header) as journal:
        journal.extend(records)
    account = read_account(folder)
    assert account is not None
    return account


def test_a_session_is_told_in_full(tmp_path: Path) -> None:
    assert written(tmp_path / "s", *RECORDS) == Account(
        session_id=HEADER.session_id,
        cwd="/home/ada/shop",
        created=CREATED,
        calls=(
            Spent(reservation=1, model="mid-1", usage=Usage(input=10, output=5), usd=0.01, at=CREATED),
            Spent(reservation=2, model="mid-1", usage=Usage(input=20, output=7), usd=0.02, at=CREATED),
            Spent(reservation=3, model="big-1", usage=None, usd=0.25, at=CREATED),
        ),
        decisions=(Decided(decision=DECISION, spec_id="mid-1"),),
        switches=(Switch(from_model="mid-1", to="big-1", cause="the person"),),
    )


AMOUNTS = st.sampled_from([0.0, 0.25, 0.5, 1.0])
MONEY = st.one_of(
    st.builds(Reserved, reservation=st.integers(1, 4), usd=AMOUNTS, model=st.just("m")),
    st.builds(Spent, reservation=st.integers(1, 4), usd=AMOUNTS, model=st.just("m"), at=st.sampled_from([0.0, 9.0])),
    st.sampled_from([ASKED, Titled(title="t"), Ended(subtype="success")]),
)


@given(records=st.lists(MONEY, max_size=12))
def test_it_agrees_with_the_session_on_every_cent(
    records: list[Record], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("s") / "s"
    assert written(folder, *records).cost_usd == load(folder).spent_usd


def test_what_a_script_answered_is_left_out(tmp_path: Path) -> None:
    scripted = Decided(decision=DECISION, scripted=True)
    call = Spent(reservation=1, model="m", usd=1.0, at=5.0)
    account = written(tmp_path / "s", scripted, call, Decided(decision=DECISION), call, scripted, call)
    assert (account.calls, account.scripted) == ((call,), 2)


def test_the_outcome_is_that_of_the_last_prompt_and_the_judgement_that_of_the_session(tmp_path: Path) -> None:
    verified, ended = Verified(command="pytest", exit_code=0), Ended(subtype="success")
    whole = (ASKED, verified, ended, Judged(good=True))
    done = written(tmp_path / "done", *whole)
    assert (done.verified, done.ended, done.judged) == (verified, ended, True)
    went_on = written(tmp_path / "on", *whole, ASKED)
    assert (went_on.verified, went_on.ended, went_on.judged) == (None, None, True)
    nudged = written(tmp_path / "nudged", *whole, Said(user=User("go on"), host=True))
    assert (nudged.verified, nudged.ended) == (verified, ended)


def test_rewinds_of_files_count_and_those_taken_back_do_not(tmp_path: Path) -> None:
    unsaid, only_files = Unsaid(to_turn=1), PutBack(to_turn=1, undo=PUT_BACK.undo)
    records = (PUT_BACK, Rewound(to_turn=1), PUT_BACK, RewindUndone(), unsaid, RewindUndone(), only_files)
    assert written(tmp_path / "s", *records).rewinds == 2


def test_the_kind_is_the_first_that_was_named(tmp_path: Path) -> None:
    import msgspec

    fix, docs = (msgspec.structs.replace(DECISION, kind=kind, strategy="auto") for kind in ("fix", "docs"))
    plain = written(tmp_path / "a", Decided(decision=DECISION), Shadowed(problem="x"))
    routed = written(tmp_path / "b", Decided(decision=fix), Decided(decision=docs))
    shadowed = written(tmp_path / "c", Decided(decision=DECISION), Shadowed(decision=docs))
    assert [(account.decision and account.decision.kind, account.routed) for account in (plain, routed, shadowed)] == [
        (None, False),
        ("fix", True),
        ("docs", False),
    ]


def test_of_a_folder_nobody_asked_for_only_the_first_line_is_read(tmp_path: Path) -> None:
    written(tmp_path / "s", *RECORDS)
    with (tmp_path / "s" / JOURNAL).open("ab") as file:
        file.write(b'{"n":99,"crc":"00000000","r":{"type":"spent","reservation":1,"model":"m","usd":9}}\n')
    assert read_account(tmp_path / "s", lambda cwd: cwd != "/home/ada/shop") is None
    account = read_account(tmp_path / "s")
    assert account is not None  # the damaged line is left out
    assert account.cost_usd == pytest.approx(0.28)


def test_many_are_read_in_order_and_what_cannot_be_is_named(tmp_path: Path) -> None:
    for name in ("b", "a", "old"):
        written(tmp_path / name, ASKED, header=Header(session_id=name, cwd="/x", created="2026-11-22T14:30:12Z"))
    os.utime(tmp_path / "old" / JOURNAL, (1000.0, 1000.0))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / JOURNAL).write_bytes(b'{"n":1,')
    found = read_accounts(tmp_path, since=2000.0)
    assert ([account.session_id for account in found.found], found.unreadable) == (["a", "b"], ("torn",))
    assert read_accounts(tmp_path / "nowhere") == Accounts(())
    with pytest.raises(UsageError, match="holds nothing that can be read"):
        read_account(tmp_path / "torn")
