"""What a repository brings that needs a person's trust: read once, hashed, bounded; no link is followed out of it."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from droidlite.regular import WORKTREES

MEMORY = ("AGENTS.md", "CLAUDE.md")
"""Of every folder from the root to the working folder; the second is read where the first is not."""
SETTINGS = (".droidlite/config.toml", ".droidlite/config.local.toml")
TREES = (".droidlite", ".agents/skills", ".mcp.json")
"""All that lies there, whether or not anything reads it today."""
LARGEST, MOST_BYTES = 16 * 1024 * 1024, 64 * 1024 * 1024
"""Bytes of one file, and of all together."""
MOST_FILES, DEEPEST = 2_000, 32
KEPT = 1_048_576
"""Bytes up to which a file's content is kept, to be used and looked at as it was hashed."""
_CHUNK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW | os.O_CLOEXEC
Parts = tuple[str, ...]


class Found(Struct, frozen=True, kw_only=True):
    """What lies at `root` for a working folder in it. `files`: name below the root -> kind and SHA-256 ("file:hex",
    "link:hex"); `contents`: what was hashed of those that are small, also through a link that stays in the root;
    `folders`: those from the root ("") to the working folder. `problem` says why none of it can be trusted ("" = it
    can); then `files` is what was found until then."""

    root: Path
    files: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    folders: tuple[str, ...] = ("",)
    problem: str = ""

    @property
    def sha256(self) -> str:
        """One hash over names, kinds and contents: what a pin pins."""
        whole = hashlib.sha256(b"droidlite trust 1\n")
        for name in sorted(self.files, key=os.fsencode):
            for part in (os.fsencode(name), self.files[name].encode()):
                whole.update(len(part).to_bytes(8, "big") + part)
        return whole.hexdigest()

    def reaches(self, name: str) -> bool:
        """Whether a file of that name would be found here: of memory files only those on the way are."""
        folder, _, last = name.rpartition("/")
        return last not in MEMORY or folder in self.folders or name.startswith(tuple(f"{tree}/" for tree in TREES))


class _Unfit(Exception):
    """One sentence: why nothing of it can be trusted."""


def look(root: Path, cwd: Path) -> Found:
    """All of it. Never raises for what lies there: what cannot be read, or is no file, is the `problem`."""
    top = root.resolve()
    folders = _folders(top, cwd.resolve())
    reading: _Reading | None = None
    problem = ""
    try:
        with _opened(top) as base:
            reading = _Reading(top, base)
            for folder in folders:
                reading.memory(folder)
            for tree in TREES:
                reading.tree(tuple(tree.split("/")))
    except _Unfit as error:
        problem = str(error)
    except OSError as error:
        problem = f"{error.filename or top} cannot be read: {error.strerror}"
    files, contents = (reading.files, reading.contents) if reading else ({}, {})
    return Found(root=top, files=files, contents=contents, folders=folders, problem=problem)


