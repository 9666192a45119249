"""`droidlite router eval` and scripts/make-priors through the true programs, on small tables with known answers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from binary import Ran, droidlite
from made_tables import half_and_all, write_tables

from droidlite.routing.evidence import Evidence

ROOT = Path(__file__).parents[2]
MAKE_PRIORS = ROOT / "scripts" / "make-priors"
PRIORS = ROOT / "droidlite" / "routing" / "priors.json"
POLICIES = ["frontier", "best_single", "mix_99", "oracle", "text", "kind", "budget_stop", "verified_cascade", "auto",
            "auto_verified"]  # fmt: skip


def run(folder: Path, *words: str, env: dict[str, str] | None = None) -> Ran:
    return droidlite("router", "eval", *words, cwd=folder, env=env)


def judged(folder: Path, *words: str) -> Any:
    ran = run(folder, *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A cheap model that solves every second task, and a dear one that solves all."""
    return write_tables(tmp_path / "tables", half_and_all(120), prompt="Mend number")


def test_json_tells_every_policy_as_shares_of_the_frontier(tables: Path) -> None:
    told = judged(tables, ".", "--bootstrap", "50")
    assert (told["frontier"], list(told["policies"])) == ("dear", POLICIES)
    exact = {name: each for name, each in told["policies"].items() if name not in ("mix_99", "text")}
    assert {name: (each["pass_pct"], each["cost_pct"], each["cost_per_solved"]) for name, each in exact.items()} == {
        "frontier": (100.0, 100.0, 4.0),
        "best_single": (100.0, 100.0, 4.0),
        "oracle": (100.0, 62.5, 2.5),
        "kind": (100.0, 100.0, 4.0),
        "budget_stop": (100.0, 100.0, 4.0),
        "verified_cascade": (100.0, 75.0, 3.0),
        "auto": (100.0, 100.0, 4.0),
        "auto_verified": (100.0, 75.0, 3.0),
    }  # fmt: skip
    assert told["policies"]["auto_verified"]["gain_over_mix"] == pytest.approx(100 - 250 / 3)
    assert told["policies"]["auto_verified"]["chosen"] == ["bug-fix: cheap -> dear (5 of 5 folds)"]
    assert {"pass_pct", "cost_pct", "cost_per_solved", "pass_ci", "cost_ci", "gain_over_mix"} <= set(
        told["policies"]["auto"]
    )
    assert sum(each["runs"] for each in told["calibration"]["bins"]) == 240
    # a quarter of the squared distance for the model that tosses a coin, none for the other
    assert told["calibration"]["brier"] == pytest.approx(0.125, abs=0.01)
    assert told["calibration"]["ece"] < 0.05


def test_a_check_that_sees_half_and_cries_wolf(tables: Path) -> None:
    """Of 60 failures 30 go on to the dear model, of 60 solved ones 6: (60 + 30) of 120 at 120 + 36 x 4 of 480 USD."""
    told = judged(tables, ".", "--verified-catch", "0.5", "--verified-false-alarm", "0.1", "--bootstrap", "0")
    score = told["policies"]["auto_verified"]
    assert (score["pass_pct"], score["cost_pct"]) == (pytest.approx(75.0), pytest.approx(55.0))
    assert score["pass_ci"] == [pytest.approx(75.0), pytest.approx(75.0)]


def test_it_is_the_same_twice_and_another_with_another_seed(tables: Path) -> None:
    first, again, other = (
        judged(tables, ".", "--seed", seed, "--bootstrap", "20")["policies"] for seed in ("1", "1", "2")
    )
    assert first == again
    assert first["oracle"]["cost_ci"] != other["oracle"]["cost_ci"]


def test_any_benchmark_kind_and_model_takes_part_and_repositories_stay_whole(tmp_path: Path) -> None:
    runs = half_and_all(60) | {"new": [(1, 0.5)] * 30 + [None] * 30}
    folder = write_tables(tmp_path / "t", runs, kinds="a" * 30 + "b" * 30)
    told = judged(
        folder, "--tasks", "tasks.jsonl", "--outcomes", "outcomes.csv", "--group", "repo", "--frontier", "dear"
    )
    assert (told["kinds"], told["groups"]) == ({"a": 30, "b": 30}, 20)
    assert told["policies"]["kind"]["chosen"] == ["b: dear (5 of 5 folds)", "a: new (4 of 5 folds)"]
    assert told["policies"]["best_single"]["chosen"] == ["dear (5 of 5 folds)"]
    assert "text" not in told["policies"]
    assert told["notes"] == ["The text baseline is left out: no task has a prompt."]


