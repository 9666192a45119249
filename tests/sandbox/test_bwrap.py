"""bubblewrap's file system, as a command finds it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from attack_sandbox import why_not

from droidlite.sandbox.sandbox import Box, Sandbox
from droidlite.tool import Start

pytestmark = pytest.mark.skipif(bool(why_not("bwrap")), reason="bubblewrap does not work here")


def ran(root: Path, home: Path, command: str, *, read: tuple[str, ...] = ()) -> str:
    """What a command in `root` prints, errors too."""
    box = Box(
        mechanism="bwrap", bwrap=shutil.which("bwrap") or "", env={"HOME": str(home)}, own=(),
        scratch=root.parent / "scratch" / "tmp", cache=root.parent / "cache", read=read,
    )  # fmt: skip
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    confined = Sandbox(box).confine(
        Start(argv=("/bin/sh", "-c", command), cwd=root, environment=environment, reach="work", root=root,
              spill=root.parent / "spill")
    )  # fmt: skip
    try:
        done = subprocess.run(
            confined.argv, env=confined.environment, pass_fds=confined.files, cwd=root, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30,
        )  # fmt: skip
    finally:
        for file in confined.files:
            os.close(file)
    return done.stdout


@pytest.mark.parametrize("there", ["nothing", "a folder", "a link"])
def test_a_home_that_is_shown_has_its_cache_where_there_is_a_place_for_it(tmp_path: Path, there: str) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    for folder in (root, home):
        folder.mkdir()
    (home / "notes").write_text("mine\n")
    if there == "a folder":
        (home / ".cache").mkdir()
    if there == "a link":
        (home / ".cache").symlink_to(root)
    said = ran(root, home, "cat ~/notes; (: > ~/.cache/made) 2>/dev/null && echo made", read=(str(home),))
    assert (said, (home / ".cache" / "made").exists()) == (
        "mine\n" + ("" if there == "nothing" else "made\n"), there == "a link",
    )  # fmt: skip


def test_a_home_that_is_hidden_has_one(tmp_path: Path) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    for folder in (root, home):
        folder.mkdir()
    assert ran(root, home, "echo x > ~/.cache/made; ls -A ~") == ".cache\n"
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["made"]
