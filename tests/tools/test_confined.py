"""No path leads out of the root, whatever is swapped underneath, with openat2 and without."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from racing import WORK, Arena, can_race, hostile, race, reaches
from workspace import Workspace

from droidlite.tools import confined

CANARY = "canary-7193"
OUT = "leads out of the working folder"


@pytest.fixture(params=["openat2", "walk"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of opening: the kernel's own, and component by component where there is none."""
    if request.param == "walk":
        monkeypatch.setattr(confined, "_openat2_works", False)
    return request.param


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A neighbour of the root whose name starts like it."""
    folder = tmp_path.resolve() / "repo_evil"
    folder.mkdir()
    (folder / "secret").write_text(CANARY)
    return folder


@pytest.mark.parametrize("path", ["../repo_evil/secret", "a/../../repo_evil/secret", "./../repo_evil/secret"])
def test_relative_ways_out(work: Workspace, failing: Callable[..., str], outside: Path, path: str) -> None:
    assert "is outside the working folder" in failing("read", file_path=path)
    assert "is outside the working folder" in failing("write", file_path=path, content="x")
    assert "is outside the working folder" in failing("grep", pattern="c", path=path)
    assert (outside / "secret").read_text() == CANARY


def test_absolute_ways_out(work: Workspace, failing: Callable[..., str], outside: Path) -> None:
    for path in (str(outside / "secret"), f"{work.root}_evil/secret", "/etc/passwd", "/proc/self/environ", "/"):
        assert "is outside the working folder" in failing("read", file_path=path)
    work.write("in.txt", "in\n")
    assert work.call("read", file_path=str(work.root / "in.txt")).content == "1\tin"


def test_links_out_are_refused(work: Workspace, failing: Callable[..., str], outside: Path) -> None:
    (work.root / "file").symlink_to(outside / "secret")
    (work.root / "folder").symlink_to(outside)
    (work.root / "chain").symlink_to("folder")
    (work.root / "new").symlink_to(outside / "new")
    for path in ("file", "folder/secret", "chain/secret", "folder/../secret"):
        wanted = OUT if path != "folder/../secret" else "secret does not exist."
        assert wanted in failing("read", file_path=path)
    for path in ("file", "folder/x", "chain/x", "new"):
        assert OUT in failing("write", file_path=path, content="x")
    assert OUT in failing("edit", file_path="file", old_string="canary", new_string="x")
    assert OUT in failing("patch", input="*** Begin Patch\n*** Delete File: folder/secret\n*** End Patch")
    assert OUT in failing("grep", pattern="canary", path="folder")
    assert OUT in failing("glob", pattern="*", path="chain")
    assert work.call("grep", pattern="canary").content == "No match."
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_links_inside_are_followed(work: Workspace) -> None:
    work.write("real/a.txt", "one\n")
    (work.root / "short").symlink_to("real")
    (work.root / "abs.txt").symlink_to(work.root / "real" / "a.txt")
    assert work.call("read", file_path="short/a.txt").content == "1\tone"
    assert work.call("read", file_path="abs.txt").content == "1\tone"
    assert work.call("edit", file_path="abs.txt", old_string="one", new_string="two").content == "Edited real/a.txt."
    assert (work.root / "abs.txt").is_symlink()
    assert work.bytes("real/a.txt") == b"two\n"
    assert work.saved == ["real/a.txt"]


def test_links_in_a_circle(work: Workspace, failing: Callable[..., str]) -> None:
    (work.root / "a").symlink_to("b")
    (work.root / "b").symlink_to("a")
    (work.root / "deep").symlink_to("deep/er")
    circle = "is a link that leads back to itself; it is not followed."
    assert failing("read", file_path="a") == f"a {circle}"
    assert failing("write", file_path="a", content="x") == f"a {circle}"
    assert failing("grep", path="deep/x.py", pattern="x") == f"deep/x.py {circle}"


def test_extra_folders_and_spill(work: Workspace, failing: Callable[..., str], outside: Path) -> None:
    work.context.spill.mkdir()
    (work.context.spill / "shell-1.txt").write_text("spilled\n")
    assert work.call("read", file_path=str(work.context.spill / "shell-1.txt")).content == "1\tspilled"
    assert "outside" in failing("write", file_path=str(work.context.spill / "x"), content="x")
    work.context = msgspec.structs.replace(work.context, extra=(outside,))
    assert work.call("read", file_path="../repo_evil/secret").content == f"1\t{CANARY}"


@pytest.mark.parametrize(
    "path", [".git/config", ".git/hooks/pre-commit", "sub/.git/x", ".GIT/config", "x/../.git/y", ".git"]
)
def test_git_itself_is_not_written(work: Workspace, failing: Callable[..., str], path: str) -> None:
    work.write(".git/config", "[core]\n")
    assert "git's own files" in failing("write", file_path=path, content="x")
    assert "git's own files" in failing("patch", input=f"*** Begin Patch\n*** Add File: {path}\n+x\n*** End Patch")
    assert work.tree() == {".git/config": b"[core]\n"}


def test_git_is_not_written_through_a_link(work: Workspace, failing: Callable[..., str]) -> None:
    work.write(".git/config", "[core]\n")
    (work.root / "innocent").symlink_to(".git")
    assert "git's own files" in failing("write", file_path="innocent/hooks/x", content="x")


@pytest.mark.parametrize("path", ["", "a\0b", "\ud800"])
def test_impossible_names(work: Workspace, failing: Callable[..., str], path: str) -> None:
    assert failing("read", file_path=path).startswith("The path ")


@pytest.mark.parametrize("tool", WORK)
def test_swapping_for_a_link_never_leads_out(tool: str, way: str, tmp_path: Path) -> None:
    """The race that loses with resolve-then-open; scripts/attack makes 40,000 attempts."""
    if not can_race():
        pytest.skip("no renameat2 here")
    made = list(race(tmp_path, tool, WORK[tool] // 50, walk=way == "walk"))
    assert [name for name, out, _ in made if out] == []
    assert any(did for *_, did in made)


def test_no_way_of_writing_a_path_leads_out(tmp_path: Path) -> None:
    arena = Arena(tmp_path)
    tried = [attempt for path in hostile(arena) for attempt in reaches(arena, path)]
    assert [name for name, out in tried if out] == []
    assert len(tried) > 200
