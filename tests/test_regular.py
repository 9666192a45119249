"""Only regular files are read, in bounds; git and walks are not held up by what a repository holds."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hostile
import pytest

from droidlite.regular import git_answers, read_regular, read_text, walk


@pytest.mark.parametrize("kind", ["fifo", "zero", "socket", "folder", "dangling", "circle"])
def test_what_is_no_file_is_an_error_at_once(kind: hostile.Kind, tmp_path: Path) -> None:
    hostile.put(tmp_path / "AGENTS.md", kind)
    with pytest.raises(OSError):  # noqa: PT011 - whichever the system has for it
        read_regular(tmp_path / "AGENTS.md", 10)
    assert read_text(tmp_path / "AGENTS.md", 10) == ""


def test_a_file_of_holes_is_read_in_bounds(tmp_path: Path) -> None:
    hostile.put(tmp_path / "x", "sparse")
    assert read_regular(tmp_path / "x", 10) == bytes(10)


@pytest.mark.parametrize("kind", ["fifo", "zero", "sparse"])
@pytest.mark.parametrize("name", [".git/config", ".git/HEAD", ".git/index", ".git/refs/heads/main", ".gitignore"])
def test_git_is_not_asked_where_it_would_hang(name: str, kind: hostile.Kind, repo: Path) -> None:
    assert git_answers(repo)
    hostile.put(repo / name, kind)
    assert not git_answers(repo)


def test_the_git_folder_of_a_work_tree_counts(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".git").write_text(f"gitdir: {repo / '.git'}\n")
    assert git_answers(tmp_path / "other")
    hostile.put(repo / ".git" / "config", "fifo")
    assert not git_answers(tmp_path / "other")


@pytest.mark.parametrize("text", ["gitdir: /x\0y", "", "gitdir: .git", "gitdir: " + "x" * 5_000])
def test_a_git_file_that_leads_nowhere_is_for_git_to_refuse(text: str, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(text)
    assert git_answers(tmp_path)


@pytest.fixture
def deep() -> Iterator[Path]:
    """A folder of 3,000 in each other; gone afterwards, for pytest could not remove it."""
    top = Path(tempfile.mkdtemp())
    try:
        hostile.dig(top, 3_000)
        yield top
    finally:
        hostile.clear(top)


def test_a_walk_goes_deeper_than_the_stack_and_follows_no_link(deep: Path) -> None:
    (deep / "loop").symlink_to(deep)
    (deep / "file").write_text("")
    found = list(walk(deep))
    here, folders, names = found[0]
    assert (here, sorted(folders), names) == (str(deep), ["d", "loop"], ["file"])
    assert len(found) > 1_500


def test_a_walk_is_steered_as_os_walk_is(tmp_path: Path) -> None:
    for name in ("a/x", "b/x", "a/c/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    def seen(go: Callable[..., object]) -> list[tuple[str, list[str], list[str]]]:
        found = []
        for here, folders, names in go(tmp_path):  # type: ignore[attr-defined]
            folders[:] = sorted(name for name in folders if name != "b")
            found.append((here, list(folders), sorted(names)))
        return found

    assert seen(walk) == seen(os.walk)


def test_nothing_listens(tmp_path: Path) -> None:
    """A socket in place of a file is not connected to."""
    with socket.socket(socket.AF_UNIX) as bound:
        os.chdir(tmp_path)
        bound.bind("AGENTS.md")
        assert read_text(tmp_path / "AGENTS.md", 10) == ""
