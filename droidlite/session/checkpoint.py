"""Remembers files as they were before each turn's first change to them, so that a person can go back; needs no git."""

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.session.blobs import Blobs, stamp
from droidlite.session.conversation import done_before
from droidlite.session.fold import Session
from droidlite.session.journal import Journal
from droidlite.session.records import Left, PutBack, RewindUndone, Rewound, Saved, Unsaid

LARGEST = 50_000_000
"""Bytes; a larger file is told, not saved."""


Part = Literal["both", "files", "conversation"]
"""What a rewind takes back."""


class FileChange(Struct, frozen=True):
    """How a file differs from what it was at the start of a turn. `effect` is what happened to it since: "unsaved"
    files were not kept and cannot go back. `outside`: it changed again after our last turn ended."""

    path: str
    effect: Literal["modified", "created", "deleted", "mode", "unsaved"]
    outside: bool = False
    note: str = ""


class Checkpoint:
    """The saved files of one open session. `root` is the folder paths are told relative to; `session` is what a
    resumed journal held; `warn` is told what was not saved."""

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        root: Path,
        *,
        session: Session | None = None,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._blobs = Blobs(folder)
        self._journal = journal
        self._root = Path(os.path.realpath(root))
        self._warn = warn
        self._mutex = threading.RLock()
        self._saved = list(session.saved) if session else []
        self._left = dict(session.left) if session else {}
        self._turn = len(session.turns) if session else 0
        self._done = {saved.path for saved in self._saved if saved.turn == self._turn}
        self._running = False
        self._undo: tuple[int, tuple[Saved, ...]] | None = None
        self._before: tuple[int, list[Saved], dict[str, str]] | None = None

    def begin_turn(self, number: int) -> None:
        """Turn `number` (from 1, as in Session.turns) begins: every file is saved anew at its first change."""
        with self._mutex:
            self.end_turn()
            self._turn, self._done, self._running = number, set(), True
            self._undo = self._before = None

    def end_turn(self) -> None:
        """Notes how the turn left its files, to tell later what was changed outside meanwhile.

        Optional, and done once a turn. Raises DroidliteError when the journal cannot be written.
        """
        with self._mutex:
            if not self._running:
                return
            self._running = False
            ours = {saved.path for saved in self._saved if saved.turn == self._turn and not saved.skipped}
            if ours:
                files = {path: stamp(self._at(path)) for path in sorted(ours)}
                self._journal.append(Left(turn=self._turn, files=files))
                self._left.update(files)

    def save(self, path: Path) -> None:
        """Keeps what a file is now, if this is its first change in the turn. From any thread.

        Raises OSError when it cannot be read or kept, DroidliteError when the journal cannot be written: then the
        file must not be changed.
        """
        place = Path(os.path.realpath(path.parent)) / path.name
        with self._mutex:
            if place.is_symlink():  # a write goes through the link, a removal takes the link: keep both
                self._save(Path(os.path.realpath(place)))
            self._save(place)

    def changes_since(self, turn: int = 0) -> list[FileChange]:
        """What `rewind(turn)` would take back, by path; 0 = all that the session changed, also in turns that were
        unsaid."""
        with self._mutex:
            changes = [self._change(saved) for saved in self._first_since(turn)]
            return [change for change in changes if change]

    def content_before(self, path: str, turn: int = 0) -> str | None:
        """What a file (named as in FileChange) held at the start of a turn: "" where there was none, None where it is
        not text or was not kept. Raises OSError when the kept content cannot be read."""
        with self._mutex:
            saved = next((saved for saved in self._first_since(turn) if saved.path == path), None)
        if saved is None or saved.skipped:
            return None
        if saved.blob is None:
            return ""
        content = self._blobs.read(saved.blob)
        return None if b"\0" in content else content.decode("utf-8", "replace")

    def rewind(self, turn: int, what: Part = "both") -> list[str]:
        """Puts the saved files back to what they were at the start of turn `turn` and takes the conversation back, or
        only one of them.

        Returns a line for each file: what was done, or why nothing could be. What the files are now is kept, so that
        `undo_rewind` can bring it back. Raises UsageError when there is no such turn.
        """
        with self._mutex:
            if not 1 <= turn <= self._turn:
                raise UsageError(f"There is no turn {turn} to go back to; this session has {self._turn}.")
            targets = [] if what == "conversation" else self._first_since(turn)
            changes = {change.path: change for saved in targets if (change := self._change(saved))}
            told, undo = self._put_back([saved for saved in targets if saved.path in changes], turn)
            told += [f"{path}: {change.note}" for path, change in sorted(changes.items()) if change.note]
            self._journal.append(_record(turn, what, tuple(undo)))
            self._before = self._turn, self._saved, dict(self._left)
            if what == "conversation":
                self._saved = done_before(self._saved, turn)
            else:
                self._saved = [saved for saved in self._saved if saved.turn < turn]
                self._left.update({saved.path: saved.blob or "" for saved in targets if not saved.skipped})
            self._turn = self._turn if what == "files" else turn - 1
            self._undo, self._done, self._running = (turn, tuple(undo)), set(), False
            return told

    def settle_rewind(self) -> None:
        """Something was said or run since the last rewind: it can no longer be taken back."""
        with self._mutex:
            self._undo = self._before = None

    def undo_rewind(self) -> list[str]:
        """Takes the last rewind back, files and conversation; possible until the next prompt. Returns lines as rewind.

        Raises UsageError when there is nothing to take back.
        """
        with self._mutex:
            if not self._undo or not self._before:
                raise UsageError("There is no rewind to take back; that works until the next prompt or command.")
            turn, files = self._undo
            told, _ = self._put_back(list(files), turn)
            self._journal.append(RewindUndone(at=time.time()))
            self._turn, self._saved, self._left = self._before
            self._undo = self._before = None
            return told

    # --- saving ---------------------------------------------------------------------------------------------------

    def _save(self, place: Path) -> None:
        name = self._name(place)
        if name in self._done:
            return
        saved = self._taken(place, name)
        if saved.skipped:
            self._warn(f"{name} {saved.skipped}: /rewind will not bring it back.")
        self._journal.append(saved)
        self._saved.append(saved)
        self._left.pop(name, None)  # the turn before no longer tells what we left
        self._done.add(name)

    def _taken(self, place: Path, name: str) -> Saved:
        """The file as it is now, its content kept among the blobs."""
        try:
            status = place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return Saved(turn=self._turn, path=name, parents=_missing_parents(place))
        why = _unkept(status, name)
        if why:
            return Saved(turn=self._turn, path=name, mode=status.st_mode, skipped=why)
        return Saved(turn=self._turn, path=name, blob=self._blobs.keep(place), mode=status.st_mode)

    # --- comparing ------------------------------------------------------------------------------------------------

    def _first_since(self, turn: int) -> list[Saved]:
        """For each path the oldest save of turn `turn` or later: what it was when that turn began."""
        first: dict[str, Saved] = {}
        for saved in self._saved:
            if saved.turn >= turn:
                first.setdefault(saved.path, saved)
        return [first[path] for path in sorted(first)]

    def _change(self, saved: Saved) -> FileChange | None:
        """None where the file is what it was."""
        if saved.skipped:
            return FileChange(saved.path, "unsaved", note=f"left as it is: it {saved.skipped}")
        place = self._at(saved.path)
        now = stamp(place)
        known = self._left.get(saved.path)
        outside = known is not None and known != now
        note = "it had been changed outside droidlite since; that version is kept for undo" if outside else ""
        if now == (saved.blob or ""):
            if saved.blob and place.lstat().st_mode != saved.mode:
                return FileChange(saved.path, "mode", outside, note)
            return None
        if saved.blob is None:
            return FileChange(saved.path, "created", outside, note)
        return FileChange(saved.path, "modified" if now else "deleted", outside, note)

    # --- putting back ---------------------------------------------------------------------------------------------

    def _put_back(self, targets: list[Saved], turn: int) -> tuple[list[str], list[Saved]]:
        """Keeps what is there now, then makes each file what it was; returns what to tell and what it was until now."""
        targets = [saved for saved in targets if not saved.skipped]
        told: list[str] = []
        undo: list[Saved] = []
        emptied: list[Path] = []
        for saved in targets:
            place = self._at(saved.path)
            try:
                undo.append(self._now(place, saved, turn))
                told.append(f"{saved.path}: {self._restore(place, saved)}")
            except OSError as error:
                told.append(f"{saved.path}: not put back: {error.strerror or error}")
                continue
            emptied += list(place.parents)[: saved.parents] if saved.blob is None else []
        for folder in sorted(emptied, key=lambda each: len(each.parts), reverse=True):
            _remove_empty(folder)
        return told, undo

    def _now(self, place: Path, saved: Saved, turn: int) -> Saved:
        if Path(os.path.realpath(place.parent)) != place.parent:
            raise OSError(f"{place.parent} has become a link to somewhere else")
        now = self._taken(place, saved.path)
        if now.skipped:
            raise OSError(f"what is there now {now.skipped}")
        return Saved(turn=turn, path=now.path, blob=now.blob, mode=now.mode, parents=now.parents)

    def _restore(self, place: Path, saved: Saved) -> str:
        if saved.blob is None:
            place.unlink(missing_ok=True)
            return "removed"
        place.parent.mkdir(parents=True, exist_ok=True)
        self._blobs.put(saved.blob, place, saved.mode)
        return "put back"

    def _name(self, place: Path) -> str:
        return str(place.relative_to(self._root)) if place.is_relative_to(self._root) else str(place)

    def _at(self, name: str) -> Path:
        return self._root / name


def _record(turn: int, what: Part, undo: tuple[Saved, ...]) -> Rewound | Unsaid | PutBack:
    match what:
        case "both":
            return Rewound(to_turn=turn, undo=undo, at=time.time())
        case "files":
            return PutBack(to_turn=turn, undo=undo, at=time.time())
        case "conversation":
            return Unsaid(to_turn=turn, at=time.time())


def _unkept(status: os.stat_result, name: str) -> str:
    """Why a file is not kept, "" when it is."""
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        return "is no regular file"
    if status.st_size > LARGEST:
        return f"has {status.st_size / 1e6:.0f} MB, more than the {LARGEST / 1e6:.0f} MB that are saved"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    return ""


def _missing_parents(place: Path) -> int:
    return next((count for count, parent in enumerate(place.parents) if parent.exists()), 0)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # someone else's file is in it
        return
