"""What no command may change in the folders it works in: git's own files, settings, hooks, what a check is run by."""

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from droidlite.errors import Refused
from droidlite.path_globs import fits_path
from droidlite.regular import walk
from droidlite.tool import Start

NAMES = (".git", ".droidlite", ".agents", ".mcp.json")
"""In the root and in each folder that was added."""
MOST_LOOKED_AT, MOST_MATCHING = 50_000, 500
_SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv"})
_GIT_RUNS = ("config", "config.worktree", "hooks", "modules", "commondir", "info")
"""In git's folder: what decides which programs git starts."""


class Protected(Struct, frozen=True):
    """`kept` is there and stays as it is; `loose` is not there, or a link, and must be that afterwards too; `git` are
    git's folders where a command may change them; `show` are folders outside that git needs to read."""

    kept: tuple[Path, ...]
    loose: tuple[Path, ...]
    git: tuple[str, ...] = ()
    show: tuple[str, ...] = ()


def protected(start: Start, keep: tuple[Path, ...]) -> Protected:
    """What `start` must leave alone. Raises Refused for a name whose link leads nowhere: what a command would make
    there could not be told from what the person made."""
    found = [folder / name for folder in (start.root, *start.extra) for name in NAMES]
    own = [folder for folder in _git_folders(start.root) if folder.is_dir()]
    elsewhere = tuple(str(folder) for folder in own if not folder.is_relative_to(start.root))
    git: tuple[str, ...] = ()
    if start.reach == "git":
        found = [path for path in found if path != start.root / ".git" or not path.is_dir()]
        found += [folder / name for folder in own for name in _GIT_RUNS]
        git = tuple(map(str, own))
    found += [*keep, *matching(start.root, start.unwritable)]
    for path in found:
        if path.is_symlink() and not path.exists():
            raise Refused(
                f"{path} is a link that leads nowhere, so it cannot be protected and no command is run; remove it, or "
                "give --sandbox off."
            )
    kept = tuple(path for path in found if path.exists() and not path.is_symlink())
    targets = tuple(path.resolve() for path in found if path.is_symlink())
    inner = tuple(path for path in targets if path.is_relative_to(start.root) and path != start.root)
    loose = tuple(path for path in found if path.is_symlink() or not path.exists())
    return Protected((*kept, *inner), loose, git, elsewhere)


def matching(root: Path, globs: tuple[str, ...]) -> tuple[Path, ...]:
    """The files below `root` that one of `globs` is about; of a larger tree those that were found first."""
    if not globs:
        return ()
    found: list[Path] = []
    for seen, path in enumerate(_files(root)):
        if seen > MOST_LOOKED_AT or len(found) >= MOST_MATCHING:
            break
        if any(fits_path(glob, path.relative_to(root).as_posix()) for glob in globs):
            found.append(path)
    return tuple(found)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        yield from (Path(folder, name) for name in names)


def _git_folders(root: Path) -> Iterator[Path]:
    """The folder of this work tree's own git files, and the one that all linked ones share."""
    git = root / ".git"
    try:
        if git.is_file():
            git = Path(os.path.realpath(root / _text(git).removeprefix("gitdir:").strip()))
        if not git.is_dir():
            return
        yield git
        shared = _text(git / "commondir").strip() if (git / "commondir").is_file() else ""
    except (OSError, UnicodeDecodeError, ValueError):
        return
    if shared:
        yield Path(os.path.realpath(git / shared))


def _text(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(4096)
