"""The names of a repository's files, listed without running anything of it and without reading them."""

import os
import subprocess
from pathlib import Path

import pytest

from droidlite.routing import listing
from droidlite.routing.listing import list_files


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a b.py").touch()
    (root / "ü\n.md").touch()
    (root / "untracked.py").touch()
    git(root, "init", "-q")
    git(root, "add", "src", "ü\n.md")
    return root


def test_what_git_tracks(repository: Path) -> None:
    assert sorted(list_files(repository)) == ["src/a b.py", "ü\n.md"]
    assert list_files(repository / "src") == ["a b.py"]


def test_where_nothing_is_tracked_yet_the_folder_is_walked(repository: Path) -> None:
    git(repository, "rm", "-r", "-q", "--cached", ".")
    assert list_files(repository) == ["src/a b.py", "untracked.py", "ü\n.md"]


def test_no_program_the_repository_names_is_started(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o700)
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "post-index-change").symlink_to(trap)
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "pager.ls-files"):
        git(repository, "config", name, str(trap))
    assert len(list_files(repository)) == 2
    assert not (tmp_path / "sprung").exists()


def test_the_environment_cannot_point_git_elsewhere(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert len(list_files(repository)) == 2


def test_a_folder_without_git_is_walked_without_what_is_hidden_or_generated(tmp_path: Path) -> None:
    for path in ("b/c.py", "a.py", ".hidden/x.py", "node_modules/x.js", "web/node_modules/y.js", ".env"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "round").symlink_to(tmp_path)
    assert list_files(tmp_path) == [".env", "a.py", "b/c.py", "round"]


def test_a_walk_ends_at_its_limit_with_what_lies_highest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    for path in ("a/deep.py", "b.py", "c.py"):
        (tmp_path / path).touch()
    monkeypatch.setattr(listing, "WALK_FILES", 2)
    assert list_files(tmp_path) == ["b.py", "c.py"]


def test_a_git_that_does_not_answer_is_done_without(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(listing, "GIT_SECONDS", 0.05)
    assert list_files(repository) == []


def test_nothing_where_there_is_no_folder(tmp_path: Path) -> None:
    assert list_files(tmp_path / "missing") == []


def test_without_git_it_walks(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert list_files(repository) == ["src/a b.py", "untracked.py", "ü\n.md"]
