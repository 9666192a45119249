"""/review and /init: a prompt of ours about what git says has changed, and nothing changed without a question."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from binary import call, write_script
from chats import Silent, opened, says

from droidlite.app.repository import Changed, Changes, named_changes, working_changes
from droidlite.app.reviewed import review_prompt
from droidlite.errors import UsageError
from droidlite.types import User


def git(root: Path, *words: str) -> None:
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *author, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """main has a.py; feature, which is checked out, changed it and added b.bin."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "a.py").write_text("x = 1\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    git(root, "checkout", "-qb", "feature")
    (root / "a.py").write_text("x = 2\ny = 3\n")
    (root / "b.bin").write_bytes(b"\0\1")
    git(root, "add", ".")
    git(root, "commit", "-qm", "two")
    return root


OURS = (Changed("a.py", 2, 1), Changed("b.bin"))


def test_what_has_changed_is_what_git_says(repo: Path) -> None:
    assert working_changes(repo) == Changes(what="the changes in the working tree", command="git diff HEAD", files=())
    (repo / "a.py").unlink()
    (repo / "new ü.py").write_text("z\n")
    assert working_changes(repo) == Changes(
        what="the changes in the working tree",
        command="git diff HEAD",
        files=(Changed("a.py", 0, 2),),
        untracked=("new ü.py",),
    )


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("main", "main...HEAD"),
        ("HEAD~1", "HEAD~1...HEAD"),
        ("main..feature", "main..feature"),
        ("main...", "main...HEAD"),
    ],
)
def test_a_branch_commit_or_range_is_named(name: str, span: str, repo: Path) -> None:
    assert named_changes(repo, name) == Changes(what=f"the changes of {span}", command=f"git diff {span}", files=OURS)


def test_a_branch_that_is_ahead_is_what_it_adds(repo: Path) -> None:
    git(repo, "checkout", "-q", "main")
    found = named_changes(repo, "feature")
    assert found is not None
    assert (found.command, found.files) == ("git diff HEAD...feature", OURS)


@pytest.mark.parametrize("name", ["nowhere", "--output=x", "a.py", "-1"])
def test_what_git_does_not_know_is_no_change(name: str, repo: Path) -> None:
    assert named_changes(repo, name) is None
    assert not (repo / "x").exists()


def test_nothing_is_committed_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("x\n")
    (tmp_path / "b.py").write_text("x\n")
    git(tmp_path, "add", "a.py")
    found = working_changes(tmp_path)
    assert (found.files, found.untracked, found.command) == ((Changed("a.py", 1, 0),), ("b.py",), "git diff --cached")


def test_the_prompt_names_command_and_files_and_what_to_look_at(repo: Path) -> None:
    said = review_prompt(repo, "main look at the sums")
    assert said is not None
    assert said.told == "reviewing the changes of main...HEAD: 2 files, +2 -1"
    assert said.prompt.startswith("Review the changes of main...HEAD. Change nothing")
    assert (
        "Files:\n- a.py (+2 -1)\n- b.bin (not text)\n\nSee the changes with `git diff main...HEAD`. Read" in said.prompt
    )
    assert said.prompt.endswith("The person asks to look at this above all: look at the sums")
    (repo / "c.py").write_text("c\n")
    tree = review_prompt(repo, "mind the sums")
    assert tree is not None
    assert tree.told == "reviewing the changes in the working tree: 1 file, +0 -0, 1 not tracked"
    assert tree.prompt.endswith("above all: mind the sums")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "",
            "There is nothing to review: the changes in the working tree are none. /review BRANCH",
        ),
        ("mian", "There is no branch, commit or range 'mian' here; /review alone reviews the working tree."),
        ("main..mian", "main..mian: there is no branch or commit 'mian' in this repository."),
        ("HEAD", "There is nothing to review: the changes of HEAD...HEAD are none."),
    ],
)
def test_where_there_is_nothing_to_review_that_is_said(words: str, told: str, repo: Path) -> None:
    with pytest.raises(UsageError) as error:
        review_prompt(repo, words)
    assert str(error.value).startswith(told)


def test_git_is_not_asked_where_the_repository_names_programs(repo: Path) -> None:
    git(repo, "config", "filter.evil.clean", "touch ran; cat")
    (repo / ".gitattributes").write_text("*.py filter=evil\n")
    (repo / "a.py").write_text("x = 4\n")
    assert review_prompt(repo, "") is None
    assert not (repo / "ran").exists()


def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *steps: dict[str, Any]) -> None:
    monkeypatch.setenv("DROIDLITE_SCRIPT", write_script(tmp_path / "s.jsonl", steps)["DROIDLITE_SCRIPT"])


def test_a_review_changes_nothing_unasked(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And reads without a question; afterwards what ran without asking before does so again."""
    look = {
        "calls": [
            call("shell", command="git diff main...HEAD"),
            call("edit", file_path="a.py", old_string="x", new_string="z"),
        ]
    }
    script(tmp_path, monkeypatch, look, {"text": "a.py:1 is wrong."})
    person = Silent()
    with opened(repo, person=person, autonomy="high", verify="touch checked") as chat:
        told, events = chat.review("main")
        levels = [chat.status().autonomy for _ in events]
        assert told == "reviewing the changes of main...HEAD: 2 files, +2 -1"
        assert (set(levels), chat.status().autonomy) == ({"off"}, "high")
        (turn,) = chat.turns()
        (listed,) = chat.sessions()
        assert (turn.text, listed.title, listed.last) == ("/review main",) * 3
        assert chat.sessions("look for, in this order") == ()
        assert [found.line for found in chat.sessions("review main")] == [""]
        (said, *_) = chat._retold()
        assert said == User("/review main")
        assert chat.session.parts.journal.session().turns[0].prompt.startswith("Review the changes of main...HEAD.")
    assert [approval.summary for approval in person.approvals] == ["a.py"]
    assert ((repo / "a.py").read_text(), (repo / "checked").exists()) == ("x = 2\ny = 3\n", False)


def test_without_git_the_sessions_own_changes_are_reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = {"calls": [call("write", file_path="new.py", content="x = 1\n")]}
    script(tmp_path, monkeypatch, make, {"text": "Done."}, {"text": "Fine."})
    with opened(tmp_path) as chat:
        with pytest.raises(UsageError, match="git cannot be asked here, and this session changed nothing"):
            chat.review("")
        says(chat, "make it")
        told, events = chat.review("the name")
        assert (told, len(list(events)) > 0) == ("reviewing what this session changed", True)
        prompt = chat.session.parts.agent.transcript.prompts[-1]
    assert "+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1\n" in prompt
    assert prompt.endswith("above all: the name")


@pytest.mark.parametrize(("there", "begins"), [(False, "Write AGENTS.md"), (True, "Improve AGENTS.md")])
def test_agents_md_is_written_or_improved(
    there: bool, begins: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, {"text": "Nothing needed it."})
    if there:
        (tmp_path / "AGENTS.md").write_text("# Tabs\n")
    with opened(tmp_path) as chat:
        told, events = chat.init()
        assert told.startswith("improving AGENTS.md" if there else "writing AGENTS.md")
        list(events)
        assert chat.session.parts.agent.transcript.prompts[-1].startswith(begins)