def test_the_table_and_the_picture(tables: Path) -> None:
    ran = run(tables, ".", "--png", "curve.png", "--bootstrap", "20")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:2] == [
        "120 tasks (120 bug-fix), 2 models, 5 folds, tasks drawn by lot, mode balanced",
        "100 % is what dear alone solves and costs on the same tasks.",
    ]
    assert [line.split("  ")[0] for line in lines[4:14]] == [
        "oracle (hindsight)" if name == "oracle" else "auto (unverified)" if name == "auto" else name
        for name in POLICIES
    ]
    assert "Mix line: cheap (50.0 % at 25.0 %) - dear (100.0 % at 100.0 %)" in lines
    assert lines[-1] == "Picture: curve.png"
    assert (tables / "curve.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "router eval needs a FOLDER with tasks.jsonl and outcomes.csv, or --tasks and --outcomes."),
        (("--tasks", "tasks.jsonl"), "router eval needs a FOLDER with tasks.jsonl and outcomes.csv, or --tasks and "
         "--outcomes."),
        ((".", "--tasks", "tasks.jsonl"), "Name a FOLDER, or --tasks and --outcomes, not both."),
        (("gone",), "gone: there is no such folder; it would hold tasks.jsonl and outcomes.csv."),
        (("--tasks", "gone.jsonl", "--outcomes", "outcomes.csv"), "gone.jsonl: there is no such file."),
        ((".", "--frontier", "deer"), "--frontier deer: the tables have no such model. Nearest: dear."),
        ((".", "--models", "chaep,dear"), "--models chaep: the tables have no such model. Nearest: cheap."),
        ((".", "--png", "gone/curve.png"), "--png gone/curve.png: there is no folder {here}/gone."),
        ((".", "--png", "folder"), "--png folder cannot be written: Is a directory."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(words: tuple[str, ...], said: str, tables: Path) -> None:
    (tables / "folder").mkdir()
    ran = run(tables, *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"droidlite: {said.replace('{here}', str(tables.resolve()))}\n")


def test_a_table_that_cannot_be_read_is_one_sentence(tables: Path) -> None:
    with (tables / "outcomes.csv").open("a") as file:
        file.write("bench,t0,cheap,1,nan\n")
    ran = run(tables, ".")
    assert (ran.code, ran.out) == (2, "")
    assert (
        ran.err == "droidlite: outcomes.csv:242: cost_usd is 'nan'; it must be what the run cost in USD, 0 or more.\n"
    )


def test_without_the_extra_it_says_how_to_get_it(tables: Path, tmp_path: Path) -> None:
    """A start-up file hides the library from the interpreter."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "class Hiding(PathFinder):\n"
        "    @classmethod\n"
        "    def find_spec(cls, name, *more):\n"
        "        return None if name == 'sklearn' else PathFinder.find_spec(name, *more)\n"
        "sys.meta_path[:] = [Hiding if each is PathFinder else each for each in sys.meta_path]\n"
    )
    ran = run(tables, ".", env={"PYTHONPATH": str(tmp_path)})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "droidlite: router eval needs sklearn: pip install 'droidlite[eval]'\n"


def make_priors(folder: Path, out: Path) -> bytes:
    subprocess.run([sys.executable, MAKE_PRIORS, folder, "--out", out], check=True, capture_output=True)
    return out.read_bytes()


def test_priors_are_aggregates_and_the_same_each_time(tmp_path: Path) -> None:
    runs = {"GPT-5.4": half_and_all(12)["cheap"], "mystery": [(1, 1 / 3)] * 12}
    folder = write_tables(tmp_path / "t", runs, prompt="A secret text")
    made = make_priors(folder, tmp_path / "one.json")
    assert made == make_priors(folder, tmp_path / "two.json")
    assert b"secret" not in made
    assert b"t11" not in made
    evidence = msgspec.json.decode(made, type=Evidence)
    assert (evidence.date, list(evidence.kinds)) == ("2026-06-30", ["fix"])
    known, unknown = evidence.kinds["fix"].models["GPT-5.4"], evidence.kinds["fix"].models["mystery"]
    assert (known.runs, known.solved, known.price) == (12, 6, (2.5, 15.0))
    assert (unknown.cost, unknown.price) == (0.3333, (0.0, 0.0))


def test_the_shipped_priors_can_be_read_and_are_small() -> None:
    evidence = msgspec.json.decode(PRIORS.read_bytes(), type=Evidence)
    assert PRIORS.stat().st_size < 400_000
    assert {kind: (len(told.models), len(told.pairs)) for kind, told in evidence.kinds.items()} == {
        "fix": (30, 435),
        "tests": (22, 231),
    }
    assert evidence.source == "OpenHands index results, commit 3015ac61, 2026-06-30, MIT; without claude-fable-5"
