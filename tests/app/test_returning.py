"""Coming back to a session: where one was is shown, and what has changed since is told to the person and the model."""

import os
import subprocess
from pathlib import Path

import pytest
from binary import call, write_script
from chats import opened, says

from droidlite.app.chat import Chat
from droidlite.app.repository import git_state, head_of
from droidlite.events import CallFinished, Warned
from droidlite.session.records import Head
from droidlite.tool import Todo, Todos
from droidlite.types import User
from droidlite.ui.rewinding import Part

READ = {"calls": [call("read", file_path="a.py"), call("read", file_path="b.py")]}
TODO = {"calls": [call("todo", todos=[{"content": "read", "status": "completed"}, {"content": "mend"}])]}


def git(root: Path, *words: str) -> None:
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *author, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a session that has read a.py and b.py and was left."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for name in ("a.py", "b.py"):
        (root / name).write_text("x = 1\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    env = write_script(tmp_path / "s.jsonl", [READ, {"text": "Seen."}, {"text": "Two."}, {"text": "Three."}])
    monkeypatch.setenv("DROIDLITE_SCRIPT", env["DROIDLITE_SCRIPT"])
    with opened(root) as chat:
        says(chat, "look at both")
    return root


def told(chat: Chat) -> list[str]:
    """What the person is told of changes as the session is shown again."""
    return [event.message for event in chat.past() if isinstance(event, Warned)]


def said(chat: Chat) -> list[str]:
    """What the model read from the person and the host, without the opening."""
    return [m.text for m in chat.session.parts.agent.transcript.messages[1:] if isinstance(m, User)]


def test_another_branch_and_changed_files_are_told_once(repo: Path) -> None:
    git(repo, "checkout", "-qb", "feature")
    (repo / "a.py").write_text("x = 2\n")
    (repo / "b.py").unlink()
    with opened(repo, resume="last") as chat:
        (line,) = told(chat)
        assert line == (
            "Since this session was left, just now: it is on feature now, not on main; a.py differs from what the "
            "model last saw; b.py is gone. The model is told."
        )
        assert told(chat) == []
        says(chat, "go on")
        first, note, last = said(chat)
    assert (first, last) == ("look at both", "go on")
    assert "- the repository: it is on feature now, not on main\n" in note
    assert "- changed, of the files you had read or written: a.py\n- gone, of the files you had" in note
    with opened(repo, resume="last") as chat:  # they are still other than the model saw them, and it was told that
        assert told(chat) == []
        says(chat, "and now?")
        assert said(chat)[-2:] == ["go on", "and now?"]


def test_other_commits_are_told(repo: Path) -> None:
    before = head_of(repo).commit
    (repo / "c.py").write_text("y\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "two")
    with opened(repo, resume="last") as chat:
        moved = f"main is at {head_of(repo).commit[:8]} now, not at {before[:8]}"
        assert told(chat) == [f"Since this session was left, just now: {moved}. The model is told."]


def test_nothing_is_told_where_nothing_changed(repo: Path) -> None:
    """Also of a file that was written anew with the same content."""
    (repo / "a.py").write_text("x = 1\n")
    os.utime(repo / "a.py", (1, 1))
    with opened(repo, resume="last") as chat:
        assert told(chat) == []
        says(chat, "go on")
        assert said(chat) == ["look at both", "go on"]


MAKE = {"calls": [call("write", file_path="made.py", content="x\n")]}


@pytest.mark.parametrize("part", ["both", "files", "conversation"])
def test_a_rewind_is_no_change_from_outside_and_the_model_learns_of_half_a_one(
    part: Part, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = write_script(tmp_path / "m.jsonl", [MAKE, {"text": "Made."}, {"text": "Four."}])
    monkeypatch.setenv("DROIDLITE_SCRIPT", env["DROIDLITE_SCRIPT"])
    with opened(repo) as chat:
        says(chat, "make it")
        chat.rewind(1, part)
    with opened(repo, resume="last" if part == "files" else chat.session.parts.session_id) as chat:
        assert told(chat) == []
        says(chat, "go on")
        *before, last = said(chat)
    notes = [text for text in before if text != "make it"]
    assert last == "go on"
    assert [("made.py" in note, note[:22]) for note in notes] == {
        "both": [],
        "files": [(True, "The person put these f")],
        "conversation": [(True, "The person took back w")],
    }[part]


def test_the_todo_list_is_shown_where_something_is_open(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = write_script(tmp_path / "t.jsonl", [TODO, {"text": "Half."}])
    monkeypatch.setenv("DROIDLITE_SCRIPT", env["DROIDLITE_SCRIPT"])
    with opened(repo) as chat:
        says(chat, "plan it")
    with opened(repo, resume="last") as chat:
        last = chat.past()[-1]
        assert isinstance(last, CallFinished)
        assert last.displays == (Todos((Todo("read", "completed"), Todo("mend", "pending"))),)
        assert (chat.status().title, chat.sessions()[0].open_todos) == ("plan it", 1)
        assert chat.rename("The  plan\x1b[2J") == "The plan␛[2J"
        assert [row.title for row in chat.sessions("plan")] == ["The plan␛[2J"]
        assert [row.title for row in chat.sessions("both")] == ["look at both"]


def test_where_a_repository_stands_is_read_without_git(repo: Path, tmp_path: Path) -> None:
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repo, capture_output=True, text=True, check=True)
    commit = asked.stdout.strip()
    assert head_of(repo) == Head(branch="main", commit=commit)
    git(repo, "pack-refs", "--all")
    assert head_of(repo) == Head(branch="main", commit=commit)
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert head_of(tmp_path / "side") == Head(branch="side", commit=commit)
    git(repo, "checkout", "-q", "--detach")
    assert (head_of(repo), git_state(repo)) == (Head(commit=commit), f"detached at {commit[:12]}")
    assert (head_of(tmp_path), git_state(tmp_path)) == (Head(), "")
