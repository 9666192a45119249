"""A session is valid for sending, and its money and turns right, whatever it was interrupted at."""

from pathlib import Path

import pytest
from session_samples import ASK, DECISION, DONE, HEADER, RECORDS, faults, records_in

from droidlite.events import ModelUsage
from droidlite.session.conversation import NOT_RUN, OUTCOME_UNKNOWN, UNREADABLE, Turn
from droidlite.session.export import so_far
from droidlite.session.fold import Fold, Session, load
from droidlite.session.journal import Journal
from droidlite.session.lines import JOURNAL
from droidlite.session.money import Stage
from droidlite.session.records import (
    CallFinished,
    CallStarted,
    Compacted,
    Decided,
    Ended,
    Judged,
    Left,
    Listed,
    Record,
    Replied,
    Reserved,
    RewindUndone,
    Rewound,
    Said,
    Saved,
    Seen,
    Shadowed,
    Spent,
    Switched,
    Titled,
    Verified,
)
from droidlite.tool import Todo
from droidlite.types import Assistant, Call, Switch, ToolResult, ToolResults, Usage, User

TO_BIG = Switch(from_model="mid-1", to="big-1", cause="the person")
THANKS = "Thanks — and naïve café 🧾?"
RESULTS = ToolResults((ToolResult("a", "1\tdef total(): ..."), ToolResult("b", "1 failed", is_error=True)))


def folded(*records: Record) -> Session:
    fold = Fold(HEADER)
    for n, record in enumerate(records, 2):
        fold.add(n, record)
    return fold.session()


def test_a_session_is_what_its_records_add_up_to() -> None:
    assert folded(*RECORDS) == Session(
        header=HEADER,
        title="Fix the till",
        messages=(User("Fix the till\n\nIt is a cent off."), ASK, RESULTS, DONE, User(THANKS)),
        turns=(Turn(1, "Fix the till", 3, "Fix the till\n\nIt is a cent off."), Turn(2, THANKS, 14, THANKS)),
        spent_usd=0.28,
        reserved_open_usd=0.25,
        next_reservation=4,
        usage={"mid-1": ModelUsage(usage=Usage(input=30, output=12), cost_usd=0.03, calls=2)},
        calls=tuple(record for record in RECORDS if isinstance(record, Spent)),
        stages=(Stage(model="mid-1", calls=2, usd=0.03), Stage(model="big-1", switch=TO_BIG)),
        decision=Decided(decision=DECISION, spec_id="mid-1"),
        shadowed=None,
        switches=(TO_BIG,),
        model="big-1",
        todos=(),
        unanswered=(),
        saved=(),
        left={},
        seen={},
        head=None,
        told={},
        parted=None,
        verified=None,
        judged=None,
        ended=None,
        denials=(),
        warnings=(),
    )


def test_results_come_in_the_order_of_the_calls() -> None:
    session = folded(
        Said(user=User("x")),
        Replied(assistant=ASK),
        CallFinished(result=ToolResult("b", "second")),
        CallFinished(result=ToolResult("a", "first")),
    )
    assert session.messages[-1] == ToolResults((ToolResult("a", "first"), ToolResult("b", "second")))


def test_a_call_without_result_is_answered_by_what_is_known_of_it() -> None:
    session = folded(Said(user=User("x")), Replied(assistant=ASK), CallStarted(call_id="a", name="read"))
    made_up = (ToolResult("a", OUTCOME_UNKNOWN, is_error=True), ToolResult("b", NOT_RUN, is_error=True))
    assert (session.messages[-1], session.unanswered) == (ToolResults(made_up), made_up)


def test_of_a_session_that_runs_only_what_is_known_is_told() -> None:
    known = ToolResult("a", "first")
    session = folded(Said(user=User("x")), Replied(assistant=ASK), CallFinished(result=known))
    assert session.messages[-1] == ToolResults((known, ToolResult("b", NOT_RUN, is_error=True)))
    assert so_far(session).messages == (*session.messages[:-1], ToolResults((known,)))


