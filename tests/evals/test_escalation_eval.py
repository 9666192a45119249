"""`droidlite router eval --escalation` through the true program, on a synthetic table with known answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from binary import Ran, configure, droidlite
from made_steps import HEADER, PRICED, run_of, write_steps

PREMIUM, NUDGE, ADVICE = 0.045, 0.0001, 0.056
"""10,000 tokens cold; 100 to the cheap model; 6,000 + 1,000 of the dear one, read by the cheap one. See made_steps."""


def run(folder: Path, *words: str) -> Ran:
    return droidlite("router", "eval", "--escalation", "steps.csv", *words, cwd=folder)


def judged(folder: Path, *words: str) -> Any:
    ran = run(folder, *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    configure(PRICED)
    write_steps(tmp_path / "steps.csv", 60)
    return tmp_path


def figures(told: Any) -> dict[str, tuple[float, ...]]:
    keys = ("solved_pct", "cost_usd", "cost_per_solved", "switches")
    return {name: tuple(round(each[key], 9) for key in keys) for name, each in told["policies"].items()}


def row(solved: float, fails_usd: float, *, switches: float = 0.5) -> tuple[float, ...]:
    """Half of the tasks cost $0.10."""
    usd = (0.1 + fails_usd) / 2
    return solved, round(usd, 9), round(usd * 100 / solved, 9), switches


def test_without_a_check_from_a_start_of_ones_own(folder: Path) -> None:
    told = judged(folder, "--start", "cheap", "--bootstrap", "50")
    assert figures(told) == {
        "start_alone": row(50.0, 0.3, switches=0.0),
        "spend_stop": row(100.0, 0.1 + PREMIUM + 0.4),  # at the fourth step it has cost what its solved tasks do
        # told at the fourth step; then spend beside calls that cannot be read, which takes two: advised at the sixth
        "ladder": row(100.0, 0.2 + NUDGE + ADVICE + PREMIUM + 0.4),
        "any_sign": row(100.0, 0.1 + PREMIUM + 0.4),
        "first_sign": row(100.0, 0.1 + PREMIUM + 0.4),
        "frontier": (100.0, 0.4, 0.4, 0.0),
        "oracle": (100.0, 0.25, 0.25, 0.0),
    }
    ladder = told["policies"]["ladder"]
    assert (ladder["rescued_pct"], ladder["wasted_pct"], ladder["nudges"], ladder["consults"]) == (100, 0, 0.5, 0.5)
    low, high = ladder["cost_ci"]
    assert low < ladder["cost_usd"] < high
    assert (told["frontier"], told["plans"], told["worth"]) == (
        "dear", ["bug-fix: cheap (5 of 5 folds)"], "4 times what dear pays for one",
    )  # fmt: skip


def test_with_a_check_from_the_plan(folder: Path) -> None:
    told = judged(folder, "--verified", "--bootstrap", "0")
    found = figures(told)
    assert found["check_only"] == row(100.0, 0.3 + PREMIUM + 0.4)
    assert found["ladder"] == row(100.0, 0.1 + PREMIUM + 0.4)
    assert told["plans"] == ["bug-fix: cheap until $0.10 or a failed check, then dear (5 of 5 folds)"]
    assert told["policies"]["ladder"]["solved_ci"] is None


def test_a_task_is_judged_by_the_others_alone(folder: Path) -> None:
    """Who had seen that the second task is solved for $0.30 would not call $0.10 a spend past what is solved."""
    ends = ((5, 0.1, "solved"), (12, 0.3, "solved"), (12, 0.3, "failed"))
    rows = [
        f"t{number},{row},bug-fix,r{number}"
        for number, end in enumerate(ends)
        for row in (*run_of("cheap", *end, ""), *run_of("dear", 4, 0.4, "solved", ""))
    ]
    (folder / "steps.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    told = judged(folder, "--start", "cheap", "--folds", "3", "--bootstrap", "0")["policies"]["first_sign"]
    assert told["switches"] == pytest.approx(1 / 3)
    assert (told["wasted_pct"], told["cost_usd"]) == (100.0, pytest.approx((0.1 + 0.1 + PREMIUM + 0.4 + 0.3) / 3))


def test_settings_of_the_router_hold_here_too(folder: Path) -> None:
    configure(f"[router]\nmax_switch_share = 0.0\ntask_value_usd = 0.0\n{PRICED}")
    found = figures(judged(folder, "--start", "cheap", "--bootstrap", "0"))
    assert found["ladder"] == row(50.0, 0.3 + NUDGE, switches=0.0)
    assert found["any_sign"] == found["start_alone"]
    assert found["first_sign"][0] == 100.0


def test_the_table(folder: Path) -> None:
    ran = run(folder, "--start", "cheap", "--group", "repo", "--bootstrap", "20")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:3] == [
        "60 tasks (60 bug-fix), 2 models, 5 folds, 20 repositories kept whole",
        "Mode balanced, unverified: nobody checks how a run ended.",
        "A solved task is worth 4 times what dear pays for one; switches may cost 20% of the task.",
    ]
    assert [line.split("  ")[0] for line in lines[5:12]] == [
        "start alone", "spend stop only", "ladder", "any one sign, priced", "first sign, any price",
        "dear from the start", "oracle (hindsight)",
    ]  # fmt: skip
    assert "  bug-fix: cheap (5 of 5 folds)" in lines
    assert any(line.startswith("A model that takes over is counted as if it began the task anew") for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tasks", "tasks.jsonl"), "--escalation TABLE goes without FOLDER, --tasks, --outcomes, --png, "
         "--verified-catch and --verified-false-alarm; its check is a perfect one."),
        (("--verified-catch", "0.5"), "--escalation TABLE goes without FOLDER, --tasks, --outcomes, --png, "
         "--verified-catch and --verified-false-alarm; its check is a perfect one."),
        (("--escalation", "gone.csv"), "--escalation gone.csv: there is no such file."),
        (("--start", "chaep"), "--start chaep: no such model takes part; they are cheap, dear."),
        (("--models", "deer"), "--models deer: the tables have no such model. Nearest: dear."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(words: tuple[str, ...], said: str, folder: Path) -> None:
    ran = run(folder, *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"droidlite: {said}\n")


def test_what_belongs_to_it_is_refused_without_it(folder: Path) -> None:
    ran = droidlite("router", "eval", ".", "--verified", cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "droidlite: --verified and --start belong to --escalation TABLE; of outcomes ask --verified-catch.\n"
    )


def test_a_model_without_a_price_is_named(folder: Path) -> None:
    configure('[[models]]\nid = "cheap"\nprovider = "house"\n')
    ran = run(folder)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "droidlite: steps.csv: the price of cheap is not known, so no switch to it can be weighed; give it one under "
        "[[models]] in your settings, or leave it out with --models '!cheap'.\n"
    )


def test_runs_that_are_missing(folder: Path) -> None:
    lines = (folder / "steps.csv").read_text().splitlines()
    (folder / "steps.csv").write_text("\n".join(line for line in lines if not line.startswith("t7,dear")) + "\n")
    told = judged(folder, "--verified", "--frontier", "cheap", "--bootstrap", "0")
    assert (told["tasks"], told["notes"]) == (59, ["1 task is left out: not every model has a run there."])


def test_no_task_that_all_models_ran(folder: Path) -> None:
    header = (folder / "steps.csv").read_text().splitlines()[0]
    rows = ["t1,cheap,1,0.1,,,,solved,,", "t2,dear,1,0.1,,,,solved,,", "t2,cheep,1,0.1,,,,solved,,"]
    (folder / "steps.csv").write_text("\n".join([header, *rows]) + "\n")
    ran = run(folder, "--frontier", "dear")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "droidlite: There is no task at which all of cheap, cheep, dear have a run, and any of them may take over; "
        "cheap has fewest: leave it out with --models '!cheap'.\n"
    )
