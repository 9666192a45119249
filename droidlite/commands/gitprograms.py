"""Keeps git from running what a repository's settings name: most are overridden, the rest are found and asked of."""

import errno
import os
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from droidlite.regex import regex
from droidlite.regular import read_regular, walk
from droidlite.types import Autonomy

LARGEST = 1_000_000
"""Bytes of a file of git's settings that are read; a longer one is asked about."""
MOST_MODULES = 100
"""Submodules whose settings are looked at; a repository with more is asked about."""
_RUNS = "clean|smudge|process|command|textconv|external|program|driver|alternaterefscommand"
"""Last part of the keys that make git run a program while it reads, adds or commits, and that no variable overrides
(an empty diff.external breaks every diff)."""
_B = r"[ \t\r\f\v]*+"
"""Blanks within a line: over lines they would be gone through again from each of them."""
_KEY = regex(rf"(?:^|\]){_B}({_RUNS}|worktree|path){_B}(?:=|$)", re.IGNORECASE | re.MULTILINE)
_MODULE_KEY = regex(
    rf"(?:^|\]){_B}({_RUNS}|path){_B}(?:=|$)|(?:^|\]){_B}(fsmonitor){_B}={_B}(?!(?:true|false){_B}$)",
    re.IGNORECASE | re.MULTILINE,
)
"""A submodule's git does not see our variables, so there fsmonitor counts too; where its work tree is it must say."""


def git_guards(autonomy: Autonomy, env: Mapping[str, str]) -> dict[str, str]:
    """Variables for a command of the model's: git runs no monitor, pager or editor a repository names at any autonomy,
    and below high no hook and no ssh of its choosing. GIT_CONFIG_COUNT of git-config(1); `env` is what they join."""
    settings = {"core.fsmonitor": "false", "core.pager": "cat"}
    if autonomy != "high":
        settings |= {"core.hooksPath": os.devnull, "core.sshCommand": "ssh"}
    count = env.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    guards = {"GIT_CONFIG_COUNT": str(first + len(settings)), "GIT_EDITOR": "true", "GIT_SEQUENCE_EDITOR": "true"}
    for number, (key, value) in enumerate(settings.items(), first):
        guards |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return guards


def named_program(root: str) -> str:
    """The key of the repository's settings that would make git run a program or look elsewhere; "" when there is none.
    What cannot be read counts as one. Sections are not told apart: a key too many only asks."""
    try:
        own, common = _git_folders(Path(root))
        for path in (common / "config", common / "config.worktree", own / "config.worktree"):
            if found := _KEY.search(_text(path)):
                return found[1].lower()
        modules = list(islice(_module_settings(common / "modules"), MOST_MODULES + 1))
        if len(modules) > MOST_MODULES:
            return "submodules"
        for path in modules:
            if found := _MODULE_KEY.search(_text(path)):
                return (found[1] or found[2]).lower()
    except (OSError, ValueError):  # ValueError: a NUL in a name, or no text
        return "config"
    return ""


def _git_folders(root: Path) -> tuple[Path, Path]:
    """The folder of this work tree and the one all its linked ones share; the same for most."""
    git = root / ".git"
    if git.is_file():
        git = root / _text(git).removeprefix("gitdir:").strip()
    shared = _text(git / "commondir").strip()
    return git, git / shared if shared else git


def _module_settings(modules: Path) -> Iterator[Path]:
    for folder, folders, files in walk(modules):
        if "config" in files:
            yield Path(folder) / "config"
            folders[:] = [name for name in folders if name == "modules"]


def _text(path: Path) -> str:
    """What it holds, "" where nothing is. Raises OSError where it is no file or a huge one, UnicodeDecodeError."""
    if not os.path.lexists(path):
        return ""
    found = read_regular(path, LARGEST + 1)
    if len(found) > LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return found.decode()