def test_opening_records_the_made_up_results_so_that_they_stay(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "s", HEADER) as journal:
        for record in RECORDS[:6]:  # killed while call a runs
            journal.append(record)
    before = load(tmp_path / "s")
    journal, session = Journal.open(tmp_path / "s")
    with journal:
        journal.append(Said(user=User("go on")))
    assert before.messages == session.messages == load(tmp_path / "s").messages[:-1]
    assert (session.unanswered, records_in(tmp_path / "s")[7:9]) == (
        (),
        [
            CallFinished(result=ToolResult("a", OUTCOME_UNKNOWN, is_error=True)),
            CallFinished(result=ToolResult("b", NOT_RUN, is_error=True)),
        ],
    )


@pytest.mark.parametrize("kept", range(len(RECORDS) + 1))
def test_stopped_after_any_record_the_conversation_can_be_sent(kept: int) -> None:
    assert faults(folded(*RECORDS[:kept]).messages) == []


def test_two_calls_of_one_id_get_a_result_each() -> None:
    twins = Assistant("", (Call("a", "read", "{}"), Call("a", "read", "{}")))
    session = folded(
        Said(user=User("x")),
        Replied(assistant=twins),
        CallFinished(result=ToolResult("a", "one")),
        CallFinished(result=ToolResult("a", "two")),
        CallFinished(result=ToolResult("a", "three too many")),
    )
    assert session.messages[-1] == ToolResults((ToolResult("a", "one"), ToolResult("a", "two")))


def test_a_prompt_without_reply_stays_and_another_follows() -> None:
    session = folded(Said(user=User("one")), Said(user=User("two")))
    assert session.messages == (User("one"), User("two"))


def test_what_the_host_says_begins_no_turn() -> None:
    session = folded(Said(user=User("one")), Said(user=User("Your reply was empty."), host=True))
    assert session.turns == (Turn(1, "one", 2, "one"),)


def test_a_reply_whose_prompt_was_lost_still_follows_one() -> None:
    fold = Fold(HEADER)
    fold.add(3, Replied(assistant=DONE))
    fold.gap()
    fold.add(5, Replied(assistant=DONE))
    assert fold.session().messages == (User(UNREADABLE), DONE, User(UNREADABLE), DONE)


def test_damage_that_was_cut_out_reads_the_same_ever_after(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "s", HEADER) as journal:
        journal.extend(
            [Said(user=User("one")), Replied(assistant=DONE), Said(user=User("two")), Replied(assistant=DONE)]
        )
    lines = (tmp_path / "s" / JOURNAL).read_bytes().splitlines(keepends=True)
    (tmp_path / "s" / JOURNAL).write_bytes(b"".join([*lines[:3], b"damaged\n", lines[4]]))
    journal, session = Journal.open(tmp_path / "s")
    journal.close()
    assert session.messages == (User("one"), DONE, User(UNREADABLE), DONE)
    assert load(tmp_path / "s").messages == session.messages


def test_a_compaction_replaces_everything_before_it() -> None:
    session = folded(*RECORDS, Compacted(messages=(User("Summary."),)), Replied(assistant=DONE))
    assert session.messages == (User("Summary."), DONE)


def test_an_aborted_reply_is_charged_its_reservation_also_when_its_number_comes_again() -> None:
    session = folded(
        Reserved(reservation=1, usd=0.5, model="m"),  # killed here
        Reserved(reservation=1, usd=0.25, model="m"),
        Spent(reservation=1, model="m", usd=0.125),
        Reserved(reservation=2, usd=4.0, model="m"),
    )
    assert (session.spent_usd, session.reserved_open_usd, session.next_reservation) == (4.625, 4.0, 3)


def test_a_rewind_takes_back_messages_turns_and_saves_but_not_money() -> None:
    before = folded(*RECORDS[:12])
    session = folded(*RECORDS, Saved(turn=2, path="a.py", blob="0" * 64, mode=0o100644), Rewound(to_turn=2))
    assert (session.messages, session.turns, session.saved) == (before.messages, before.turns, ())
    assert (session.spent_usd, session.left) == (0.28, {"a.py": "0" * 64})


def test_commands_are_known_by_turn_and_go_with_a_rewind() -> None:
    ran = (*RECORDS, CallStarted(call_id="c9", name="shell", command="touch x"))
    assert (folded(*ran).commands_since(2), folded(*ran).commands_since(3)) == (("touch x",), ())
    assert folded(*ran, Rewound(to_turn=2)).commands_since(1) == ()
    assert folded(*ran, Rewound(to_turn=2), RewindUndone()).commands_since(1) == ("touch x",)


