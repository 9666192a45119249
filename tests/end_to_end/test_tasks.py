"""Twenty broken repositories, mended by the true binary with a scripted model; and that the fixtures are fair."""

import json
import sys
from argparse import Namespace
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def load_script() -> Any:
    """scripts/tasks as a module: the tests judge with the same code as the script."""
    loader = SourceFileLoader("scripts_tasks", str(ROOT / "scripts" / "tasks"))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


tasks = load_script()
TWENTY = tasks.twenty()
HELD_OUT = tasks.held_out()
TUNING = tasks.tuning()


def steps(task: Any) -> list[dict[str, Any]]:
    lines = (task.folder / "script.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def require(task: Any) -> None:
    if program := task.missing():
        pytest.skip(f"{program} is not installed")


@pytest.mark.parametrize("task", TWENTY, ids=lambda task: task.name)
def test_the_binary_mends(task: Any) -> None:
    require(task)
    attempt = tasks.attempt(task, "scripted")
    found = (attempt.solved, attempt.exit_code, attempt.subtype, attempt.turns)
    assert found == (True, 0, "success", len(steps(task))), attempt.answer


@pytest.mark.parametrize("task", [*TWENTY, HELD_OUT[0], TUNING[0]], ids=lambda task: task.name)
def test_the_fixture_is_fair(task: Any) -> None:
    """The script asks the same of every task before it runs it; these are the ones the suite needs."""
    require(task)
    assert tasks.unfair(task) == ""


def test_an_unfair_task_is_not_run(tmp_path: Path) -> None:
    passing = replace(HELD_OUT[0], check="true")
    assert tasks.unfair(passing) == "its check passes before anything is done"
    assert tasks.unfair(replace(passing, check="false")) == "its check fails with solution.patch"
    with pytest.raises(SystemExit, match=f"{passing.name} measures nothing: its check passes before anything is done"):
        list(tasks.run([passing], Namespace(json=True, model="local")))


def test_editing_the_tests_is_no_solution(tmp_path: Path) -> None:
    """The check passes once the tests say nothing, but neither the session nor the judge takes that for a solution."""
    task = TWENTY[0]
    empty = "import unittest\n\n\nclass Nothing(unittest.TestCase):\n    def test_nothing(self):\n        pass\n"
    cheat = [
        {"text": "", "calls": [{"name": "read", "arguments": {"file_path": name}} for name in task.protected]},
        {
            "text": "",
            "calls": [{"name": "write", "arguments": {"file_path": name, "content": empty}} for name in task.protected],
        },
        {"text": "All tests pass."},
    ]
    script = tmp_path / "script.jsonl"
    script.write_text("\n".join(json.dumps(step) for step in cheat) + "\n", encoding="utf-8")
    attempt = tasks.attempt(task, "scripted", script=script)
    assert (attempt.solved, attempt.exit_code, attempt.subtype) == (False, 4, "error_verify"), attempt.answer


def test_the_sets_are_what_they_are_said_to_be() -> None:
    shapes = [task.language for task in TWENTY]
    assert {shape: shapes.count(shape) for shape in shapes} == {
        "python": 8, "javascript": 4, "shell": 3, "make": 2, "json": 1, "csv": 1, "toml": 1,
    }  # fmt: skip
    assert sum(task.one_file for task in TWENTY) >= 12
    assert len(HELD_OUT) == 36
    assert len(TUNING) >= 24
    assert all(task.one_file for task in (*HELD_OUT, *TUNING))


@pytest.mark.parametrize("task", TWENTY, ids=lambda task: task.name)
def test_the_scripted_solution_is_honest(task: Any) -> None:
    """It leaves the tests alone, runs the check itself, and touches one file just where that is said."""
    calls = [call for step in steps(task) for call in step.get("calls", [])]
    changed = {call["arguments"]["file_path"] for call in calls if call["name"] in ("edit", "write")}
    commands = {call["arguments"]["command"] for call in calls if call["name"] == "shell"}
    assert changed & set(task.protected) == set()
    assert (len(changed) == 1) == task.one_file
    assert task.check in commands
