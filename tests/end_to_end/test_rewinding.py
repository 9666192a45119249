"""/rewind over the real store, through the true program: files, prompts, what it cannot take back, and back again."""

import json
from pathlib import Path
from typing import Any

from binary import call, droidlite, write_script
from terminal import Terminal

NEWEST = "\x1b[H\r"
"""Keys that choose the first row."""


def listed(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(droidlite("sessions", "--json", cwd=folder).out)
    return found


def rewind(terminal: Terminal, row: str = NEWEST) -> None:
    """Rewinds to before the message on that row."""
    terminal.type("/rewind\r")
    terminal.answers("Rewind to just before", row)
    terminal.answers("Leave all as it is", "1")
    terminal.sees("rewound; your message is below")


def test_a_session_of_another_folder_is_not_gone_on_with_here(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "b"
    other.mkdir()
    (other / "x.py").write_text("mine\n")
    env = write_script(
        tmp_path / "s.jsonl", [{"calls": [call("write", file_path="x.py", content="x\n")]}, {"text": "k"}]
    )
    made = droidlite("exec", "--auto", "low", "-o", "json", "make x", cwd=folder, env=env)
    session = made.result["session_id"]
    ran = droidlite("exec", "-r", session, "go on", cwd=other, env=env)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"droidlite: Session {session} belongs to {folder}: go on with it there (-C {folder}), or here with a copy of "
        "it (--fork).\n"
    )
    assert (other / "x.py").read_text() == "mine\n"
    assert droidlite("exec", "-r", session, "-C", str(folder), "go on", cwd=other, env=env).code == 0


def test_a_copy_in_another_folder_takes_nothing_back_there(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "b"
    other.mkdir()
    (other / "x.py").write_text("mine\n")
    env = write_script(
        tmp_path / "s.jsonl",
        [{"calls": [call("write", file_path="x.py", content="x\n")]}, {"text": "One."}, {"text": "Two."}],
    )
    made = droidlite("exec", "--auto", "low", "-o", "json", "make x", cwd=folder, env=env)
    with Terminal("-r", made.result["session_id"], "--fork", cwd=other, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("second\r")
        terminal.sees("Two.")
        terminal.type("/rewind\r")
        terminal.answers("Rewind to just before", "\x1b[F\r")
        terminal.answers("Leave all as it is", "1")
        terminal.sees("rewound; your message is below")
        assert (other / "x.py").read_text() == "mine\n"
        assert terminal.walks_out() == 0


def test_the_prompt_that_comes_back_is_the_turns_own(folder: Path, tmp_path: Path) -> None:
    """Not one that begins alike, and whole."""
    env = write_script(tmp_path / "s.jsonl", [{"text": "One."}, {"text": "Two."}, {"text": "Three."}])
    with Terminal(cwd=folder, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("fix the parser\r")
        terminal.sees("One.")
        terminal.type("fix\r")
        terminal.sees("Two.")
        rewind(terminal)
        terminal.type(" it\r")
        terminal.sees("❯ fix it")
        terminal.sees("Three.")
        assert terminal.leaves() == 0


def test_a_prompt_of_three_lines_comes_back_whole_after_a_compaction(folder: Path, tmp_path: Path) -> None:
    env = write_script(
        tmp_path / "s.jsonl",
        [{"text": "One."}, {"text": "word " * 800 + "Two."}, {"text": "Summed up."}, {"text": "Z."}],
    )
    with Terminal(cwd=folder, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("first\\\rsecond\\\rthird\r")
        terminal.sees("One.")
        terminal.type("other\r")
        terminal.sees("Two.")
        terminal.type("/compact\r")
        terminal.sees("compacted")
        rewind(terminal, "\x1b[F\r")
        terminal.type(" and last\r")
        terminal.sees("third and last")
        terminal.sees("Z.")
        assert terminal.leaves() == 0
    shown = droidlite("sessions", "show", listed(folder)[0]["id"], cwd=folder).out
    assert "first\nsecond\nthird and last" in shown


COMMAND = "python3 -c \"open('f.txt', 'w').write('changed' + chr(10))\""
"""What it overwrites cannot be foreseen: what a literal redirect overwrites is taken back."""


def test_what_commands_changed_is_said_to_stay(folder: Path, tmp_path: Path) -> None:
    (folder / "f.txt").write_text("before\n")
    steps = [
        {"text": "One."},
        {"calls": [call("write", file_path="made.txt", content="x\n")]},
        {"calls": [call("shell", command=COMMAND)]},
        {"text": "Two."},
    ]
    with Terminal("--auto", "high", cwd=folder, env=write_script(tmp_path / "s.jsonl", steps)) as terminal:
        terminal.sees("autonomy high")
        terminal.type("look\r")
        terminal.sees("One.")
        terminal.type("change it\r")
        terminal.sees("Two.")
        terminal.type("/rewind\r")
        terminal.answers("Rewind to just before", NEWEST)
        terminal.sees("what else this command changed is not taken back: python3 -c")
        before = terminal.seen.count("nottakenback")
        terminal.answers("Leave all as it is", "1")
        terminal.sees("rewound; your message is below")
        terminal.until(lambda: terminal.seen.count("nottakenback") > before)
        assert terminal.walks_out() == 0
    assert not (folder / "made.txt").exists()
    assert (folder / "f.txt").read_text() == "changed\n"


def test_a_rewind_is_taken_back(folder: Path, tmp_path: Path) -> None:
    steps = [
        {"text": "One."},
        {"calls": [call("write", file_path="made.txt", content="x\n")]},
        {"text": "Two."},
        {"text": "Three."},
    ]
    with Terminal(cwd=folder, env=write_script(tmp_path / "s.jsonl", steps)) as terminal:
        terminal.sees("autonomy low")
        terminal.type("look\r")
        terminal.sees("One.")
        terminal.type("make it\r")
        terminal.sees("Two.")
        (folder / "made.txt").write_text("mine now\n")
        rewind(terminal)
        assert not (folder / "made.txt").exists()
        terminal.type("\x15/rewind undo\r")
        terminal.sees("the rewind is taken back")
        assert (folder / "made.txt").read_text() == "mine now\n"
        terminal.type("/rewind undo\r")
        terminal.sees("There is no rewind to take back")
        terminal.type("once more\r")
        terminal.sees("Three.")
        assert terminal.leaves() == 0
    assert [row["turns"] for row in listed(folder)] == [3]


def test_a_command_typed_after_a_rewind_settles_it(folder: Path, tmp_path: Path) -> None:
    steps = [{"text": "One."}, {"calls": [call("write", file_path="made.txt", content="x\n")]}, {"text": "Two."}]
    with Terminal(cwd=folder, env=write_script(tmp_path / "s.jsonl", steps)) as terminal:
        terminal.sees("autonomy low")
        terminal.type("look\r")
        terminal.sees("One.")
        terminal.type("make it\r")
        terminal.sees("Two.")
        rewind(terminal)
        terminal.type("\x15!echo d''one\r")
        terminal.sees("exit 0")
        terminal.type("/rewind undo\r")
        terminal.sees("There is no rewind to take back")
        assert terminal.leaves() == 0
    assert not (folder / "made.txt").exists()