def test_a_rewind_beyond_a_compaction_brings_the_messages_back() -> None:
    session = folded(*RECORDS, Compacted(messages=(User("Summary."),)), Said(user=User("three")), Rewound(to_turn=2))
    assert session.messages == folded(*RECORDS[:12]).messages


def test_turns_count_on_after_a_rewind() -> None:
    session = folded(*RECORDS, Rewound(to_turn=2), Said(user=User("other way")))
    assert [(turn.number, turn.text) for turn in session.turns] == [(1, "Fix the till"), (2, "other way")]


def test_a_rewind_can_be_taken_back_until_the_next_prompt() -> None:
    undone = folded(*RECORDS, Rewound(to_turn=1), RewindUndone())
    too_late = folded(*RECORDS, Rewound(to_turn=1), Said(user=User("new")), RewindUndone())
    assert (undone, too_late.messages) == (folded(*RECORDS), (User("new"),))


def test_a_rewind_to_no_turn_changes_nothing() -> None:
    assert folded(*RECORDS, Rewound(to_turn=7)) == folded(*RECORDS)


def test_the_rest_is_remembered_as_it_was_last() -> None:
    session = folded(
        Titled(title="till"),
        Listed(todos=(Todo("old"),)),
        Listed(todos=(Todo("test", "completed"),)),
        Verified(command="pytest", exit_code=1),
        Said(user=User("x")),
        Replied(assistant=ASK),
        CallFinished(result=ToolResult("a", "Refused: outside the root.", is_error=True), denied=True),
        Left(turn=1, files={"a.py": ""}),
        Ended(subtype="success", result="ok"),
    )
    assert (session.title, session.todos, session.verified, session.denials, session.left, session.ended) == (
        "till",
        (Todo("test", "completed"),),
        Verified(command="pytest", exit_code=1),
        ("Refused: outside the root.",),
        {"a.py": ""},
        Ended(subtype="success", result="ok"),
    )


def test_what_auto_would_have_chosen_and_the_persons_judgement_are_kept_and_end_nothing() -> None:
    shadowed = Shadowed(decision=DECISION)
    session = folded(
        Shadowed(problem="no evidence"),
        shadowed,
        Ended(subtype="success"),
        Judged(good=True),
        Judged(good=False),
    )
    assert (session.shadowed, session.judged, session.ended, session.model) == (
        shadowed,
        Judged(good=False),
        Ended(subtype="success"),
        "",
    )


def test_calls_without_a_known_price_are_counted_apart() -> None:
    one, two = Usage(input=10, output=5), Usage(input=20)
    session = folded(
        Spent(reservation=1, model="m", usage=one, usd=0.25, at=5.0),
        Spent(reservation=2, model="m", usage=two, usd=0.0, unpriced=True),
    )
    assert session.usage == {"m": ModelUsage(usage=Usage(input=30, output=5), cost_usd=0.25, calls=2, unpriced=1)}


def test_of_a_file_the_newest_thing_known_holds() -> None:
    old, new = (Seen(path="/r/a.py", mtime_ns=n, size=n, inode=7, digest=str(n)) for n in (1, 2))
    other = Seen(path="/r/b.py", mtime_ns=1, size=1, inode=8, digest="")
    assert folded(old, other, new).seen == {"/r/a.py": new, "/r/b.py": other}


def test_what_was_spent_is_told_by_the_model_at_work() -> None:
    """A check counts for the stage it ends; a call of the adviser for the one it advised."""
    spent = [
        Spent(reservation=n, model=model, usd=n / 100, judge=model == "wise")
        for n, model in enumerate(("mid-1", "wise", "big-1", "own-1"), 1)
    ]
    session = folded(
        Decided(decision=DECISION, spec_id="mid-1"),
        spent[0],
        spent[1],
        Verified(command="t", exit_code=1),
        Switched(switch=TO_BIG),
        Verified(command="t", exit_code=1),
        spent[2],
        Verified(command="t", exit_code=0, passed=True),
        Decided(decision=DECISION, spec_id="big-1"),
        Decided(decision=DECISION, spec_id="own-1"),
        spent[3],
    )
    assert session.stages == (
        Stage(model="mid-1", calls=2, usd=0.03, passed=False),
        Stage(model="big-1", switch=TO_BIG, calls=1, usd=0.03, passed=True),
        Stage(model="own-1", calls=1, usd=0.04),
    )
    assert sum(stage.usd for stage in session.stages) == session.spent_usd
