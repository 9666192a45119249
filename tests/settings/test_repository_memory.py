"""AGENTS.md from the root down, CLAUDE.md where there is none, and nothing from outside the root."""

from pathlib import Path

import pytest

from droidlite.settings.memory import LARGEST, memory_of
from droidlite.settings.trust import look


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "a" / "b").mkdir(parents=True)
    return tmp_path / "root"


def load_memory(root: Path, cwd: Path) -> tuple[tuple[str, str], ...]:
    return memory_of(look(root, cwd))


def test_each_folder_from_the_root_to_the_cwd_outermost_first(root: Path) -> None:
    (root / "AGENTS.md").write_text("top")
    (root / "CLAUDE.md").write_text("ignored beside AGENTS.md")
    (root / "a" / "CLAUDE.md").write_text("fallback")
    (root / "a" / "b" / "AGENTS.md").write_text("deep")
    (root / "a" / "c").mkdir()
    (root / "a" / "c" / "AGENTS.md").write_text("elsewhere")
    assert load_memory(root, root / "a" / "b") == (
        ("AGENTS.md", "top"),
        ("a/CLAUDE.md", "fallback"),
        ("a/b/AGENTS.md", "deep"),
    )


def test_no_files_no_memory(root: Path) -> None:
    assert load_memory(root, root / "a") == ()


def test_a_cwd_outside_the_root_has_none(root: Path, tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("outside")
    assert load_memory(root, tmp_path) == ()


def test_a_long_file_is_cut_and_says_so(root: Path) -> None:
    (root / "AGENTS.md").write_text("x" * (LARGEST + 1))
    assert load_memory(root, root) == (
        ("AGENTS.md", "x" * LARGEST + "\n\n[AGENTS.md is longer than 32,768 bytes; the rest was left out]\n"),
    )


def test_a_link_out_of_the_root_is_left_out_and_the_fallback_read(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    (root / "AGENTS.md").symlink_to(tmp_path / "secret")
    (root / "CLAUDE.md").write_text("fallback")
    assert load_memory(root, root) == (("CLAUDE.md", "fallback"),)


def test_a_link_within_the_root_is_followed(root: Path) -> None:
    (root / "a" / "real.md").write_text("real")
    (root / "AGENTS.md").symlink_to("a/real.md")
    assert load_memory(root, root) == (("AGENTS.md", "real"),)


def test_what_is_no_file_is_left_out(root: Path) -> None:
    (root / "AGENTS.md").mkdir()
    (root / "a" / "AGENTS.md").symlink_to("AGENTS.md")
    (root / "a" / "b" / "AGENTS.md").write_text(" \n")
    assert load_memory(root, root / "a" / "b") == ()


def test_bytes_that_are_no_utf8_are_replaced(root: Path) -> None:
    (root / "AGENTS.md").write_bytes(b"caf\xe9")
    assert load_memory(root, root) == (("AGENTS.md", "caf\ufffd"),)
