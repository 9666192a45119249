"""A session that stopped and goes on: what it knows of files and of its own interruption, what a cap leaves behind."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from binary import BINARY, call, configure, droidlite, endpoint_settings, write_script
from loopback import Asked, Loopback, Said
from terminal import Terminal

READ = {"calls": [call("read", file_path="a.py")]}
EDIT = {"calls": [call("edit", file_path="a.py", old_string="x = 1", new_string="x = 2")]}
STALE = "a.py changed since it was read; read it again."


@pytest.fixture
def repo(repo: Path) -> Path:
    (repo / "a.py").write_text("x = 1\n")
    return repo


def results(out: str) -> list[str]:
    told = (json.loads(line) for line in out.splitlines())
    return [event["content"] for event in told if event["type"] == "call_finished"]


@pytest.mark.parametrize("fork", [False, True])
@pytest.mark.parametrize("begun", [READ, {"calls": [call("write", file_path="a.py", content="x = 1\n\n")]}])
def test_a_file_that_changed_while_the_session_was_closed_is_refused(
    begun: dict, fork: bool, repo: Path, tmp_path: Path
) -> None:
    env = write_script(tmp_path / "s.jsonl", [READ, begun, {"text": "Seen."}, EDIT, READ, EDIT, {"text": "Fine."}])
    assert droidlite("exec", "--auto", "low", "go", cwd=repo, env=env).code == 0
    (repo / "a.py").write_text("x = 1\nmine = 1\n")
    more = ("-c", "--fork") if fork else ("-c",)
    ran = droidlite("exec", *more, "--auto", "low", "-o", "stream-json", "go on", cwd=repo, env=env)
    assert results(ran.out) == [STALE, "1\tx = 1\n2\tmine = 1", "Edited a.py."]
    assert "a.py differs from what the model last saw. The model is told." in ran.out
    assert (repo / "a.py").read_text() == "x = 2\nmine = 1\n"


def test_a_file_that_did_not_change_is_edited_and_replaced_without_reading_it_again(repo: Path, tmp_path: Path) -> None:
    replaced = {"calls": [call("write", file_path="a.py", content="x = 1\ny = 1\n")]}
    env = write_script(tmp_path / "s.jsonl", [READ, {"text": "Seen."}, replaced, EDIT, {"text": "Fine."}])
    droidlite("exec", "go", cwd=repo, env=env)
    ran = droidlite("exec", "-c", "--auto", "low", "-o", "stream-json", "go on", cwd=repo, env=env)
    assert results(ran.out) == ["Replaced a.py (2 lines).", "Edited a.py."]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_model_is_told_that_it_was_interrupted(number: int, code: int, repo: Path) -> None:
    with Loopback([Said("Slowly.", fault="stall"), Said("Done.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        process = subprocess.Popen(
            [*BINARY, "exec", "-m", "claude-sonnet-5-5", "-o", "stream-json", "FIRST"],
            cwd=repo, env={**os.environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["type"] == "text_added":
                break
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == code
        assert droidlite("exec", "-c", "SECOND", cwd=repo).out == "Done.\n"
        said = json.dumps(server.requests[-1].json["messages"])
        assert said.index("FIRST") < said.index("You were interrupted here") < said.index("SECOND")


def test_a_run_that_ended_by_itself_is_no_interruption(repo: Path) -> None:
    with Loopback([Said("One."), Said("Two.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        droidlite("exec", "-m", "claude-sonnet-5-5", "FIRST", cwd=repo)
        droidlite("exec", "-c", "SECOND", cwd=repo)
        assert "interrupted" not in json.dumps(server.requests[-1].json["messages"])


@pytest.mark.parametrize(
    ("flags", "subtype"), [(("--max-turns", "1"), "error_max_turns"), (("--max-cost", "0.08"), "error_max_cost")]
)
@pytest.mark.parametrize("check", ["true", "false"])
def test_a_run_that_ends_at_a_cap_is_summed_up_and_checked(
    flags: tuple[str, ...], subtype: str, check: str, repo: Path
) -> None:
    again = Said(calls=(Asked("read", {"file_path": "a.py"}),))

    def answer(body: dict, n: int) -> Said:
        return Said("Half done.") if body.get("tool_choice") == {"type": "none"} else again

    with Loopback(answer) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        command = f"echo checked >> log; {check}"
        ran = droidlite(
            "exec", "-m", "claude-sonnet-5-5", *flags, "--verify", command, "-o", "json", "go", cwd=repo
        )  # fmt: skip
        assert (ran.code, ran.result["subtype"], ran.result["result"]) == (3, subtype, "Half done."), ran.out
        code = 0 if check == "true" else 1
        told = {name: ran.result["verify"][name] for name in ("command", "exit_code", "output", "passed")}
        assert told == {"command": command, "exit_code": code, "output": "", "passed": not code}
        assert (repo / "log").read_text() == "checked\n" * (1 + code)  # a failed one runs once more: it may be flaky


def test_a_summary_for_max_turns_stays_within_the_dollar_cap(repo: Path) -> None:
    """The one turn takes nearly all of it: no further request is sent."""
    again = Said(calls=(Asked("read", {"file_path": "a.py"}),), usage={"input": 24_000, "output": 10})
    with Loopback([again, Said("never")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        flags = ("--max-turns", "1", "--max-cost", "0.08")
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", *flags, "-o", "json", "go", cwd=repo)
        assert (ran.code, ran.result["subtype"], ran.result["result"]) == (
            3,
            "error_max_turns",
            "Stopped after turn 1.",
        )
        assert (len(server.requests), ran.result["num_turns"]) == (1, 1)


def test_an_interrupted_run_is_not_checked(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="sleep 60")]}])
    ran = droidlite(
        "exec", "--auto", "high", "--timeout", "0.3", "--verify", "touch checked", "-o", "json", "go", cwd=repo, env=env
    )
    assert (ran.code, ran.result["verify"], (repo / "checked").exists()) == (124, None, False)


def test_after_esc_the_model_is_told_that_it_was_interrupted(repo: Path) -> None:
    with Loopback([Said("Slowly.\n\nnever", fault="stall"), Said("All done.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        with Terminal("-m", "claude-sonnet-5-5", cwd=repo) as terminal:
            terminal.sees("autonomy low")
            terminal.type("FIRST\r")
            terminal.until(lambda: server.requests)
            terminal.sees("esc to interrupt")
            terminal.type("\x1b")
            terminal.sees("interrupted")
            terminal.type("SECOND\r")
            terminal.sees("All done.")
            assert terminal.leaves() == 0
        said = json.dumps(server.requests[-1].json["messages"])
        assert said.index("FIRST") < said.index("You were interrupted here") < said.index("SECOND")
