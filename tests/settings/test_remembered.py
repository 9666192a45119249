"""What is allowed for good is kept per folder, whole or not at all."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from droidlite.errors import SettingsError
from droidlite.settings.remembered import allowed_file, load_allowed, remember_allowed

ROOT, OTHER = Path("/srv/one"), Path("/srv/two")


def test_it_is_kept_by_folder_and_once(tmp_path: Path) -> None:
    assert load_allowed(tmp_path, ROOT) == ()
    for prefix in ("npm test", "make", "npm test"):
        remember_allowed(tmp_path, ROOT, prefix)
    remember_allowed(tmp_path, OTHER, "cargo")
    assert load_allowed(tmp_path, ROOT) == ("npm test", "make")
    assert load_allowed(tmp_path, OTHER) == ("cargo",)
    assert sorted(path.name for path in (tmp_path / "allowed").glob("*.json")) == sorted(
        allowed_file(tmp_path, root).name for root in (ROOT, OTHER)
    )


def test_a_file_of_another_folder_allows_nothing(tmp_path: Path) -> None:
    remember_allowed(tmp_path, OTHER, "cargo")
    os.rename(allowed_file(tmp_path, OTHER), allowed_file(tmp_path, ROOT))
    assert load_allowed(tmp_path, ROOT) == ()


@pytest.mark.parametrize("text", ["", "{", '{"root": "/srv/one", "comands": []}', "\xff"])
def test_a_broken_file_is_told_and_not_overwritten(text: str, tmp_path: Path) -> None:
    path = allowed_file(tmp_path, ROOT)
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"cannot be used \(.*\); delete it to be asked again"):
        remember_allowed(tmp_path, ROOT, "make")
    assert path.read_bytes() == text.encode("latin-1")


def test_nothing_is_left_behind_when_it_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    remember_allowed(tmp_path, ROOT, "make")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        remember_allowed(tmp_path, ROOT, "npm test")
    assert (load_allowed(tmp_path, ROOT), sorted(os.listdir(tmp_path / "allowed"))) == (
        ("make",),
        [allowed_file(tmp_path, ROOT).name, "lock"],
    )


def test_answers_remembered_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def remember(who: str) -> None:
        for number in range(10):
            remember_allowed(tmp_path, ROOT, f"{who} {number}")

    threads = [threading.Thread(target=remember, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(load_allowed(tmp_path, ROOT)) == [f"{who} {number}" for who in "abcd" for number in range(10)]


@pytest.mark.parametrize("step", ["mkstemp", "fsync", "replace", "after"])
def test_a_kill_while_it_is_written_leaves_the_old_or_the_new(step: str, tmp_path: Path) -> None:
    """In a process of its own, which kills itself at the step."""
    program = """
import os, sys, tempfile
from pathlib import Path
from droidlite.settings.remembered import remember_allowed

def die(*given, **more):
    os.kill(os.getpid(), 9)

for module, name in ((tempfile, "mkstemp"), (os, "fsync"), (os, "replace")):
    if name == sys.argv[2]:
        setattr(module, name, die)
remember_allowed(Path(sys.argv[1]), Path("/srv/one"), "npm test")
die()
"""
    remember_allowed(tmp_path, ROOT, "make")
    ran = subprocess.run([sys.executable, "-c", program, tmp_path, step], check=False)
    known = ("make", "npm test") if step == "after" else ("make",)
    assert (ran.returncode, load_allowed(tmp_path, ROOT)) == (-9, known)
    remember_allowed(tmp_path, ROOT, "cargo")
    assert load_allowed(tmp_path, ROOT) == (*known, "cargo")
