"""What /cost and /context say is what the journal, the budget and the status line say, to the cent and the token."""

from pathlib import Path

import pytest
from binary import configure, write_script
from chats import opened, says
from fakes import Records
from past_sessions import HOUSE, PROMPT, decided, put

from droidlite.agent.transcript import Transcript
from droidlite.session.records import Reserved, Spent, Switched, Verified
from droidlite.types import Assistant, Switch, Usage, User
from droidlite.ui.bill import Bill, StageCost, bill_lines
from droidlite.ui.filling import Filling, rows
from droidlite.ui.spending import ModelSpend

SWITCH = Switch(from_model="cheap", to="dear", cause="the check still fails", price_usd=0.5)
AT = 1_795_000_000.0


def call(number: int, model: str, usd: float, usage: Usage | None, **rest: bool) -> Spent:
    return Spent(reservation=number, model=model, usd=usd, usage=usage, at=AT, **rest)


def test_a_bill_adds_up_to_what_budget_and_journal_say(tmp_path: Path) -> None:
    """With a call the session was killed in, one of an unknown price and one of an adviser; the cache read at a tenth
    and written at the price of input."""
    configure(HOUSE)
    cached, written = Usage(input=10, cache_read=1_000_000, output=10), Usage(cache_write=500_000, output=10)
    put(
        "a",
        tmp_path,
        decided("chosen"),
        PROMPT,
        Reserved(reservation=1, usd=0.3, model="cheap"),  # killed here
        call(2, "cheap", 0.10003, cached),
        call(3, "dear", 0.07, Usage(input=5, output=5), judge=True),
        Verified(command="t", exit_code=1),
        Switched(switch=SWITCH),
        call(4, "dear", 0.200004, None),
        call(5, "mystery", 0.0, written, unpriced=True),
        Verified(command="t", exit_code=0),
    )
    with opened(tmp_path, model="cheap", resume="a", max_cost=5.0) as chat:
        bill, spent_usd, journal = chat.bill(), chat.status().cost_usd, chat.store.load("a")
    assert bill == Bill(
        total_usd=spent_usd,
        cap_usd=5.0,
        models=(
            ModelSpend(model="dear", calls=2, usage=Usage(input=5, output=5), cost_usd=0.270004),
            ModelSpend(model="cheap", calls=1, usage=cached, cost_usd=0.10003),
            ModelSpend(model="mystery", calls=1, usage=written, cost_usd=0.0, unpriced=1),
        ),
        lost_usd=pytest.approx(0.3),
        beside_calls=1,
        beside_usd=0.07,
        saved_usd=pytest.approx(0.9),
        stages=(
            StageCost(model="cheap", calls=2, cost_usd=pytest.approx(0.17003), passed=False),
            StageCost(model="dear", calls=2, cost_usd=0.200004, switch=SWITCH, passed=True),
        ),
    )
    assert spent_usd == journal.spent_usd == pytest.approx(0.670034)
    assert sum(row.cost_usd for row in bill.models) + bill.lost_usd + bill.open_usd == pytest.approx(spent_usd)
    assert sum(stage.cost_usd for stage in bill.stages) + bill.lost_usd == pytest.approx(spent_usd)
    assert bill_lines(bill, 80) == [
        "$0.67 of $5.00 in this session",
        "",
        "model                calls  tokens in  cached  tokens out     cost",
        "dear                     2          5      0%           5  $0.2700",
        "cheap                    1  1,000,010    100%          10  $0.1000",
        "mystery                  1    500,000      0%          10  $0.0000",
        "broken off, at most                                        $0.3000",
        "total                    4  1,500,015     67%          25  $0.6700",
        "",
        "mystery: 1 call at a price not known, and in no sum",
        "of which $0.0700 for 1 call beside the work (judge, reviewer, adviser)",
        "the cache saved $0.90: without it $1.57",
        "",
        "model by model, and what came of it:",
        "- cheap: $0.17 for 2 calls; the check failed",
        "- dear: $0.20 for 2 calls; the check passed. It took over: the check still",
        "  fails; $0.50 for the switch",
    ]


def test_the_parts_of_the_context_add_up_to_what_the_status_line_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "AGENTS.md").write_text("Tabs, not spaces.\n" * 50)
    (tmp_path / "a.py").write_text("x = 1\n" * 200)
    read = {"calls": [{"name": "read", "arguments": {"file_path": "a.py"}}]}
    script = write_script(tmp_path / "s.jsonl", [read, {"text": "A file of ones."}])
    monkeypatch.setenv("DROIDLITE_SCRIPT", script["DROIDLITE_SCRIPT"])
    with opened(tmp_path, trust="now") as chat:
        before = chat.filling()
        says(chat, "what is in a.py?")
        after, status = chat.filling(), chat.status()
    assert [name for name, _ in after.parts] == [
        "system prompt",
        "tools",
        "AGENTS.md and facts",
        "conversation",
        "tool results",
    ]
    assert (before.begun, after.begun) == (False, True)
    assert [count > 0 for _, count in before.parts] == [True, True, False, False, False]
    assert all(count > 0 for _, count in after.parts)
    assert (after.used, after.used + after.free) == (status.context_tokens, status.context_window)


def test_what_a_service_has_counted_is_shared_out() -> None:
    filling = Filling(model="m", parts=(("a", 1), ("b", 2), ("c", 0)), window=9)
    assert [row for _, _, row in rows(filling, 80)] == [
        "a     1  11.1%",
        "b     2  22.2%",
        "c     0   0.0%",
        "free  6  66.7%",
    ]
    over = Filling(model="m", parts=(("a", 12),), window=10)
    assert [row for _, _, row in rows(over, 80)] == ["a     12  100.0%", "free   0    0.0%"]


def test_what_the_service_counted_and_what_was_said_since_are_weighed_apart() -> None:
    transcript = Transcript(system="s" * 360, tools=(), journal=Records())
    transcript.say(User("facts " * 10))
    transcript.hear(Assistant("Yes.", model="m", usage=Usage(input=1_000, cache_read=9_000, output=5)), None)
    transcript.say(User("x" * 3_600))
    system, tools, each = transcript.weights()
    assert (transcript.counted, system > 5_000, each[0] > 1_000) == (10_000, True, True)
    assert each[2] == pytest.approx(3_632 / 3.6)
    assert system + tools + sum(each) == pytest.approx(transcript.estimate(), abs=1)
