"""Writes a session as it happens: append-only, one writer, one write per record, nothing acknowledged is ever lost."""

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from droidlite.errors import DroidliteError, UsageError
from droidlite.secrecy import make_private
from droidlite.session import fold
from droidlite.session.keeping import back_up, sync_data, sync_folder, write_all
from droidlite.session.lines import JOURNAL, lay_out, scan
from droidlite.session.records import CallFinished, CallStarted, Header, Record, Replied, Spent

LOCK = "lock"
BLOBS = "blobs"
SPILL = "spill"

durable: frozenset[type] = frozenset({CallStarted, CallFinished, Replied, Spent})
"""Records that reach the disk before append returns: a power cut must not make us pay or run anything twice."""


class Journal:
    """The open journal of one session. `append` may be called from any thread. `warnings` is what opening found;
    `stored` whether the session can be resumed later."""

    stored = True

    def __init__(self, folder: Path, file: int, lock: int, *, last: int = 0, warnings: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.warnings = warnings
        self._file = file
        self._lock_file = lock
        self._mutex = threading.Lock()
        self._last = last
        self._good = os.fstat(file).st_size
        self._clean = True
        self._folder_synced = last > 0

    @classmethod
    def create(cls, folder: Path, header: Header) -> "Journal":
        """Begins a session in a new folder, readable by its owner only.

        Raises DroidliteError when it cannot be written, UsageError when the folder already holds a session.
        """
        try:
            make_private(folder)
            lock = _lock(folder)
            try:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                file = os.open(folder / JOURNAL, flags, 0o600)
            except BaseException:
                os.close(lock)
                raise
        except FileExistsError as error:
            raise UsageError(f"Session {folder.name} exists already.") from error
        except OSError as error:
            raise _unwritable(folder, error) from error
        journal = cls(folder, file, lock)
        try:
            journal.append(header)
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def open(cls, folder: Path) -> "tuple[Journal, fold.Session]":
        """Opens a session to go on with it: repairs the file, records a result for each call left without one.

        Raises UsageError when another process has it open or it cannot be read, DroidliteError when it cannot be
        written. Damage is kept in a .bak file beside the journal and told in the session's warnings.
        """
        if not (folder / JOURNAL).exists():
            raise UsageError(f"There is no session {folder.name}. `droidlite sessions` lists them.")
        try:
            lock = _lock(folder)
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            reading = fold.read(folder)
            told = repair(folder / JOURNAL, reading)
            file = os.open(folder / JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except OSError as error:
            os.close(lock)
            raise _unwritable(folder, error) from error
        except BaseException:
            os.close(lock)
            raise
        reading.fold.warnings.extend(told)
        journal = cls(folder, file, lock, last=reading.last, warnings=tuple(reading.fold.warnings))
        try:
            for result in reading.fold.session().unanswered:
                record = CallFinished(result=result)
                reading.fold.add(journal.append(record), record)
        except BaseException:
            journal.close()
            raise
        return journal, reading.fold.session()

    def session(self) -> "fold.Session":
        """The session so far. Raises UsageError where it cannot be read."""
        return fold.load(self.folder)

    @property
    def spill(self) -> Path:
        return self.folder / SPILL

    def append(self, record: Record) -> int:
        """Writes one record and returns its number; once it returns, a kill loses nothing of it.

        Raises DroidliteError when it cannot be written whole; then nothing of it is in the file.
        """
        with self._mutex:
            if self._file < 0:
                raise DroidliteError(f"Session {self.folder.name} is closed; nothing more can be recorded in it.")
            self._last += 1  # before writing: a number is never used twice, whatever interrupts us
            try:
                self._mend()
                self._write(lay_out(self._last, record), sync=type(record) in durable)
            except OSError as error:
                with suppress(OSError):
                    self._mend()
                raise _unwritable(self.folder, error) from error
            return self._last

    def extend(self, records: Iterable[Record]) -> None:
        """Appends many at once, on disk when it returns. Raises DroidliteError; then any number may be in the file."""
        with self._mutex:
            try:
                for record in records:
                    self._last += 1
                    self._mend()
                    self._write(lay_out(self._last, record), sync=False)
                self._sync()
            except OSError as error:
                with suppress(OSError):
                    self._mend()
                raise _unwritable(self.folder, error) from error

    def close(self) -> None:
        """Lets go of the session. Closing twice is fine; append raises after it."""
        with self._mutex:
            if self._file < 0:
                return
            os.close(self._file)
            os.close(self._lock_file)
            self._file = self._lock_file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: bytes, *, sync: bool) -> None:
        self._clean = False
        write_all(self._file, line)
        if sync:
            self._sync()
        self._good += len(line)
        self._clean = True

    def _sync(self) -> None:
        sync_data(self._file)
        if not self._folder_synced:
            sync_folder(self.folder)
            self._folder_synced = True

    def _mend(self) -> None:
        """Cuts off what an interrupted or failed append may have left: that record was never acknowledged."""
        if not self._clean:
            os.ftruncate(self._file, self._good)
            self._clean = True


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keeps every other writer out of a session for a while. Raises UsageError when one has it open, and OSError."""
    lock = _lock(folder)
    try:
        yield
    finally:
        os.close(lock)


def is_held(folder: Path) -> bool:
    """Whether a droidlite, this one included, has the session open."""
    try:
        file = os.open(folder / LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(file)
    return False


def _lock(folder: Path) -> int:
    """Takes the session's lock and writes our pid into it; the kernel lets go of it when we end, however we end."""
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(file, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(file)
        raise UsageError(
            f"Session {folder.name} is open in another droidlite (process {pid}). "
            f"Close that one first, or go on with a copy: droidlite -r {folder.name} --fork"
        ) from error
    os.ftruncate(file, 0)
    os.pwrite(file, b"%d\n" % os.getpid(), 0)
    return file


def repair(path: Path, reading: "fold.Reading") -> list[str]:
    """Makes the file end after a whole record and hold nothing else; what goes is kept. Returns what to tell."""
    if not reading.damaged and reading.cut < 0:
        if not reading.whole:  # only the newline is missing: the record itself is intact
            with path.open("ab") as file:
                file.write(b"\n")
        return []
    if not reading.damaged:
        with path.open("rb+") as file:
            file.seek(reading.cut)
            backup = back_up(path, file.read())
            file.truncate(reading.cut)
            os.fsync(file.fileno())
        return [f"What was dropped is in {backup}."]
    content = path.read_bytes()
    backup = back_up(path, content)
    kept = b"".join(
        content[line.start : line.end] for line in scan(path) if line.record is not None or line.problem == "unknown"
    )
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(kept if kept.endswith(b"\n") else kept + b"\n")
        os.fsync(file.fileno())
    os.replace(fresh, path)
    sync_folder(path.parent)
    return [f"The file as it was is in {backup}."]


def _unwritable(folder: Path, error: OSError) -> DroidliteError:
    return DroidliteError(
        f"Session {folder.name} cannot be written in {folder.parent}: {error.strerror or error}. "
        "Nothing half-written was left; what was recorded before is safe."
    )
