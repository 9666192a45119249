"""Reads text where a repository says there is some, whatever really is there: a FIFO would wait for ever, a device or a
file of holes has no end."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MOST_OF_GIT = 1024**3
"""Bytes of one of git's own files: the index of a million files has 100 MB."""
WORKTREES = ".droidlite/worktrees"
"""Where --worktree puts them, in the repository that each is of: a root of its own."""
_OWN = ("config", "config.worktree", "HEAD", "index", "commondir", "packed-refs", "shallow")
_INFO = ("info/exclude", "info/attributes", "objects/info/alternates")
_TREE = (".gitignore", ".gitattributes", ".gitmodules")


def read_regular(path: Path, most: int) -> bytes:
    """The first `most` bytes of a regular file, links followed. Raises OSError, also where it is anything else."""
    with open_regular(path) as file:
        return file.read(most)


def open_regular(path: Path) -> BinaryIO:
    """A regular file, links followed, to be read. Raises OSError, also where it is anything else."""
    _require_regular(os.stat(path), path)  # before it is opened: opening a device may do something
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _require_regular(os.fstat(file), path)
    except OSError:
        os.close(file)
        raise
    return open(file, "rb")


def read_text(path: Path, most: int) -> str:
    """As read_regular, what is no UTF-8 replaced; "" where it cannot be read."""
    try:
        return read_regular(path, most).decode("utf-8", "replace")
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return ""


def _require_regular(facts: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def git_answers(root: Path) -> bool:
    """False where a file that every git command in `root` reads is a FIFO or a device, which would hold it up for
    ever, or one of holes, which it would hold in memory."""
    git = root / ".git"
    try:
        if stat.S_ISREG(os.stat(git).st_mode):
            git = root / read_text(git, 4_096).removeprefix("gitdir:").strip()
        common = git / read_text(git / "commondir", 4_096).strip()
        branch = read_text(git / "HEAD", 4_096).removeprefix("ref:").strip() or "HEAD"
        names = (*_OWN, *_INFO, branch)
        places = (*(git / name for name in names), *(common / name for name in names))
        return all(map(_is_harmless, (*places, *(root / name for name in _TREE))))
    except (OSError, ValueError):  # there is none, or a NUL in a name
        return True


def linked_git(root: Path) -> str:
    """The first of git's own files in `root` that is a link, which git would read wherever it leads; "" = none is."""
    return next((name for name in (*_OWN, *_INFO) if (root / ".git" / name).is_symlink()), "")


def _is_harmless(path: Path) -> bool:
    try:
        facts = os.stat(path)
    except OSError:
        return True  # git says so too
    return stat.S_ISDIR(facts.st_mode) or (stat.S_ISREG(facts.st_mode) and facts.st_size <= MOST_OF_GIT)


def walk(top: str | Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """As os.walk from the top, links not followed, without its recursion: folders may stand in each other deeper than
    Python's stack is. What is below the longest path the system takes is left out."""
    folders = [os.fspath(top)]
    while folders:
        here = folders.pop()
        inner, names = _entries(here)
        yield here, inner, names
        folders += [
            os.path.join(here, name) for name in reversed(inner) if not os.path.islink(os.path.join(here, name))
        ]


def _entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of its folders, links to some included, and of all else; none where it cannot be read."""
    found: tuple[list[str], list[str]] = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found[not _is_folder(entry)].append(entry.name)
    except OSError:
        return [], []
    return found


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
