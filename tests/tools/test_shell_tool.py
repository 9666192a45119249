"""Commands: told exit codes, bounded output, whole trees ended, jobs in the background."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from workspace import Workspace

from droidlite.tool import Outcome, Output
from droidlite.tools import children, close_jobs, recording
from droidlite.tools.children import MARK, end_marked, mark_of
from droidlite.tools.recording import LIMIT, Recording

Failing = Callable[..., str]


def running(work: Workspace, word: str) -> list[str]:
    """Command lines of this session's processes that start with `word`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment, line = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{MARK}={mark_of(work.context)}".encode() in environment and line.startswith(word.encode()):
            found.append(line.decode())
    return found


def until(holds: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if holds():
            return True
        time.sleep(0.01)
    return False


def test_output_and_exit_code_are_told(work: Workspace) -> None:
    outcome = work.call("shell", command="echo out; echo err >&2; echo out again")
    text = "out\nerr\nout again"
    assert outcome == Outcome(f"{text}\n(exit code 0)", displays=(Output(text),), exit_code=0)
    assert work.call("shell", command="exit 3") == Outcome(
        "(exit code 3)", is_error=True, displays=(Output("(no output)"),), exit_code=3
    )
    assert work.call("shell", command="kill -9 $$").content == "(exit code 137: killed by signal SIGKILL)"
    assert work.call("shell", command="no-such-program-here").content.endswith("(exit code 127)")


def test_where_and_with_what_it_runs(work: Workspace) -> None:
    content = work.call("shell", command="pwd; cat; env | sort").content.splitlines()
    shown = {line.partition("=")[0] for line in content[1:-1]}
    assert content[0] == str(work.root)
    assert shown <= {"PATH", "HOME", "LC_ALL", "PWD", "SHLVL", "_", MARK}


def test_colours_and_redrawn_lines_are_left_out(work: Workspace) -> None:
    content = work.call("shell", command="printf '\\033[31mred\\033[0m\\r\\n10%%\\r100%%\\n\\377\\n'").content
    assert content == "red\n100%\n�\n(exit code 0)"


@pytest.mark.parametrize("command", ["", "  ", "a\0b"])
def test_no_command(work: Workspace, failing: Failing, command: str) -> None:
    assert failing("shell", command=command) == "The command is empty or holds a NUL character."


def test_long_output_is_spilled(work: Workspace) -> None:
    content = work.call("shell", command="seq 1 100000").content
    files = list(work.context.spill.iterdir())
    assert files[0].read_text() == "".join(f"{n}\n" for n in range(1, 100_001))
    assert len(files) == 1
    assert len(content) < LIMIT + 500
    assert content.startswith("1\n2\n3\n")
    assert content.endswith("99999\n100000\n(exit code 0)")
    assert f"558895 characters left out; the whole output is in {files[0]}" in content
    assert work.call("read", file_path=str(files[0]), offset=50_000, limit=1).content.startswith("50000\t50000\n")


def test_short_output_leaves_no_file(work: Workspace) -> None:
    work.call("shell", command="echo x")
    assert not work.context.spill.exists()


def test_a_spill_that_cannot_be_written_is_told(work: Workspace) -> None:
    work.context.spill.write_text("in the way")
    content = work.call("shell", command="seq 1 100000").content
    assert "characters left out; they were not kept: File exists" in content


def test_the_spill_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FILE_LIMIT", 50_000)
    kept = Recording(tmp_path, "x")
    for _ in range(10):
        kept.add(b"y" * 10_000)
    assert f"in {tmp_path}/x-1.txt, but only its first 50,000 bytes were kept" in kept.take()
    kept.close()
    assert (tmp_path / "x-1.txt").stat().st_size == 50_000


def test_split_characters_are_joined(tmp_path: Path) -> None:
    kept = Recording(tmp_path, "x")
    for byte in "aé漢🎉".encode():
        kept.add(bytes([byte]))
    assert kept.take() == "aé漢🎉"
    assert kept.take() == ""


def test_a_command_that_never_ends_is_stopped_with_its_tree(work: Workspace) -> None:
    command = "sleep 9871 & (setsid sleep 9872 &) ; trap '' TERM; sleep 9873 & echo started; wait; sleep 9874"
    outcome = work.call("shell", command=command, timeout=1)
    wanted = "started\n(exit code 124: stopped after its 1 s; use background for what runs longer)"
    assert (outcome.content, outcome.is_error) == (wanted, True)
    assert running(work, "sleep") == []


def test_cancelling_stops_the_tree(work: Workspace) -> None:
    outcomes: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(work.call("shell", command="echo on; sleep 9875 & sleep 9876; true"))
    )
    thread.start()
    assert until(lambda: len(running(work, "sleep")) == 2)
    work.context.cancellation.cancel()
    thread.join(60)
    assert [outcome.is_error for outcome in outcomes] == [True]
    assert outcomes[0].content.startswith("on\n(exit code 143")
    assert outcomes[0].content.endswith("interrupted)")
    assert running(work, "sleep") == []


