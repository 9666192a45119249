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
from binary import BINARY, call, droidlite, running, write_script
from terminal import DEADLINE, Terminal

from droidlite.session.fold import load

SLOW = call("grep", pattern="(a+)+$b", path="aaa.txt")
"""Backtracks for longer than the universe lasts on forty letters a."""


CODES = {"timeout": 124, "SIGTERM": 143, "SIGINT": 130, "SIGHUP": 129}


@pytest.fixture
def repo(repo: Path) -> Path:
    (repo / "aaa.txt").write_text("a" * 40 + "\n")
    return repo


def finished(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines() if line.startswith('{"type":"call_finished"')]


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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
    ran = droidlite("exec", "--timeout", "1", "-o", "json", "look", cwd=repo, env=env)
    assert (ran.code, ran.result["subtype"]) == (124, "error_timeout"), ran.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
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
        wait_for(lambda: cpu_ticks(process.pid) > before + 20)  # by now it is deep in the search
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == code
    finally:
        process.kill()


def unique(tmp_path: Path) -> str:
    """Seconds to sleep that no other process sleeps for."""
    return f"300.{os.getpid()}{abs(hash(str(tmp_path))) % 10**6}"


def test_a_command_deaf_to_sigterm_is_killed_at_its_limit(repo: Path, tmp_path: Path) -> None:
    seconds = unique(tmp_path)
    deaf = f"trap '' TERM; echo begun; sleep {seconds}; sleep {seconds}"
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=deaf, timeout=1)]}, {"text": "Fine."}])
    ran = droidlite("exec", "--auto", "high", "-o", "stream-json", "go", cwd=repo, env=env)
    (told,) = finished(ran.out)
    assert (ran.code, told["is_error"], running(seconds)) == (0, True, []), ran.err
    assert told["content"] == "begun\n(exit code 124: stopped after its 1 s; use background for what runs longer)"


@pytest.mark.parametrize("how", ["timeout", "SIGTERM", "SIGINT", "SIGHUP"])
def test_a_command_deaf_to_signals_ends_with_the_run(how: str, repo: Path, tmp_path: Path) -> None:
    seconds = unique(tmp_path)
    deaf = f"trap '' TERM INT HUP; touch begun; sleep {seconds}; sleep {seconds}"
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=deaf)]}])
    code = stopped(how, repo, env, until=repo / "begun")
    assert (code, running(seconds)) == (CODES[how], [])
    assert whole_and_resumable(repo, env)


def whole_and_resumable(repo: Path, env: dict[str, str]) -> bool:
    """Whether the journal of the only session has no damage, an end and a result for every call, and goes on."""
    (folder,) = (Path(os.environ["DROIDLITE_HOME"]) / "state" / "sessions").iterdir()
    kept = load(folder)
    again = droidlite("exec", "-c", "-o", "json", "go on", cwd=repo, env=env)
    assert (kept.warnings, kept.unanswered, kept.ended is not None, again.code) == ((), (), True, 0), again.err
    return True


def stopped(how: str, repo: Path, env: dict[str, str], *words: str, until: Path) -> int:
    """The exit code of a run that is stopped once `until` is there."""
    limit = ("--timeout", "2") if how == "timeout" else ()
    process = subprocess.Popen(
        [*BINARY, "exec", "--auto", "high", "-o", "json", *limit, *words, "go"],
        cwd=repo, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_for(until.exists)
        if how != "timeout":
            process.send_signal(getattr(signal, how))
        process.communicate(timeout=60)
        return process.returncode
    finally:
        process.kill()


def test_what_a_command_put_in_the_background_is_gone_with_the_run(repo: Path, tmp_path: Path) -> None:
    seconds = unique(tmp_path)
    daemon = f"(setsid sleep {seconds} >/dev/null 2>&1 &); echo away"
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=daemon)]}, {"text": "Fine."}])
    ran = droidlite("exec", "--auto", "high", "-o", "stream-json", "go", cwd=repo, env=env)
    (told,) = finished(ran.out)
    assert (ran.code, told["content"].startswith("away\n(exit code 0)"), running(seconds)) == (0, True, []), ran.err


@pytest.mark.parametrize("how", ["timeout", "SIGTERM", "SIGINT"])
def test_a_check_that_hangs_ends_with_the_run(how: str, repo: Path, tmp_path: Path) -> None:
    seconds = unique(tmp_path)
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    check = f"trap '' TERM; touch begun; sleep {seconds}; sleep {seconds}"
    code = stopped(how, repo, env, "--verify", check, until=repo / "begun")
    assert (code, running(seconds)) == (CODES[how], [])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        *((how, ("-m", "scripted")) for how in ("SIGTERM", "SIGHUP", "closed", "closed, untold")),
        *((how, ("exec", "-m", "scripted")) for how in ("SIGTERM", "closed")),
    ],
)
def test_a_session_ended_from_outside_while_a_tool_runs(
    how: str, words: tuple[str, ...], repo: Path, tmp_path: Path
) -> None:
    seconds = unique(tmp_path)
    deaf = f"trap '' TERM INT HUP; touch begun; sleep {seconds}; sleep {seconds}"
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=deaf)]}, {"text": "Fine."}])
    with Terminal(*words, "--auto", "high", "go", cwd=repo, env=env, controls=how == "closed") as terminal:
        wait_for((repo / "begun").exists)
        if how.startswith("closed"):
            terminal.close()
        else:
            terminal.process.send_signal(getattr(signal, how))
        code = terminal.process.wait(DEADLINE)
        if words[0] != "exec" and how in CODES:
            terminal.sees("droidlite: Terminated." if how == "SIGTERM" else "droidlite: The terminal was closed.")
            assert terminal.written.rindex("\x1b[?2004l") > terminal.written.rindex("\x1b[?2004h")  # as it was
    assert (code, running(seconds)) == (143 if how == "SIGTERM" else 129, [])
    assert whole_and_resumable(repo, env)


def test_a_demo_that_is_interrupted_does_not_blame_the_model(tmp_path: Path) -> None:
    """The second run of the tests, within the session, hangs."""
    shim = tmp_path / "bin" / "python3"
    shim.parent.mkdir()
    shim.write_text(f"#!/bin/sh\n[ -e {tmp_path}/once ] || {{ touch {tmp_path}/once; exit 1; }}\nsleep 60.75\n")
    shim.chmod(0o755)
    env = {**os.environ, "PATH": f"{shim.parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [*BINARY, "demo", "--scripted"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: running("60.75"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err.splitlines()[-1]) == (130, "droidlite: Interrupted.")
    assert "did not manage it" not in out
