"""Whatever a tool is busy with, --timeout, Ctrl-C and SIGTERM stop it, and what it started is gone with it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from binary import BINARY, call, droidlite, write_script

SLOW = call("grep", pattern="(a+)+$b", path="aaa.txt")
"""Backtracks for longer than the universe lasts on forty letters a."""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "aaa.txt").write_text("a" * 40 + "\n")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return root


def finished(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines() if line.startswith('{"type":"call_finished"')]


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def cpu_ticks(root: int) -> int:
    """Clock ticks a process and what it started have computed so far (proc(5): fields 14 and 15)."""
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            stats[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
    tree = {root}
    while more := {pid for pid, stat in stats.items() if int(stat[1]) in tree} - tree:
        tree |= more
    return sum(int(stats[pid][11]) + int(stats[pid][12]) for pid in tree if pid in stats)


@pytest.mark.parametrize("git", [True, False])
def test_a_pattern_that_backtracks_for_ever_is_stopped_by_timeout(git: bool, repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [SLOW]}])
    env |= {} if git else {"PATH": str(tmp_path)}
    ran = droidlite("exec", "--timeout", "1", "-o", "json", "look", cwd=repo, env=env, seconds=20)
    assert (ran.code, ran.result["subtype"]) == (124, "error_timeout"), ran.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_pattern_that_backtracks_for_ever_is_stopped_by_signals(
    number: int, code: int, repo: Path, tmp_path: Path
) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [SLOW]}])
    process = subprocess.Popen(
        [*BINARY, "exec", "-o", "stream-json", "look"],
        cwd=repo, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["type"] == "call_started":
                break
        before = cpu_ticks(process.pid)
        wait_for(lambda: cpu_ticks(process.pid) > before + 50)  # by now it is deep in the search
        process.send_signal(number)
        process.communicate(timeout=20)
        assert process.returncode == code
    finally:
        process.kill()