def test_what_dies_slowly_is_not_called_left_running(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a killed process is there for a while: as if the first signals had not been heard."""
    real, unheard = children._signal, list(range(15))

    def slow(child: children.Child, number: int) -> None:
        if number == signal.SIGKILL and unheard:
            unheard.pop()
        else:
            real(child, number)

    monkeypatch.setattr(children, "_signal", slow)
    stopped = work.call("shell", command="trap '' TERM; sleep 9874 & sleep 9873; true", timeout=0.2)
    assert "left a process running" not in stopped.content
    assert running(work, "sleep") == []


def test_a_descendant_that_keeps_the_pipe_does_not_hold_the_call(work: Workspace) -> None:
    content = work.call("shell", command="sleep 9877 & echo started").content
    assert content == "started\n(exit code 0)\n(it left a process running in the background: job-1)"
    assert work.call("job", id="job-1").content == "(no new output)\n(job-1 is running)"
    flood = work.call("shell", command="yes & echo started").content
    assert flood.endswith("(it left a process running in the background: job-2)")
    assert work.call("job", id="job-2", kill=True).content.endswith("(job-2 was killed)")
    close_jobs(work.context)
    assert running(work, "") == []


def test_progress_is_told_while_it_runs(work: Workspace) -> None:
    """The command goes on only once its first line was passed on."""
    work.context.progress = lambda call, text: work.progressed.append((call, text)) or work.write("go", "")  # type: ignore[func-returns-value]
    content = work.call("shell", command="echo one; until [ -e go ]; do sleep 0.01; done; echo two").content
    assert content == "one\ntwo\n(exit code 0)"
    assert work.progressed[0] == ("call-1", "one\n")


def test_background_jobs(work: Workspace, failing: Failing) -> None:
    command = "echo one; until [ -e go ]; do sleep 0.01; done; echo two; exit 4"
    started = work.call("shell", command=command, background=True)
    assert started.content == "Started job-1 in the background; read it with the job tool."
    seen: list[str] = []
    assert until(
        lambda: seen.append(work.call("job", id="job-1").content) or seen[-1] != "(no new output)\n(job-1 is running)"
    )
    assert seen[-1] == "one\n(job-1 is running)"
    work.write("go", "")
    assert work.call("job", id="job-1", wait=10).content == "two\n(job-1 ended: exit code 4)"
    assert work.call("job", id="job-1").content == "(no new output)\n(job-1 ended: exit code 4)"
    assert (work.context.spill / "job-1-1.txt").read_text() == "one\ntwo\n"
    assert failing("job", id="job-7") == "There is no job 'job-7'; running or ended jobs: job-1."


def test_killing_a_job_kills_its_tree(work: Workspace) -> None:
    work.call("shell", command="(setsid sleep 9878 &); trap '' TERM; sleep 9879", background=True)
    assert until(lambda: len(running(work, "sleep")) >= 2)
    assert work.call("job", id="job-1", kill=True).content == "(no new output)\n(job-1 was killed)"
    assert running(work, "sleep") == []


def test_the_end_of_a_session_ends_all_it_started(work: Workspace) -> None:
    work.call("shell", command="sleep 9880", background=True)
    work.call("shell", command="setsid sleep 9881 >/dev/null 2>&1 &")
    work.call("shell", command="nohup sleep 9882 >/dev/null 2>&1 &")
    assert until(lambda: len(running(work, "sleep")) == 3)
    close_jobs(work.context)
    assert until(lambda: running(work, "sleep") == [])
    assert work.context.jobs == {}


def test_other_sessions_are_left_alone(work: Workspace) -> None:
    work.call("shell", command="sleep 9883", background=True)
    end_marked("another.")
    assert until(lambda: len(running(work, "sleep")) == 1)


def test_no_descriptor_is_left_open(work: Workspace) -> None:
    work.call("shell", command="echo x")
    before = len(os.listdir("/proc/self/fd"))
    for command in ("echo x", "seq 1 20000", "exit 1"):
        work.call("shell", command=command)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_part_of_a_second_is_a_limit(work: Workspace) -> None:
    outcome = work.call("shell", command="sleep 60", timeout=1.5)
    assert outcome.content == "(exit code 124: stopped after its 1.5 s; use background for what runs longer)"
    assert (
        work.call("job", id=work.call("shell", command="true", background=True).content[8:13], wait=0.5).is_error
        is False
    )
