"""Terminals, locales, files and clocks as they should not be: the session works all the same, or says why not."""

import subprocess
from pathlib import Path

import pytest
from binary import BINARY, call, configure, endpoint_settings, write_script
from loopback import Loopback, Said

from terminal import Terminal

CLOCK = """
import time
true, calls = time.time, [0]
def jumping():
    calls[0] += 1
    return true() + %d * calls[0]
time.time = jumping
"""
"""Imported by Python as it starts: the wall clock goes on by so many seconds each time somebody looks at it."""
ANSWER = "Größe: 5 µm → fertig ✓\n\n- ein Punkt\n\n```python\nx = 'ä'\n```\n"


def scripted(folder: Path, *replies: str) -> dict[str, str]:
    return write_script(folder / "script.jsonl", [{"text": reply} for reply in replies])


def answered(terminal: Terminal, text: str, answer: str) -> None:
    terminal.type(f"{text}\r")
    terminal.shows(answer)
    terminal.shows("session,")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "< /dev/null", "| cat", "<&- >&- 2>&-"])
def test_without_a_terminal_there_is_a_sentence_and_no_session(closed: str, tmp_path: Path, home: Path) -> None:
    command = " ".join([*BINARY, closed])
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    told = "Standard output is closed: there is nowhere to put the answer." if ">&-" in closed else "not a terminal"
    assert ran.returncode == (1 if ">&-" in closed else 2)
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == (0 if "2>&-" in closed else 1)
    assert "2>&-" in closed or ran.stderr.startswith(f"droidlite: {told}")