def _folders(top: Path, here: Path) -> tuple[str, ...]:
    steps = here.relative_to(top).parts if here.is_relative_to(top) else ()
    return tuple("/".join(steps[:count]) for count in range(len(steps) + 1))


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class _Reading:
    """One look at a root whose folder is open as `base`: every step from there is taken without following a link."""

    def __init__(self, top: Path, base: int) -> None:
        self.top, self._base, self._bytes, self._seen = top, base, 0, 0
        self.files: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}

    def memory(self, folder: str) -> None:
        for name in MEMORY:
            parts = (*folder.split("/"), name) if folder else (name,)
            facts = self._facts(parts)
            if facts is not None and not stat.S_ISDIR(facts.st_mode):
                self._entry(parts, facts.st_mode)

    def tree(self, parts: Parts) -> None:
        """What lies at `parts` and below; a link on the way there ends it."""
        for depth in range(1, len(parts) + 1):
            facts = self._facts(parts[:depth])
            if facts is None:
                return
            if not stat.S_ISDIR(facts.st_mode):
                self._entry(parts[:depth], facts.st_mode)
                return
        waiting = [parts]
        while waiting:
            folder = waiting.pop()
            if len(folder) > DEEPEST:
                raise _Unfit(f"{_short(folder)} is more than {DEEPEST} folders deep")
            for name, mode in self._listed(folder):
                below = (*folder, name)
                if not stat.S_ISDIR(mode):
                    self._entry(below, mode)
                elif "/".join(below) != WORKTREES:
                    waiting.append(below)

    def _listed(self, folder: Parts) -> Iterator[tuple[str, int]]:
        descriptor = self._open(folder, _FOLDER)
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    self._seen += 1
                    if self._seen > MOST_FILES:
                        raise _Unfit(f"{folder[0]} holds more than {MOST_FILES:,} files")
                    yield entry.name, entry.stat(follow_symlinks=False).st_mode
        finally:
            os.close(descriptor)

    def _entry(self, parts: Parts, mode: int) -> None:
        name = "/".join(parts)
        if stat.S_ISLNK(mode):
            self.files[name] = f"link:{self._link(parts, name)}"
        else:
            self.files[name] = f"file:{self._content(parts, name)}"

    def _link(self, parts: Parts, name: str) -> str:
        """Where it leads as it is written and, where that is a file in the root, what that holds."""
        leads = os.readlink(self.top.joinpath(*parts))
        digest = hashlib.sha256(os.fsencode(leads))
        try:
            real = self.top.joinpath(*parts).resolve(strict=True)
        except (OSError, RuntimeError):
            return digest.hexdigest()
        if real.is_relative_to(self.top) and not real.is_dir():
            digest.update(b"\0" + self._content(real.relative_to(self.top).parts, name).encode())
        return digest.hexdigest()

    def _content(self, parts: Parts, name: str) -> str:
        """The SHA-256 of a file's content; what is small is kept under `name`."""
        descriptor = self._open(parts, _FILE)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise _Unfit(f"{name} is {_kind(facts.st_mode)}, not a file")
            most = KEPT if parts[-1] in MEMORY or name in SETTINGS else LARGEST
            digest, kept, size = hashlib.sha256(), bytearray(), 0
            while facts.st_size <= most and size <= most and (piece := file.read(_CHUNK)):
                digest.update(piece)
                size += len(piece)
                kept += piece if size <= KEPT else b""
        if max(size, facts.st_size) > most:
            raise _Unfit(f"{name} is larger than {most >> 20} MiB")
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise _Unfit(f"its files are larger than {MOST_BYTES >> 20} MiB together")
        if size <= KEPT:
            self.contents[name] = bytes(kept)
        return digest.hexdigest()

    def _facts(self, parts: Parts) -> os.stat_result | None:
        """None where there is nothing, or something else than a folder on the way there."""
        try:
            with self._folder(parts[:-1]) as folder:
                return os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _open(self, parts: Parts, flags: int) -> int:
        try:
            with self._folder(parts[:-1]) as folder:
                return os.open(parts[-1], flags, dir_fd=folder)
        except OSError as error:
            reason = "is a socket or device, not a file" if error.errno == 6 else f"cannot be read: {error.strerror}"
            raise _Unfit(f"{_short(parts)} {reason}") from error

    @contextmanager
    def _folder(self, parts: Parts) -> Iterator[int]:
        here = os.dup(self._base)
        try:
            for part in parts:
                below = os.open(part, _FOLDER, dir_fd=here)
                os.close(here)
                here = below
            yield here
        finally:
            os.close(here)


def _short(parts: Parts) -> str:
    name = "/".join(parts)
    return name if len(name) <= 80 else f"{name[:79]}…"


def _kind(mode: int) -> str:
    return "a named pipe" if stat.S_ISFIFO(mode) else "a folder" if stat.S_ISDIR(mode) else "a socket or device"
