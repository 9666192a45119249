"""What no command may change in the folders it works in: git's own files, settings, hooks, what a check is run by."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from droidlite.errors import Refused
from droidlite.path_globs import fits_path
from droidlite.regular import read_text, walk
from droidlite.tool import Start

NAMES = (".git", ".droidlite", ".agents", ".mcp.json")
"""In the root and in each folder that was added."""
MOST_LOOKED_AT, MOST_MATCHING = 50_000, 500
"""Files of a tree that are held against rules, and of those that rules are about: more would hold each command up."""
_MOST = 65_536  # bytes of one of git's own files
_SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv"})
_GIT_RUNS = ("config.worktree", "hooks", "modules", "commondir", "info")
"""In git's folder: what decides which programs git starts."""


class Protected(Struct, frozen=True):
    """`kept` is there and stays as it is; `loose` is not there, or a link, and must be that afterwards too; `git` are
    git's folders where a command may change them, `settings` those in them that must start no program afterwards;
    `show` are folders outside that git needs to read."""

    kept: tuple[Path, ...]
    loose: tuple[Path, ...]
    git: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    settings: tuple[Path, ...] = ()

    @property
    def nested(self) -> tuple[Path, ...]:
        """Files that stay: a folder above one can be moved away with it, and another put in its place."""
        return tuple(path for path in self.kept if path.is_file())


def protected(start: Start, keep: tuple[Path, ...]) -> Protected:
    """What `start` must leave alone. Raises Refused for a name whose link leads nowhere: what a command would make
    there could not be told from what the person made."""
    found = [folder / name for folder in (start.root, *start.extra) for name in NAMES]
    own = [folder for folder in _git_folders(start.root) if folder.is_dir()]
    elsewhere = tuple(str(folder) for folder in own if not folder.is_relative_to(start.root))
    git: tuple[str, ...] = ()
    if start.reach == "git":
        found = [path for path in found if path != start.root / ".git" or path.is_file()]
        found += [folder / name for folder in own for name in _GIT_RUNS]
        git = tuple(map(str, own))
    else:
        found += [
            folder for top in (start.root, *start.extra) for folder in _git_folders(top) if folder != top / ".git"
        ]
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
    settings = tuple(Path(folder, "config") for folder in git)
    return Protected((*kept, *inner), loose, git, elsewhere, settings)


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
    """The folder of this work tree's own git files, and the one that all linked ones share: of what a .git file names
    only what says itself that it belongs here, for anybody can write such a file, naming any folder."""
    git = root / ".git"
    try:
        linked = git.is_file()
        if linked:
            git = Path(os.path.realpath(root / read_text(git, _MOST).removeprefix("gitdir:").strip()))
        if not (git.is_dir() and (git / "HEAD").is_file()) or (linked and not _belongs(git, root)):
            return
        yield git
        shared = read_text(git / "commondir", _MOST).strip() if (git / "commondir").is_file() else ""
        common = Path(os.path.realpath(git / shared))
        if shared and git.is_relative_to(common / "worktrees") and (common / "objects").is_dir():
            yield common
    except (OSError, ValueError):
        return


def _belongs(git: Path, root: Path) -> bool:
    """Whether git's folder names `root` in turn: as a linked work tree does, or a submodule; or lies in it."""
    if git.is_relative_to(root):
        return True
    back = git / "gitdir"
    if back.is_file():
        return Path(os.path.realpath(read_text(back, _MOST).strip())) == root / ".git"
    tree = re.search(r"^\s*worktree\s*=\s*(.+?)\s*$", read_text(git / "config", _MOST), re.MULTILINE)
    return bool(tree) and Path(os.path.realpath(git / tree[1])) == root  # type: ignore[index]