@pytest.mark.parametrize(("columns", "rows"), [(20, 10), (9, 4)])
def test_a_terminal_too_small_for_anything_still_answers(columns: int, rows: int, tmp_path: Path) -> None:
    env = scripted(tmp_path, ANSWER, "Second.")
    with Terminal(cwd=tmp_path, env=env, columns=columns, rows=rows) as terminal:
        terminal.sees("❯")
        terminal.type("hi\r")
        terminal.sees("einPunkt")
        terminal.type("/model\r")
        terminal.sees("Choose")
        terminal.type("\x03")
        terminal.resize(80, 24)
        answered(terminal, "again", "Second.")
        assert terminal.leaves() == 0


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LANG": "xx", "LC_ALL": ""},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=str,
)
def test_a_broken_locale(locale: dict[str, str], tmp_path: Path) -> None:
    """What it has no characters for is drawn with others; what is typed arrives where anyone can know what was."""
    whole = "PYTHONIOENCODING" not in locale
    with Loopback([Said(ANSWER)]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        with Terminal("-m", "claude-sonnet-5-5", cwd=tmp_path, env=locale) as terminal:
            terminal.shows("autonomy")
            terminal.type("prüfe\r")
            terminal.shows("session,")
            for drawn in ["Größe: 5 µm → fertig ✓"] if whole else ["-" * 80, ">"]:
                terminal.until(lambda drawn=drawn: drawn in terminal.screen.lines)
            assert not any("?" * 3 in line for line in terminal.screen.lines)
            assert terminal.leaves() == 0
        said = server.requests[-1].json["messages"][-1]["content"][-1]["text"]
    assert said == ("prÃ¼fe" if locale.get("PYTHONIOENCODING") == "latin-1" else "prüfe")


def test_nothing_a_model_or_a_file_name_says_steers_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b5m \x08\x08 end\u202e"
    (tmp_path / "a\x1b[2Jb.txt").write_text("x")
    replies = [
        {"text": f"Look: {evil}.", "calls": [call("shell", command="ls; printf '\\033[2J\\033]0;owned\\007done'")]},
        {"text": "Done."},
    ]
    env = write_script(tmp_path / "s.jsonl", replies)
    with Terminal("-y", cwd=tmp_path, env=env) as terminal:
        terminal.shows("autonomy")
        terminal.type("see @a\t")
        answered(terminal, "", "Done.")
        assert any("Look: red" in line and "end<U+202E>" in line for line in terminal.screen.scrolled)
        for steering in ("\x1b]0;owned", "\x1b[2J", "\x9b", "\u202e"):
            assert steering not in terminal.written
        assert terminal.leaves() == 0


@pytest.mark.parametrize("made", ["folder", "loop"])
def test_a_history_that_cannot_be_used_is_told_and_nothing_else_is_lost(made: str, tmp_path: Path, home: Path) -> None:
    history = home / "droidlite" / "state" / "history"
    history.parent.mkdir(parents=True)
    if made == "folder":
        history.mkdir()
    else:
        history.symlink_to(history)
    with Terminal(cwd=tmp_path, env=scripted(tmp_path, "First.", "Second."), columns=160) as terminal:
        why = "Is a directory" if made == "folder" else "Too many levels of symbolic links"
        terminal.shows(f"⚠ The history {history} cannot be used: {why}.")
        answered(terminal, "one", "First.")
        terminal.type("\x1b[A")
        answered(terminal, " more", "Second.")
        assert any("❯ one more" in line for line in terminal.screen.lines)
        assert terminal.leaves() == 0


def test_two_sessions_in_one_repository_are_told_of_each_other_and_both_work(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    (repo / ".git").mkdir(parents=True)

    def writes(name: str) -> dict[str, str]:
        made = call("write", file_path=f"{name}.txt", content=name)
        replies = [{"text": "Hello."}, {"calls": [made]}, {"text": f"Wrote {name}."}, {"text": "More."}]
        return write_script(tmp_path / f"{name}.jsonl", replies)

    told = "⚠ Another session ("
    with Terminal("-y", cwd=repo, env=writes("one")) as first:
        first.shows("autonomy")
        answered(first, "hello", "Hello.")
        assert not any(told in line for line in first.screen.lines)
        with Terminal("-y", cwd=repo, env=writes("two")) as second:
            second.shows("autonomy")
            answered(second, "hello", "Hello.")
            second.shows(told)
            answered(first, "write it", "Wrote one.")
            answered(second, "write it", "Wrote two.")
            first.shows(told)
            answered(first, "more", "More.")
            assert sum(told in line for line in first.screen.scrolled) == 1
            assert second.leaves() == 0
        assert first.leaves() == 0
    assert [(repo / f"{name}.txt").read_text() for name in ("one", "two")] == ["one", "two"]


@pytest.mark.parametrize("step", [3_600, -3_600])
def test_a_clock_that_jumps_holds_nothing_up(step: int, tmp_path: Path) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK % step)
    env = scripted(tmp_path, "First.", "Second.") | {"PYTHONPATH": str(tmp_path / "clock")}
    with Terminal(cwd=tmp_path, env=env) as terminal:
        terminal.shows("autonomy")
        answered(terminal, "one", "First.")
        terminal.type("/resume\r")
        terminal.shows("one")
        terminal.chooses("\x1b")
        answered(terminal, "two", "Second.")
        assert terminal.leaves() == 0


def test_what_is_typed_before_the_first_prompt_is_kept(tmp_path: Path) -> None:
    with Terminal(cwd=tmp_path, env=scripted(tmp_path, "Answered.")) as terminal:
        terminal.type("hello")
        terminal.shows("❯ hello")
        answered(terminal, "", "Answered.")
        assert terminal.leaves() == 0


def test_a_window_that_is_closed_leaves_a_session_to_go_on_with(tmp_path: Path) -> None:
    env = scripted(tmp_path, "First.", "Second.")
    with Terminal(cwd=tmp_path, env=env, controls=True) as terminal:
        terminal.shows("autonomy")
        answered(terminal, "one", "First.")
        terminal.close()
        assert terminal.process.wait(60) == 129
    with Terminal("-c", cwd=tmp_path, env=env) as terminal:
        terminal.shows("First.")
        answered(terminal, "two", "Second.")
        assert terminal.leaves() == 0
