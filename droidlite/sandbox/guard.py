"""Puts back what no command may change where the mechanism itself could not keep it: compared after each command."""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from droidlite.secrecy import make_private

MOST_BYTES = 1_000_000
MOST_FILES = 500
"""Of one protected path; what is larger is compared by size and time alone and cannot be put back."""
_APART = frozenset({"worktrees", "objects", "logs", "lfs"})


class Kept(Struct, frozen=True):
    """What one path was: its `mode` (0 = absent), the `content` of a file or of a link; None = not read."""

    mode: int
    content: bytes | None = None
    size: int = 0
    changed: int = 0


def look(paths: Iterable[Path]) -> dict[Path, Kept]:
    """Each of `paths` and, of folders, everything below."""
    return {path: _kept(path) for top in paths for path in _below(top)}


def put_back(before: dict[Path, Kept], paths: Iterable[Path], aside: Path) -> tuple[str, ...]:
    """Makes everything again what it was; what was there instead goes to the folder `aside`. Returns the paths that had
    been changed."""
    after = look(paths)
    found: list[Path] = []
    moved: set[Path] = set()
    for path in sorted({*before, *after}):  # a folder before what is in it: that goes with it, or is behind a link
        then, now = before.get(path, Kept(0)), after.get(path, Kept(0))
        if then == now or (stat.S_ISDIR(then.mode) and stat.S_ISDIR(now.mode)):
            continue
        if moved.isdisjoint(path.parents) and os.path.realpath(path.parent) != str(path.parent):
            continue  # a link stands above it now: what it leads to is not this command's to have changed, nor ours
        found.append(path)
        if moved.isdisjoint(path.parents):
            _set_aside(path, aside)
            moved.add(path)
    for path in found:
        _restore(path, before.get(path, Kept(0)))
    return tuple(map(str, found))


def _below(top: Path) -> Iterator[Path]:
    yield top
    if top.is_symlink() or not top.is_dir():
        return
    count = 0
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in _APART)
        for name in (*folders, *sorted(files)):
            count += 1
            if count > MOST_FILES:
                return
            yield Path(folder, name)


def _kept(path: Path) -> Kept:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            return Kept(stat.S_IFLNK, os.fsencode(os.readlink(path)))
        if stat.S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES:
            return Kept(found.st_mode, path.read_bytes())
        if stat.S_ISREG(found.st_mode):
            return Kept(found.st_mode, None, found.st_size, found.st_mtime_ns)
    except OSError:
        return Kept(0)
    return Kept(found.st_mode)


def _set_aside(path: Path, aside: Path) -> None:
    if not path.is_symlink() and not path.exists():
        return
    make_private(aside)
    number = sum(1 for _ in aside.iterdir())
    shutil.move(path, aside / f"{number}-{path.name}")


def _restore(path: Path, then: Kept) -> None:
    if stat.S_ISDIR(then.mode):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(stat.S_IMODE(then.mode))
    elif then.content is not None and stat.S_ISLNK(then.mode):
        os.symlink(os.fsdecode(then.content), path)
    elif then.content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(then.content)
        path.chmod(stat.S_IMODE(then.mode))
