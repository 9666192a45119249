"""Keeps the files a check rests on as they were, in memory, where nothing a model runs can reach them."""

import hashlib
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic

from msgspec import Struct

from droidlite.checks.protected import Rests, essence, in_runner, is_check, is_config, takes_over
from droidlite.checks.runners import words_of
from droidlite.regex import regex
from droidlite.regular import WORKTREES, read_regular, read_text

LARGEST = 4_000_000
"""Bytes of one file that are kept."""
MOST_BYTES = 32_000_000
"""Bytes kept of all files, compressed; beyond, only what tells whether they changed."""
MOST_FILES = 60_000
SECONDS = 10.0
"""How long the walk may take."""
SKIPPED = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", "target"}
)
_SOURCED = regex(r"^[ \t]*(?:\.|source)\s+[\"']?([\w./-]+)", re.M)
_INSTALLED = frozenset({"node_modules", ".venv", "venv"})


class Kept(Struct, frozen=True):
    """A file as it was. `digest` is of the part the check rests on; `data` is None where it was too large to keep;
    `link`: it is a symbolic link, and `data` its target."""

    mode: int
    digest: bytes
    data: bytes | None = None
    link: bool = False

    def content(self) -> bytes | None:
        return None if self.data is None else zlib.decompress(self.data)


class Snapshot(Struct, frozen=True):
    """The files of one moment: those the check rests on, and the names of all that would take it over. `partial`: the
    tree is too large to have seen all of it. Programs outside the root are among them by their absolute paths."""

    files: Mapping[str, Kept]
    hooks: frozenset[str] = frozenset()
    partial: bool = False


class Changed(Struct, frozen=True):
    """What happened to the check's files. `hooks` are new files that take it over; `unkept` among the edited and
    removed cannot be put back."""

    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    unkept: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.edited or self.removed or self.added or self.hooks)

    @property
    def suspects(self) -> tuple[str, ...]:
        """What may make the check pass without the work; tests that were only added may not."""
        steering = tuple(path for path in self.added if is_config(path))
        return tuple(dict.fromkeys((*self.hooks, *self.edited, *self.removed, *steering)))


def rests_of(command: str, root: Path, runner_make: bool, folder: str = "") -> Rests:
    """What `command`, run in `folder` below the root, rests on: the script it starts, and what is a check by its name
    or sourced, in two further steps. A program that a script runs is what it checks."""
    named = {word for word in words_of(command) if is_check(word)} | set(_started(command))
    named |= {os.path.normpath(f"{folder}/{word}") for word in named if folder}
    named = {word for word in named if _is_file(root, word)}
    fresh = named
    for _ in range(2):
        texts = [_text(root / path) for path in fresh]
        found = {word for text in texts for word in words_of(text) if is_check(word)}
        found |= {word.removeprefix("./") for text in texts for word in _SOURCED.findall(text)}
        fresh = {word for word in found - named if _is_file(root, word)}
        named |= fresh
    return Rests(frozenset(named), runner_make)


def _started(command: str) -> Iterator[str]:
    """The shell script or program without an ending that each part of a command starts."""
    for part in re.split(r"&&|\|\||[;|&]", command):
        words = [word for word in part.split() if "=" not in word and not word.startswith("-")]
        script = next((word for word in words if "/" in word or "." in word), "").removeprefix("./")
        if re.search(r"(?:\.(?:sh|bash|zsh)|(?:^|/)[^/.]+)$", script):
            yield script


def _is_file(root: Path, word: str) -> bool:
    try:
        return not word.startswith("/") and ".." not in word and (root / word).is_file()
    except (OSError, ValueError):
        return False


def _text(path: Path) -> str:
    return read_text(path, 200_000)


