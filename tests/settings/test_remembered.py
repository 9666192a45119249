"""What is allowed for good is kept per folder, whole or not at all."""

import os
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
    assert len(list((tmp_path / "allowed").iterdir())) == 2


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
    assert (load_allowed(tmp_path, ROOT), len(list((tmp_path / "allowed").iterdir()))) == (("make",), 1)
