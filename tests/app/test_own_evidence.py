"""A person's own sessions as evidence."""

from datetime import date

import pytest

from droidlite.app.own_evidence import runs_of
from droidlite.routing.evidence import Evidence, Kind, Record
from droidlite.routing.learned import Run, learn
from droidlite.session.outcomes import Outcome
from droidlite.types import Switch

TODAY = date(2026, 11, 24)
DAY = "2026-11-24"


def outcome(*switches: Switch, solved: bool = True, models: tuple[str, ...] = ("small", "large")) -> Outcome:
    return Outcome(
        session_id="s",
        date=1_795_521_600.0,  # 2026-11-24, noon UTC
        kind="fix",
        confidence=0.9,
        models=models,
        cost_usd={"small": 0.1, "large": 1.0},
        calls={"small": 3, "large": 2},
        switches=switches,
        solved=solved,
        weight=1.0,
        basis="verified",
    )


def test_the_model_whose_check_failed_has_failed_and_the_last_has_the_outcome() -> None:
    failed = Switch(from_model="small", to="large", cause="the check still fails")
    assert list(runs_of(outcome(failed))) == [
        Run(kind="fix", model="small", solved=False, weight=1.0, cost=0.1, date=DAY),
        Run(kind="fix", model="large", solved=True, weight=1.0, cost=1.0, date=DAY),
    ]


def test_a_model_that_was_stopped_counts_weakly() -> None:
    stopped = Switch(from_model="small", to="large", cause="small has spent $0.10; few of the tasks ...")
    assert [(run.model, run.solved, run.weight) for run in runs_of(outcome(stopped, solved=False))] == [
        ("small", False, 0.3),
        ("large", False, 1.0),
    ]


def test_a_model_that_could_not_be_reached_tells_nothing_of_itself() -> None:
    gone = Switch(from_model="small", to="large", cause="no way to it is open (house: overloaded)")
    assert [(run.model, run.solved, run.weight) for run in runs_of(outcome(gone))] == [("large", True, 1.0)]
    back = Switch(from_model="large", to="small", cause="the check still fails")
    told = runs_of(outcome(gone, back, models=("large", "small")))
    assert [(run.model, run.solved, run.weight) for run in told] == [("large", False, 1.0), ("small", True, 1.0)]


def test_runs_add_up_by_kind_model_weight_and_age() -> None:
    runs = [
        Run(kind="fix", model="vendor/Large-1.0", solved=True, weight=1.0, cost=1.0, date=DAY),
        Run(kind="fix", model="large-1.0", solved=False, weight=1.0, cost=3.0, date="2025-11-24"),
        Run(kind="fix", model="large-1.0", solved=True, weight=0.0, cost=9.0, date=DAY),
        Run(kind="", model="large-1.0", solved=True, weight=1.0, cost=9.0, date=DAY),
    ]
    assert learn(runs, TODAY) == Evidence(
        version="own",
        kinds={"fix": Kind(models={"large-1-0": Record(runs=1.5, solved=1.0, cost=pytest.approx(5 / 3))})},
    )
