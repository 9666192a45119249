"""A person's own sessions under other policies, by the true binary."""

import json
from pathlib import Path
from typing import Any

import pytest
from binary import configure, droidlite
from past_sessions import HOUSE, MIXED, PROMPT, TERMINAL, decided, put, spent

from droidlite.session.records import Decided, Ended, Judged, Shadowed, Verified
from droidlite.types import Estimate, Interval, RoutingDecision, Stage, Usage

DONE, FAILED = Ended(subtype="success"), Ended(subtype="error_verify")
PASSED, FAILS = Verified(command="pytest", exit_code=0), Verified(command="pytest", exit_code=1)
WOULD = RoutingDecision(
    model="dear",
    endpoint="house",
    strategy="auto",
    kind="fix",
    confidence=0.9,
    estimate=Estimate(stages=(Stage("dear"),), success=Interval(0.75, 0.5, 0.9), cost=Interval(1, 0.5, 2)),
)


@pytest.fixture
def repo(repo: Path) -> Path:
    configure(HOUSE)
    return repo


def four_sessions(repo: Path) -> None:
    routed = Decided(
        decision=RoutingDecision(
            model="cheap", endpoint="house", strategy="auto", kind="fix", confidence=0.9, estimate=WOULD.estimate
        )
    )
    put("a", repo, routed, PROMPT, spent("cheap", 0.5, usage=MIXED), PASSED, DONE)
    put("b", repo, decided("chosen"), Shadowed(decision=WOULD), PROMPT, spent("cheap", 0.5, usage=MIXED), FAILS, FAILED)
    put("c", repo, decided("chosen", "dear"), PROMPT, spent("dear", 7.0, usage=Usage(input=700_000)), DONE)
    put("d", repo, decided("chosen"), PROMPT, spent("cheap", 0.25, usage=None), DONE, Judged(good=True))
    put("e", repo, decided("chosen"), PROMPT, spent("mystery", 0, unpriced=True), DONE)
    put("s", repo, decided("chosen", scripted=True), PROMPT, spent("scripted", 0.0), DONE)


def told(repo: Path, *words: str) -> Any:
    ran = droidlite("router", "replay", "--json", *words, cwd=repo, env=TERMINAL)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_every_session_is_priced_under_every_policy_on_its_own_tokens(repo: Path) -> None:
    four_sessions(repo)
    replay = told(repo)
    assert (replay["sessions"], replay["unpriced"], replay["scripted"]) == (4, 1, 1)
    rows = {row.pop("session_id"): row for row in replay["replayed"]}
    assert rows["a"] == {
        "date": "2026-11-20",
        "kind": "fix",
        "models": ["cheap"],
        "solved": True,
        "basis": "verified",
        "cost_usd": 0.5,
        "policies": {"cheap": 0.5, "dear": 14.0, "auto": 0.5},
        "auto": "as it ran",
    }
    assert rows["b"] == rows["a"] | {
        "solved": False,
        "policies": {"cheap": 0.5, "dear": 14.0, "auto": 14.0},
        "auto": "shadowed",
    }
    assert (rows["c"]["policies"]["cheap"], rows["c"]["policies"]["dear"]) == (0.7, 7.0)
    assert (rows["c"]["kind"], rows["c"]["solved"], rows["c"]["basis"], rows["c"]["auto"]) == (
        "other",
        True,
        "unverified",
        "planned",
    )
    assert rows["d"]["policies"] == {"cheap": 0.25, "dear": 0.25, "auto": 0.25}  # tokens not known: as it was


def test_sums_say_how_many_outcomes_are_known_and_how_many_are_expected(repo: Path) -> None:
    four_sessions(repo)
    was, auto, cheap, dear = told(repo)["policies"]
    assert was == {
        "policy": "as it was",
        "sessions": 4,
        "cost_usd": 8.25,
        "was_usd": 8.25,
        "expected": None,
        "expected_of": 0,
        "per_solved_usd": 0.625,
        "solved": 2,
        "known": 3,
        "too_long": 0,
        "reference": False,
    }
    assert [(row["policy"], row["cost_usd"], row["was_usd"], row["reference"]) for row in (cheap, dear)] == [
        ("always cheap", 1.95, 8.25, False),
        ("always dear", 35.25, 8.25, True),
    ]
    assert (auto["policy"], auto["sessions"], auto["expected_of"]) == ("auto", 4, 4)
    for row in (auto, cheap, dear):
        assert 0 < row["expected"] < 4
        assert row["per_solved_usd"] == pytest.approx(row["cost_usd"] / row["expected"], rel=1e-3)
    assert cheap["expected"] < dear["expected"]
    assert [row["too_long"] for row in (cheap, dear)] == [3, 3]  # 1.3 M and 0.7 M tokens in a window of 32,768


def test_what_is_assumed_is_said_plainly_at_80_columns(repo: Path) -> None:
    four_sessions(repo)
    ran = droidlite("router", "replay", cwd=repo, env=TERMINAL)
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    text = " ".join(ran.out.split())
    for sentence in (
        "as it was 4 $8.25 2 of 3 $0.62",
        "* the reference:",
        "Same tokens: every call is priced with the tokens it used",
        "The cache as it was:",
        "Nothing was run again:",
        "1 other nobody did.",
        "Auto, by sessions: 1 ran on auto: what they cost; 1 had auto in shadow:",
        "2 had neither: what auto would plan today",
        "Too long: sessions with a call larger than the model's context",
        "Left out, for a price of theirs is not known: 1 session.",
        "1 session answered by a script left out.",
    ):
        assert sentence in text


def test_since_takes_whole_sessions_and_nothing_is_said_so(repo: Path) -> None:
    put(
        "a", repo, decided("chosen"), PROMPT, spent("cheap", 0.5, usage=MIXED), spent("cheap", 0.5, day=22, usage=MIXED)
    )
    assert told(repo, "--since", "2026-11-22")["policies"][0]["cost_usd"] == 1.0
    assert told(repo, "--since", "2026-11-23")["policies"] == []
    ran = droidlite("router", "replay", "--since", "2026-11-23", cwd=repo)
    assert ran.out.splitlines()[-1] == "There is nothing to replay; --all takes the sessions of every folder."
    wrong = droidlite("router", "replay", "--since", "never", cwd=repo)
    assert (wrong.code, "--since takes a time such as 30d" in wrong.err) == (2, True)