def take(root: Path, rests: Rests, programs: tuple[str, ...] = ()) -> Snapshot:
    """The check's files below `root` as they are now, and these programs (absolute paths)."""
    files: dict[str, Kept] = {}
    hooks: set[str] = set()
    room, partial, until = MOST_BYTES, False, monotonic() + SECONDS
    for seen, path in enumerate(_walk(root)):
        if seen > MOST_FILES or monotonic() > until:
            partial = True
            break
        if takes_over(path):
            hooks.add(path)
        if rests.on(path) and (kept := _keep(root / path, path, room)):
            files[path] = kept
            room -= len(kept.data or b"")
    for program in programs:
        if kept := _keep(Path(program), program, 0):
            files[program] = kept
    return Snapshot(files, frozenset(hooks), partial)


def compare(then: Snapshot, now: Snapshot) -> Changed:
    """What changed between two moments."""
    both = then.files.keys() & now.files.keys()
    edited = sorted(path for path in both if _differs(then.files[path], now.files[path]))
    removed = sorted(then.files.keys() - now.files.keys())
    added = sorted(path for path in now.files.keys() - then.files.keys())
    unkept = [path for path in (*edited, *removed) if then.files[path].data is None]
    hooks = sorted(now.hooks - then.hooks)
    return Changed(tuple(edited), tuple(removed), tuple(added), tuple(hooks), tuple(unkept))


def accept(then: Snapshot, left: Snapshot, now: Snapshot) -> Snapshot:
    """`then`, with what the person changed themselves between `left` (how a run left it) and `now`."""
    files = dict(then.files)
    theirs = compare(left, now)
    for path in (*theirs.edited, *theirs.added):
        files[path] = now.files[path]
    for path in theirs.removed:
        files.pop(path, None)
    return Snapshot(files, then.hooks | (now.hooks - left.hooks), then.partial or now.partial)


def rewound(now: Snapshot, rests: Rests, before: Mapping[str, str | None]) -> Snapshot:
    """`now` with these files as they were `before` (None = there was no such file): what a resumed session had changed
    in its first part."""
    files = dict(now.files)
    for path, text in before.items():
        if text is None:
            files.pop(path, None)
        elif rests.on(path):
            data, mode = text.encode("utf-8", "surrogateescape"), files[path].mode if path in files else 0o100644
            files[path] = Kept(mode, _digest(essence(path, data)), zlib.compress(data, 1))
    hooks = now.hooks - {path for path, text in before.items() if text is None}
    return Snapshot(files, hooks, now.partial)


def _differs(then: Kept, now: Kept) -> bool:
    return then.digest != now.digest or then.link != now.link or (then.mode ^ now.mode) & 0o111 != 0


def _keep(place: Path, path: str, room: int) -> Kept | None:
    """None where there is no such file, or it cannot be read."""
    try:
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode) and not os.path.isabs(path):
            target = os.fsencode(os.readlink(place))
            return Kept(status.st_mode, _digest(target), zlib.compress(target, 1), link=True)
        if not stat.S_ISREG(place.stat().st_mode):
            return None
        if status.st_size > LARGEST:
            return Kept(status.st_mode, _digest(f"{status.st_size} {status.st_ctime_ns}".encode()))
        data = read_regular(place, LARGEST)
    except OSError:
        return None
    packed = zlib.compress(data, 1)
    return Kept(status.st_mode, _digest(essence(path, data)), packed if len(packed) <= room else None)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _walk(root: Path) -> Iterator[str]:
    """Files below the root; of what is installed there only the runners; of .git only its settings."""
    folders = [""]
    for folder in folders:  # grows while it is read
        for name, is_folder in _entries(root / folder):
            path = f"{folder}{name}"
            if not is_folder:
                if folder != ".git/" or name == "config":
                    yield path
            elif _is_entered(path, name):
                folders.append(f"{path}/")


def _is_entered(path: str, name: str) -> bool:
    if name in SKIPPED or path == WORKTREES or path.startswith(".git/"):
        return False
    parts = path.split("/")
    inside = next((parts[number + 1 :] for number, part in enumerate(parts) if part in _INSTALLED), None)
    if not inside:
        return True
    return in_runner(f"{path}/x") or (inside[0] in ("bin", "Scripts", "lib", "Lib") and len(inside) <= 3)


def _entries(folder: Path) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:
        return []
