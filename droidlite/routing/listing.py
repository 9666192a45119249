"""Lists a repository's files for the router: names alone, from git where there is a repository, in bounded time."""

import os
from collections.abc import Iterator
from pathlib import Path
from subprocess import SubprocessError
from time import monotonic

from droidlite.errors import Refused
from droidlite.hostgit import run_git
from droidlite.regular import git_answers

GIT_SECONDS = 2.0
"""How long git may take before its answer is done without."""
WALK_SECONDS = 0.25
"""How long the walk of a folder without git may take; what was found until then is the listing."""
WALK_FILES = 50_000
_SAFE = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"),
    *("-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit"),
)
"""No program a repository names is started and nothing is fetched."""
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "target", "dist", "build", "vendor"})


def list_files(root: Path) -> list[str]:
    """Paths below `root`, relative to it and with "/" between their parts: those git tracks, or where it tracks none
    those found by a walk that leaves out hidden and generated folders. No file is read, no link followed; [] where
    neither works. Names that are no text come back as os.fsdecode makes them."""
    tracked = _tracked(root)
    return sorted(_walk(root)) if tracked is None else tracked


def _tracked(root: Path) -> list[str] | None:
    """None where git is not there, this is no repository of ours, or nothing is tracked yet."""
    from shutil import which

    git = which("git")
    if not git or not os.path.isabs(git) or not git_answers(root):
        return None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    command = [git, "--no-pager", *_SAFE, "ls-files", "-z"]
    try:
        said = run_git(command, root, environment=environment, seconds=GIT_SECONDS)
    except SubprocessError:
        return []
    except (OSError, Refused):
        return None
    if said.returncode or not said.stdout:
        return None
    return os.fsdecode(said.stdout).rstrip("\0").split("\0")


def _walk(root: Path) -> Iterator[str]:
    """Breadth first, so that a limit cuts what lies deepest."""
    until = monotonic() + WALK_SECONDS
    folders, found = [""], 0
    for folder in folders:  # grows while it is read
        if found >= WALK_FILES or monotonic() > until:
            return
        for name, is_folder in _entries(root / folder):
            path = f"{folder}{name}"
            if is_folder and not name.startswith(".") and name not in _SKIPPED:
                folders.append(path + "/")
            elif not is_folder and found < WALK_FILES:
                found += 1
                yield path


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """Names and whether each is a folder, in the order of their names; [] where it may not be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:
        return []
