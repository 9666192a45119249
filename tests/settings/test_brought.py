"""What a repository brings is found and hashed as a whole; hostile things among it end the look, not the program."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from droidlite.settings.trust import DEEPEST, KEPT, LARGEST, MOST_FILES, Found, look


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    write(root, ".droidlite/config.toml", "model = 'x'")
    write(root, ".droidlite/commands/fix.md", "fix it")
    write(root, ".agents/skills/a/SKILL.md", "a skill")
    write(root, ".mcp.json", "{}")
    write(root, "AGENTS.md", "tabs")
    write(root, "sub/CLAUDE.md", "spaces")
    return root


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


HERE = {".droidlite/config.toml", ".droidlite/commands/fix.md", ".agents/skills/a/SKILL.md", ".mcp.json", "AGENTS.md"}


def test_all_that_may_be_used_is_found_and_nothing_else(root: Path) -> None:
    write(root, "src/AGENTS.md", "elsewhere")
    write(root, ".droidlite/worktrees/x/AGENTS.md", "a root of its own")
    write(root, ".agents/notes.md", "read by nobody")
    assert set(look(root, root).files) == HERE
    below = look(root, root / "sub")
    assert (set(below.files), below.folders, below.problem) == (HERE | {"sub/CLAUDE.md"}, ("", "sub"), "")
    assert below.contents == {name: (root / name).read_bytes() for name in below.files}


def test_a_folder_outside_and_one_that_brings_nothing(root: Path, tmp_path: Path) -> None:
    assert set(look(root, tmp_path).files) == HERE
    (tmp_path / "empty").mkdir()
    assert look(tmp_path / "empty", tmp_path / "empty") == Found(root=tmp_path / "empty")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a content": lambda root: write(root, "AGENTS.md", "tabS"),
    "a new file": lambda root: write(root, ".droidlite/new", ""),
    "one that is gone": lambda root: (root / ".mcp.json").unlink(),
    "another name": lambda root: (root / ".droidlite/commands/fix.md").rename(root / ".droidlite/commands/fox.md"),
    "another folder": lambda root: (root / ".droidlite/commands").rename(root / ".droidlite/hooks"),
    "a link in its place": lambda root: (
        (root / "AGENTS.md").rename(root / "a.md"),
        (root / "AGENTS.md").symlink_to("a.md"),
    ),
    "contents exchanged": lambda root: (write(root, "AGENTS.md", "{}"), write(root, ".mcp.json", "tabs")),
    "a byte from one to the next": lambda root: (
        write(root, ".agents/skills/a/SKILL.md", "a skil"),
        write(root, ".droidlite/commands/fix.md", "lfix it"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_another_hash(change: str, root: Path) -> None:
    before = look(root, root).sha256
    CHANGES[change](root)
    assert look(root, root).sha256 != before


def test_what_does_not_belong_to_it_and_where_it_lies_is_no_change(root: Path, tmp_path: Path) -> None:
    before = look(root, root).sha256
    write(root, "src/main.py", "print()")
    os.utime(root / "AGENTS.md", (0, 0))
    root.rename(tmp_path / "moved")
    assert look(tmp_path / "moved", tmp_path / "moved").sha256 == before


def test_a_link_in_the_root_is_hashed_with_what_it_leads_to_and_one_out_of_it_is_not_opened(
    root: Path, tmp_path: Path
) -> None:
    write(tmp_path, "secret", "a secret")
    write(root, "docs/real.md", "inside")
    for name, leads in (
        ("sub/AGENTS.md", "../docs/real.md"),
        (".droidlite/out", "../../secret"),
        (".droidlite/up", ".."),
    ):
        (root / name).symlink_to(leads)
    (root / ".droidlite" / "round").symlink_to("round")
    found = look(root, root / "sub")
    assert found.problem == ""
    assert {name for name in found.files if found.files[name].startswith("link:")} == {
        "sub/AGENTS.md",
        ".droidlite/out",
        ".droidlite/up",
        ".droidlite/round",
    }
    assert found.contents["sub/AGENTS.md"] == b"inside"
    assert b"a secret" not in found.contents.values()
    write(root, "docs/real.md", "changed")
    changed = look(root, root / "sub").files
    assert {name for name in changed if changed[name] != found.files[name]} == {"sub/AGENTS.md"}


@pytest.mark.parametrize("name", [".droidlite", ".agents", ".agents/skills"])
def test_a_folder_that_is_a_link_is_a_link(name: str, root: Path, tmp_path: Path) -> None:
    (root / name).rename(tmp_path / "far")
    (root / name).symlink_to(tmp_path / "far")
    found = look(root, root)
    assert found.files[name].startswith("link:")
    assert [each for each in found.files if each.startswith(f"{name}/")] == []


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 << 30)


def many(folder: Path) -> None:
    folder.mkdir()
    for number in range(MOST_FILES + 1):
        (folder / str(number)).touch()


def listening(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)
    os.chdir(here)


HOSTILE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a pipe": (".droidlite/x", os.mkfifo, ".droidlite/x is a named pipe, not a file"),
    "a pipe to the model": ("sub/AGENTS.md", os.mkfifo, "sub/AGENTS.md is a named pipe, not a file"),
    "a link to a pipe": (
        ".droidlite/x",
        lambda path: (os.mkfifo(path.parent.parent / "pipe"), path.symlink_to("../pipe")),
        ".droidlite/x is a named pipe, not a file",
    ),
    "a socket": (".mcp.json", listening, ".mcp.json is a socket or device, not a file"),
    "10 GB": (".droidlite/x", sparse, f".droidlite/x is larger than {LARGEST >> 20} MiB"),
    "a long text": (
        "sub/AGENTS.md",
        lambda path: path.write_bytes(b"x" * (KEPT + 1)),
        "sub/AGENTS.md is larger than 1 MiB",
    ),
    "many files": (".droidlite/x", many, f".droidlite holds more than {MOST_FILES:,} files"),
    "deep folders": (
        ".droidlite/x",
        lambda path: path.joinpath(*"d" * DEEPEST).mkdir(parents=True),
        f".droidlite/x/{'d/' * (DEEPEST - 2)}d is more than {DEEPEST} folders deep",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hostile_is_one_sentence(what: str, root: Path) -> None:
    name, make, sentence = HOSTILE[what]
    (root / name).unlink(missing_ok=True)
    make(root / name)
    assert look(root, root / "sub").problem == sentence


def test_names_with_newlines_quotes_and_no_text_are_names(root: Path) -> None:
    names = ['a\nb"c', "\x1b[2J", os.fsdecode(b"caf\xe9"), "a" * 255]
    for name in names:
        write(root, f".droidlite/{name}", "x")
    assert set(look(root, root).files) == HERE | {f".droidlite/{name}" for name in names}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read(root: Path) -> None:
    (root / "AGENTS.md").chmod(0)
    assert look(root, root).problem == "AGENTS.md cannot be read: Permission denied"
