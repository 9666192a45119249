"""--worktree: the session's changes stay beside the person's."""

import subprocess
from pathlib import Path

from binary import call, droidlite, write_script


def git(root: Path, *words: str) -> str:
    author = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    return subprocess.run(["git", *author, *words], cwd=root, check=True, capture_output=True, text=True).stdout


def test_changes_stay_in_the_worktree_and_its_branch(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "a.txt").write_text("one\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "one"]):
        git(root, *words)
    steps = [
        {"calls": [call("read", file_path="a.txt")]},
        {"calls": [call("write", file_path="a.txt", content="two\n")]},
    ]
    exclude = root / ".git" / "info" / "exclude"
    exclude.write_bytes(b"caf\xe9\nlast without its end")  # a person's own, not UTF-8
    env = write_script(tmp_path / "s.jsonl", [*steps, {"text": "Done."}])
    ran = droidlite("exec", "--auto", "low", "-w", "fix", "go", cwd=root, env=env)
    assert (ran.code, ran.out) == (0, "Done.\n"), ran.err
    assert (root / "a.txt").read_text() == "one\n"
    assert (root / ".droidlite" / "worktrees" / "fix" / "a.txt").read_text() == "two\n"
    assert "droidlite/fix" in git(root, "branch")
    assert git(root, "status", "--porcelain") == ""
    again = droidlite("exec", "-w", "fix", "go on", cwd=root, env=env)
    assert again.code == 0, again.err
    assert exclude.read_bytes() == b"caf\xe9\nlast without its end\n/.droidlite/worktrees/\n"
    listed = droidlite("sessions", cwd=root).out.splitlines()
    assert [line.strip() for line in listed[1::2]] == ["worktree .droidlite/worktrees/fix"] * 2


def test_nothing_is_left_of_one_whose_session_did_not_begin(repo: Path) -> None:
    git(repo, "commit", "-q", "--allow-empty", "-m", "one")
    git(repo, "branch", "droidlite/old")
    before = git(repo, "branch", "--all")
    for words in (["exec", "-w", "early", "-m", "nope", "x"], ["-w", "old"]):
        assert droidlite(*words, cwd=repo).code == 2
        assert (git(repo, "branch", "--all"), list(repo.iterdir())) == (before, [repo / ".git"])
        assert len(git(repo, "worktree", "list").splitlines()) == 1


def test_a_folder_without_git_and_a_bad_name_are_told(tmp_path: Path) -> None:
    plain = droidlite("exec", "-w", "fix", "go", cwd=tmp_path)
    (tmp_path / "repo").mkdir()
    git(tmp_path / "repo", "init", "-q")
    bad = droidlite("exec", "-w", "../out", "go", cwd=tmp_path / "repo")
    assert (plain.code, bad.code) == (2, 2)
    assert "is not in a git repository, so --worktree cannot be used" in plain.err
    assert "--worktree '../out': use letters" in bad.err
