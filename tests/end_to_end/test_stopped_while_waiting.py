"""Signals and a closed terminal while nothing runs here: while a limit is waited out, and while another way answers."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from binary import BINARY, call, configure, endpoint_settings, write_script
from loopback import Loopback, Said
from terminal import DEADLINE, Terminal

from droidlite.session.fold import Session, load

MODEL = "claude-sonnet-5-5"
LATER = Said(fault="status", status=429, headers=(("retry-after", "60"),), body={"error": {"type": "rate_limit_error"}})
OUT = Said(fault="status", status=429, body={"error": {"type": "insufficient_quota", "message": "Out of credit."}})
SILENT = Said(fault="stall_first")


def until_failed(process: "subprocess.Popen[bytes]") -> None:
    """Reads events until an attempt has failed and what comes of it is told."""
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["type"] == "attempt_failed":
            return


def whole(home: Path) -> Session:
    """The only session there, which has no damage, an end and a result for every call."""
    (folder,) = (home / "state" / "sessions").iterdir()
    kept = load(folder)
    assert (kept.warnings, kept.unanswered, kept.ended is not None) == ((), (), True)
    return kept


def start(cwd: Path, home: Path, settings: str) -> "subprocess.Popen[bytes]":
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(settings)
    return subprocess.Popen(
        [*BINARY, "exec", "-m", MODEL, "-o", "stream-json", "go"],
        cwd=cwd, env={**os.environ, "DROIDLITE_HOME": str(home)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def test_signals(tmp_path: Path) -> None:
    """All at once, each run with a home of its own: two wait for Retry-After, another has just gone elsewhere."""
    with Loopback([LATER]) as limited, Loopback([OUT]) as empty, Loopback([SILENT]) as silent:
        waiting, first, second = (
            endpoint_settings(server.endpoint("anthropic"), name=name, models=f'["{MODEL}"]')
            for name, server in (("limited", limited), ("empty", empty), ("silent", silent))
        )
        runs = [
            (number, code, start(tmp_path, tmp_path / str(code), settings))
            for number, code, settings in (
                (signal.SIGINT, 130, waiting),
                (signal.SIGHUP, 129, waiting),
                (signal.SIGTERM, 143, first + second),
            )
        ]
        try:
            for number, _, process in runs:
                until_failed(process)
                process.send_signal(number)
            for _, code, process in runs:
                out, err = process.communicate(timeout=60)
                result = json.loads(out.splitlines()[-1])
                assert (process.returncode, b"Traceback" in err) == (code, False)
                assert (result["type"], result["subtype"]) == ("result", "error_during_execution")
        finally:
            for _, _, process in runs:
                process.kill()
    for _, code, _ in runs:
        whole(tmp_path / str(code))


def test_in_the_terminal_escape_ends_the_wait_and_a_closed_window_the_session(tmp_path: Path) -> None:
    with Loopback([LATER]) as server:
        configure(endpoint_settings(server.endpoint("anthropic"), name="first", models=f'["{MODEL}"]'))
        with Terminal("-m", MODEL, "go", cwd=tmp_path, controls=True) as terminal:
            terminal.sees("Trying again in 1 min 00 s.")
            terminal.type("\x1b")
            terminal.sees("⊘ interrupted")
            terminal.type("again\r")
            terminal.sees("first takes no requests for 60 s; waiting.")
            terminal.close()
            code = terminal.process.wait(DEADLINE)
        assert (code, len(server.requests)) == (129, 1)
    kept = whole(Path(os.environ["DROIDLITE_HOME"]))
    assert [turn.text for turn in kept.turns] == ["go", "again"]


@pytest.mark.parametrize(
    ("how", "words", "typed", "shown"),
    [
        ("SIGTERM", ("go",), "", "1. Yes, this once"),
        ("SIGTERM", ("--plain", "go"), "", "1. Yes, this once"),
        ("closed", (), "/model\r", "Enter"),
    ],
    ids=["an approval", "an approval in lines", "the picker"],
)
def test_a_question_that_is_open_keeps_no_session_alive(
    how: str, words: tuple[str, ...], typed: str, shown: str, tmp_path: Path
) -> None:
    env = write_script(tmp_path / "script", [{"calls": [call("shell", command="touch x")]}])
    with Terminal("-m", "scripted", *words, cwd=tmp_path, env=env) as terminal:
        if typed:
            terminal.shows("/help for commands and keys")
            terminal.type(typed)
        terminal.shows(shown)
        if how == "closed":
            terminal.close()
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(DEADLINE) == (129 if how == "closed" else 143)
        assert "Traceback" not in terminal.written
