"""Copies a tree to a folder of its own with the check's files as they were, so that the check itself can be checked."""

import os
import shutil
import stat
from pathlib import Path

from droidlite.checks.protected import with_essence
from droidlite.checks.snapshot import SKIPPED, Changed, Snapshot

MOST_BYTES = 400_000_000
MOST_FILES = 60_000
DEEPEST = 300
"""Parts of a path. A larger or deeper tree is not copied."""
_LINKED = frozenset({"node_modules", ".venv", "venv", "target"})
"""Installed or built: used where it is, never copied."""
_GIT_LINKED = ("objects",)


class TooLarge(Exception):
    """The tree is larger than what is copied."""


def copy_tree(root: Path, to: Path) -> None:
    """`root` as it is now, in the new folder `to`: links stay links, installed folders are linked, of git everything
    but its objects is copied. Raises OSError, TooLarge."""
    room = [MOST_BYTES, MOST_FILES]
    _copy_folder(root, to, room, in_git=False)


def _copy_folder(source: Path, to: Path, room: list[int], *, in_git: bool) -> None:
    if len(source.parts) > DEEPEST:
        raise TooLarge
    to.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            target = to / entry.name
            if entry.name in SKIPPED - _LINKED or entry.path.endswith(os.path.join(".droidlite", "worktrees")):
                continue
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), target)
            elif entry.is_dir():
                if entry.name in _LINKED or (in_git and entry.name in _GIT_LINKED):
                    os.symlink(os.path.abspath(entry.path), target)
                else:
                    _copy_folder(Path(entry.path), target, room, in_git=in_git or entry.name == ".git")
            elif entry.is_file():
                room[0] -= entry.stat().st_size
                room[1] -= 1
                if min(room) < 0:
                    raise TooLarge
                shutil.copy2(entry.path, target)


def is_linked(path: str) -> bool:
    """Whether a file lies in a folder that is not copied, and so is the same in every copy."""
    return not _LINKED.isdisjoint(path.split("/"))


def put_back(place: Path, then: Snapshot, changed: Changed) -> None:
    """In the copy at `place`: the check's files as they were, and nothing that was added to them. Raises OSError."""
    for path in (*changed.added, *changed.hooks):
        if not os.path.isabs(path) and not is_linked(path):
            _remove(place / path)
    for path in (*changed.edited, *changed.removed):
        kept = then.files[path]
        content = kept.content()
        if content is None or os.path.isabs(path) or is_linked(path):
            continue
        target = place / path
        now = target.read_bytes() if path in changed.edited and target.is_file() else content
        _remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if kept.link:
            os.symlink(os.fsdecode(content), target)
        else:
            target.write_bytes(with_essence(path, now, content))
            target.chmod(stat.S_IMODE(kept.mode))


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
