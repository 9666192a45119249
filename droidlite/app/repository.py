"""What a repository's git tells, asked so that nothing is run which the repository names."""

import os
import subprocess
from pathlib import Path

from msgspec import Struct

from droidlite.commands.gitprograms import named_program
from droidlite.errors import Refused, UsageError
from droidlite.hostgit import run_git
from droidlite.regex import regex
from droidlite.regular import git_answers, read_text
from droidlite.session.records import Head

SECONDS = 20.0
"""How long git may take to answer."""
MOST_BYTES = 32_000_000
"""What is read of one of git's own files: packed-refs has a line for each branch and tag."""
_COMMIT = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAME = regex(r"[^\s\x00-\x1f\x7f/][^\s\x00-\x1f\x7f]{0,1023}")
SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "--no-optional-locks")
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--numstat", "-z")


class Changed(Struct, frozen=True):
    """One file of a change: its path from the root, and the lines added and removed (None = not text)."""

    path: str
    added: int | None = None
    removed: int | None = None


class Changes(Struct, frozen=True, kw_only=True):
    """A change that git knows: `what` it is in words, the `command` that shows it, its files; `untracked` are new ones
    that the command does not show."""

    what: str
    command: str
    files: tuple[Changed, ...]
    untracked: tuple[str, ...] = ()


def head_of(root: Path) -> Head:
    """Where the repository at `root` stands, read without running git; nothing known where there is none."""
    git = root / ".git"
    try:
        if git.is_file():
            git = (root / _read(git).removeprefix("gitdir:").strip()).resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links, a NUL
        return Head()
    said = _read(git / "HEAD")
    if not said.startswith("ref:"):
        return Head(commit=said if _COMMIT.fullmatch(said) else "")
    name = said.removeprefix("ref:").strip()
    if not _NAME.fullmatch(name) or ".." in name:
        return Head()
    return Head(branch=name.removeprefix("refs/heads/"), commit=_commit_of(git, name))


def git_state(root: Path) -> str:
    """Where it stands in words: "branch main", "detached at 0123456789ab", "" where there is no git."""
    head = head_of(root)
    if head.branch:
        return f"branch {head.branch}"
    return f"detached at {head.commit[:12]}" if head.commit else ""


def _commit_of(git: Path, name: str) -> str:
    """The commit a branch is at, "" where it is not told by a file: it has none yet, or they are kept otherwise."""
    shared = _read(git / "commondir")
    common = git / shared if shared else git
    for place in (git, common):
        if found := _read(place / name):
            return found
    rows = (row.split(" ") for row in _read(common / "packed-refs").splitlines())
    return next((row[0] for row in rows if row[1:] == [name]), "")


def _read(path: Path) -> str:
    return read_text(path, MOST_BYTES).strip()


def may_be_asked(root: Path) -> bool:
    """Whether git can be asked at all: there is a repository, and its settings name no program that git would run."""
    return (root / ".git").exists() and git_answers(root) and not named_program(str(root))


def ask_git(root: Path, *words: str) -> str | None:
    """What git writes; None where it fails, is not there or takes too long."""
    try:
        ran = run_git(["git", *SAFE, *words], root, seconds=SECONDS)
    except (OSError, subprocess.TimeoutExpired, Refused):
        return None
    return os.fsdecode(ran.stdout) if ran.returncode == 0 else None


def working_changes(root: Path) -> Changes:
    """What differs between the working tree and the last commit."""
    first = ask_git(root, "rev-parse", "--verify", "--quiet", "HEAD") is None
    words = ("--cached",) if first else ("HEAD",)
    others = ask_git(root, "ls-files", "-o", "--exclude-standard", "-z") or ""
    return Changes(
        what="the changes in the working tree" + (" (nothing is committed yet)" if first else ""),
        command=f"git diff {words[0]}",
        files=_files(root, *words),
        untracked=tuple(path for path in others.split("\0") if path),
    )


def named_changes(root: Path, name: str) -> Changes | None:
    """The changes of a range ("a..b"), or those between a branch or commit and this one: what is here and not there or,
    where nothing is, what is there and not here. None where nothing is called so. Raises UsageError for a range of
    which an end is not there."""
    if ".." in name:
        start, dots, end = name.partition("...") if "..." in name else name.partition("..")
        if gone := next((each for each in (start, end) if each and not _is_commit(root, each)), ""):
            raise UsageError(f"{name}: there is no branch or commit {gone!r} in this repository.")
        span = f"{start or 'HEAD'}{dots}{end or 'HEAD'}"
    elif _is_commit(root, name):
        ahead = ask_git(root, "rev-list", "--count", f"{name}..HEAD") or "0"
        span = f"{name}...HEAD" if ahead.strip() != "0" else f"HEAD...{name}"
    else:
        return None
    return Changes(what=f"the changes of {span}", command=f"git diff {span}", files=_files(root, span))


def _is_commit(root: Path, name: str) -> bool:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return not name.startswith("-") and ask_git(root, *words) is not None


def _files(root: Path, *words: str) -> tuple[Changed, ...]:
    listed = ask_git(root, *_DIFF, *words, "--") or ""
    rows = (row.split("\t", 2) for row in listed.split("\0") if row.count("\t") >= 2)
    return tuple(Changed(path, _count(added), _count(removed)) for added, removed, path in rows)


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
