"""A git worktree of a session's own, so that its changes stay beside the person's until they are merged."""

import os
import re
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from droidlite.app.repository import SAFE, ask_git
from droidlite.commands.gitprograms import named_program
from droidlite.errors import DroidliteError, UsageError
from droidlite.regular import WORKTREES, git_answers, linked_git, read_regular
from droidlite.sanitise import clean_line
from droidlite.settings.paths import find_root

SECONDS = 120.0
"""How long git may take to write a work tree."""
LARGEST = 1_000_000
"""Bytes of git's list of what to leave out that are looked into."""


def open_worktree(cwd: Path, name: str, undo: ExitStack) -> Path:
    """The folder of worktree `name` ("new" = a name by date), made on branch droidlite/NAME if it is not there yet;
    `undo` takes away what was made, for a session that does not begin.

    Raises UsageError for a folder without git, a name git cannot take, or a repository whose settings name programs;
    DroidliteError where git refuses."""
    root = find_root(cwd)
    if not (root / ".git").exists():
        raise UsageError(f"{cwd} is not in a git repository, so --worktree cannot be used; run git init first.")
    name = time.strftime("%Y%m%d-%H%M%S") if name == "new" else name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) or ".." in name or name.endswith(".lock"):
        raise UsageError(f"--worktree {name!r}: use letters, digits, '.', '_' and '-', such as fix-login.")
    path = root / WORKTREES / name
    if (path / ".git").exists():
        return path
    if not git_answers(root):
        raise UsageError(f"{root}: one of git's own files is no file, so git would wait for ever; look into .git.")
    if link := linked_git(root):
        raise UsageError(f"{root}: .git/{link} is a link, and git would tell what it leads to; put a file there.")
    if key := named_program(str(root)):
        raise UsageError(
            f"{root}: its git settings name a program or another place ({key}), so --worktree asks nothing of them; "
            f"look at .git/config, or make it yourself: git worktree add -b droidlite/{name} {path}"
        )
    _exclude(root / _git(root, "rev-parse", "--git-common-dir").strip() / "info" / "exclude")
    known = ask_git(root, "rev-parse", "--verify", "--quiet", f"refs/heads/droidlite/{name}") is not None
    _git(root, "worktree", "add", str(path), *((f"droidlite/{name}",) if known else ("-b", f"droidlite/{name}")))
    undo.callback(_take_away, root, path, "" if known else f"droidlite/{name}")
    return path


def _take_away(root: Path, path: Path, branch: str) -> None:
    """Removes a worktree, and `branch` ("" = none), as far as git would lose nothing by it."""
    with suppress(DroidliteError, OSError):
        _git(root, "worktree", "remove", str(path))
        if branch:
            _git(root, "branch", "-q", "-d", branch)
        path.parent.rmdir()
        path.parent.parent.rmdir()  # where it holds nothing else


def _git(root: Path, *words: str) -> str:
    """What git writes. Raises UsageError where there is no repository, DroidliteError where git refuses."""
    command = ["git", *SAFE, *words]
    try:
        ran = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    except OSError as error:
        raise UsageError(f"{root} cannot be used as a git repository: {error}.") from error
    except subprocess.TimeoutExpired as error:
        raise DroidliteError(f"git {words[0]} in {root} took more than {SECONDS:g} s and was stopped.") from error
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit {ran.returncode}"]
        kind = UsageError if words[0] == "rev-parse" else DroidliteError
        raise kind(f"git could not make a worktree of {root}: {clean_line(said[-1], 300)}.")
    return os.fsdecode(ran.stdout)


def _exclude(path: Path) -> None:
    """Keeps git from showing the worktrees as untracked files. What the person wrote there is only added to."""
    line = f"/{WORKTREES}/".encode()
    try:
        known = read_regular(path, LARGEST) if os.path.lexists(path) else b""
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; put a file there.") from error
    if line not in known.splitlines():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write((b"" if known.endswith(b"\n") or not known else b"\n") + line + b"\n")
