"""A clock on the wall that jumps (a laptop that slept, a time put right) shortens and lengthens nothing."""

from pathlib import Path

import pytest
from binary import call, droidlite, write_script

JUMPING = """
import time
true, calls = time.time, [0]
def jumping():
    calls[0] += 1
    return true() + %d * calls[0]
time.time = jumping
"""
"""Imported by Python as it starts: the wall clock goes on by so many seconds each time somebody looks at it."""


@pytest.mark.parametrize("step", [3_600, -3_600])
def test_limits_and_durations_are_those_of_a_clock_that_only_runs(step: int, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(JUMPING % step)
    steps = [
        {"calls": [call("shell", command="echo one; sleep 0.2", timeout=30)]},
        {"faults": ["overloaded"], "text": "Done."},
    ]
    env = write_script(tmp_path / "s.jsonl", steps) | {"PYTHONPATH": str(tmp_path / "clock")}
    words = ("exec", "--auto", "high", "--timeout", "45", "--verify", "true", "-o", "json", "go")
    ran = droidlite(*words, cwd=folder, env=env)
    assert (ran.code, ran.result["subtype"]) == (0, "success"), ran.err
    assert 200 <= ran.result["duration_ms"] < 45_000
    assert 0 <= ran.result["duration_api_ms"] <= ran.result["duration_ms"]


def test_a_limit_is_kept_though_the_clock_is_set_back(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(JUMPING % -3_600)
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="sleep 50")]}])
    env["PYTHONPATH"] = str(tmp_path / "clock")
    ran = droidlite("exec", "--auto", "high", "--timeout", "1", "-o", "json", "go", cwd=folder, env=env, seconds=60)
    assert (ran.code, ran.result["subtype"]) == (124, "error_timeout"), ran.err
