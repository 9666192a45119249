"""Lists the files below a folder that git does not ignore, and runs git so that no repository setting can act."""

import os
import re
import resource
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from droidlite.regular import WORKTREES, git_answers, walk
from droidlite.tool import ToolContext
from droidlite.tools.children import Child, end, start
from droidlite.tools.problem import Problem

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat")
_SKIPPED = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache", ".pytest_cache"}
)
"""Folders left out where git cannot tell what is ignored."""
SILENCE = 10.0
"""Seconds git may take over its next file name: a FIFO in place of its settings would hold it up for ever."""
MEMORY = 4 * 1024**3
"""Bytes of address space git gets: it would hold a whole file in memory to search it."""
_CHOICES = 200  # patterns one pattern with {a,b} may stand for


def git_argv(context: ToolContext, *arguments: str) -> list[str]:
    """A git command that starts no program a repository names; empty where there is no git."""
    from shutil import which

    git = which("git", path=context.environment.get("PATH", os.defpath))
    return [git, "--no-pager", *_SAFE, *arguments] if git else []


def git_start(argv: list[str], context: ToolContext, folder: Path, *, outside: bool = False) -> Child:
    """Runs a `git_argv` in `folder`. `outside`: without reading the repository at all."""
    environment = {name: value for name, value in context.environment.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    if outside:
        environment["GIT_DIR"] = os.devnull
    child = start(argv, context, cwd=folder, environment=environment, merge=False)
    if sys.platform == "linux":
        with suppress(OSError):  # it has ended already
            resource.prlimit(child.process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
    return child


def pieces(child: Child, context: ToolContext, separator: bytes, *, silence: float | None = None) -> Iterator[bytes]:
    """The child's output cut at `separator`; ends early on cancellation, and where nothing comes for `silence` seconds
    (None = for ever). Leaving the iterator ends the child."""
    pipe = child.process.stdout
    assert pipe is not None
    forget = context.cancellation.on_cancel(child.process.kill)
    rest = b""
    try:
        while not (held_up := _silent(pipe.fileno(), silence)) and (data := os.read(pipe.fileno(), 65_536)):
            *whole, rest = (rest + data).split(separator)
            yield from whole
        if rest:
            yield rest
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(0 if held_up else silence)
    finally:
        forget()
        if child.process.poll() is None:
            end(child)
        pipe.close()


def _silent(pipe: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return not poll.poll(None if seconds is None else seconds * 1000)


def files_below(folder: Path, context: ToolContext) -> Iterator[str]:
    """Paths relative to `folder` of every file git would not ignore; links are named but never followed."""
    argv = git_argv(context, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    found = False
    if argv and git_answers(context.root) and _in_work_tree(context, folder):
        for piece in pieces(git_start(argv, context, folder), context, b"\0", silence=SILENCE):
            path = os.fsdecode(piece)
            found = True
            if ours(path):
                continue
            if path.endswith("/"):  # a repository of its own
                yield from (path + inner for inner in _walk(folder / path, context))
            else:
                yield path
    if not found:
        yield from _walk(folder, context)


def is_ignored(path: Path, context: ToolContext) -> bool:
    """Whether git ignores the folder `path`; False where git cannot tell."""
    argv = git_argv(context, "check-ignore", "-q", "--", path.name)
    if not argv or not git_answers(context.root):
        return False
    child = git_start(argv, context, path.parent)
    list(pieces(child, context, b"\n", silence=SILENCE))
    return child.process.returncode == 0


def ignored_below(folder: Path, context: ToolContext) -> frozenset[str]:
    """What lies below `folder` and git ignores, relative to it: files, and folders with all they hold, those with a "/"
    at the end. Empty where git cannot tell, or ignores `folder` itself."""
    argv = git_argv(context, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    if not argv or not git_answers(context.root):
        return frozenset()
    child = git_start(argv, context, folder)
    return frozenset(map(os.fsdecode, pieces(child, context, b"\0", silence=SILENCE)))


def is_among(path: str, ignored: frozenset[str]) -> bool:
    """Whether `path`, or a folder it is in, is one of those."""
    ends = (at + 1 for at, letter in enumerate(path) if letter == "/")
    return path in ignored or any(path[:end] in ignored for end in ends)


def ours(path: str) -> bool:
    """Whether a path is that of --worktree's own, or of what is in one: a copy of everything."""
    return f"/{WORKTREES}/" in f"/{path}/"


def matches(path: str, pattern: str) -> bool:
    """Whether a relative path fits a glob: `**` spans folders, a pattern without `/` fits the name at any depth."""
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return _parts_match(path.split("/"), pattern.removeprefix("./").split("/"))


def spelled_out(pattern: str) -> list[str]:
    """The patterns that a pattern with {a,b} stands for. Raises Problem where they are too many."""
    whole: list[str] = []
    open_ones = [pattern]
    while open_ones:
        if len(open_ones) + len(whole) > _CHOICES:
            raise Problem(f"The pattern stands for more than {_CHOICES} patterns; use fewer {{a,b}}.")
        first = open_ones.pop(0)
        found = re.search(r"\{([^{}]*)\}", first)
        if not found:
            whole.append(first)
            continue
        before, after = first[: found.start()], first[found.end() :]
        open_ones[:0] = [before + choice + after for choice in found[1].split(",")]
    return whole


def _parts_match(path: list[str], pattern: list[str]) -> bool:
    """As a shell matches: on a mismatch the latest `**` takes one folder more, never an earlier one (it could not do
    better), so that the time is the product of both lengths at most."""
    at = want = 0
    latest, taken = -1, 0
    while at < len(path):
        if want < len(pattern) and pattern[want] == "**":
            latest, taken, want = want, at, want + 1
        elif want < len(pattern) and fnmatchcase(path[at], pattern[want]):
            at, want = at + 1, want + 1
        elif latest >= 0:
            taken += 1
            at, want = taken, latest + 1
        else:
            return False
    return all(part == "**" for part in pattern[want:])


def _in_work_tree(context: ToolContext, folder: Path) -> bool:
    child = git_start(git_argv(context, "rev-parse", "--is-inside-work-tree"), context, folder)
    return list(pieces(child, context, b"\n", silence=SILENCE)) == [b"true"]


def _walk(folder: Path, context: ToolContext) -> Iterator[str]:
    for here, folders, names in walk(folder):
        if context.cancellation.cancelled:
            return
        relative = os.path.relpath(here, folder)
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not ours(f"{relative}/{name}"))
        yield from (name if relative == "." else f"{relative}/{name}" for name in sorted(names))
