"""Where droidlite keeps its own files, and which folder is the project."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from droidlite.regular import WORKTREES, read_text


class Places(Struct, frozen=True):
    """Three folders: what a person writes, what must be kept, and what may be deleted any time. None need exist."""

    config: Path
    state: Path
    cache: Path


def places(env: Mapping[str, str]) -> Places:
    """DROIDLITE_HOME puts all three under one folder; else the platform's own folders."""
    if home := env.get("DROIDLITE_HOME"):
        base = Path(home).expanduser().absolute()
        return Places(base / "config", base / "state", base / "cache")
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("droidlite", appauthor=False)
    return Places(dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path)


def find_root(cwd: Path) -> Path:
    """The nearest folder at or above `cwd` that holds .git (a folder, or a file in a worktree), else `cwd` itself."""
    here = cwd.resolve()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    return here


def repository_of(root: Path) -> Path:
    """The repository a root belongs to: that of a git worktree is the one it was made from."""
    made, _, _ = str(root).partition(f"/{WORKTREES}/")  # one of ours, also when it is gone
    link = read_text(root / ".git", 4_096).strip()
    home, found, _ = link.removeprefix("gitdir: ").partition("/.git/worktrees/")
    return Path(home) if found and link.startswith("gitdir: /") else Path(made)
