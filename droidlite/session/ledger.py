"""One cap for many processes: the worst case of each call is reserved in a file they share, before it is sent.

Every change is one line, appended and on disk under an advisory lock (flock) of the file. What a killed process had
reserved stays charged. Nothing is ever taken out of the file but the torn end of a write that was never acknowledged.
"""

import errno
import fcntl
import os
import platform
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from droidlite.errors import DroidliteError, UsageError
from droidlite.session.book import Book, Entry, Held, LedgerBegun, Settled, may_be_torn_beginning
from droidlite.session.keeping import back_up, sync_data, sync_folder, write_all
from droidlite.session.lines import lay_out, unwrap

PATIENCE = 30.0
"""Seconds to wait for the lock; it is held for milliseconds, so whoever holds it longer is stopped or hangs."""
PAUSE = 0.002


class Ledger:
    """The open ledger of one process. Any thread may reserve and settle. `session` is noted with what it reserves."""

    def __init__(self, path: Path, file: int, *, clock: Callable[[], float] = time.time) -> None:
        self.path, self.session = path, ""
        self._file, self._clock = file, clock
        self._mutex = threading.Lock()
        self._book, self._read = Book(str(path)), 0
        self._host, self._pid = platform.node(), os.getpid()

    @classmethod
    def open(cls, path: Path, *, cap_usd: float | None, named: bool = True, version: str = "") -> "Ledger":
        """Opens the ledger at `path`, and begins it with `cap_usd` where there is none. The cap a ledger began with
        holds for good; a different one that was `named` for it (not only a default) is refused.

        Raises UsageError where the file cannot be used or has no cap, DroidliteError where it cannot be written."""
        try:
            file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            file = _create(path, cap_usd)
        except OSError as error:
            raise _unusable(path, error) from error
        ledger = cls(path, file)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise UsageError(f"{path} is no ordinary file; name another one with --ledger.")
            with ledger._locked():
                if not ledger._book.lines:
                    ledger._begin(cap_usd, version)
                if named and cap_usd is not None and cap_usd != ledger.cap_usd:
                    raise UsageError(
                        f"The ledger {path} has a cap of ${ledger.cap_usd:g}, which holds for all that share it; "
                        f"--max-cost says ${cap_usd:g}. Say the same, leave it out, or begin another ledger."
                    )
        except BaseException:
            ledger.close()
            raise
        return ledger

    @property
    def cap_usd(self) -> float:
        return self._book.cap_usd

    @property
    def left_usd(self) -> float:
        """USD left when it was last read."""
        return self._book.left_usd

    def read(self) -> Book:
        """The ledger as it is now. Raises as `reserve` does."""
        with self._locked():
            return self._book

    def reserve(self, model: str, choose: Callable[[float], float]) -> int:
        """Reserves what `choose` makes of the USD left (it may raise, and nothing is reserved); the number to settle.
        Once this returns the money is charged, whatever happens. Raises DroidliteError where it cannot be recorded."""
        with self._locked():
            held = Held(
                usd=choose(self._book.left_usd),
                model=model,
                session=self.session,
                host=self._host,
                pid=self._pid,
                at=self._clock(),
            )
            return self._append(held)

    def settle(self, number: int, usd: float) -> None:
        """Books what a call came to. Raises DroidliteError where it cannot be recorded: then it stays charged at its
        worst case."""
        with self._locked():
            self._append(Settled(held=number, usd=usd))

    def pending_usd(self) -> float:
        """USD reserved by calls of other processes of this machine that are still alive: some of it will come back."""
        with self._locked():
            return sum(held.usd for held in self._book.open.values() if self._may_settle(held))

    def close(self) -> None:
        with self._mutex:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _may_settle(self, held: Held) -> bool:
        return held.host == self._host and held.pid != self._pid and _is_alive(held.pid)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone with the file, and knowing all of it."""
        with self._mutex:
            if self._file < 0:
                raise DroidliteError(f"The ledger {self.path} is closed.")
            try:
                self._lock()
                try:
                    self._catch_up()
                    yield
                finally:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
            except OSError as error:
                raise _unusable(self.path, error) from error

    def _lock(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise DroidliteError(
                        f"The ledger {self.path} was locked by another process for {PATIENCE:g} s, so nothing "
                        "more is sent. Continue or end that process."
                    ) from error
            time.sleep(PAUSE)

    def _catch_up(self) -> None:
        """Reads what others have added, and cuts off what one of them was killed in the middle of writing."""
        status = os.fstat(self._file)
        if not _is_at(self.path, status) or status.st_size < self._read:
            raise DroidliteError(
                f"The ledger {self.path} was moved, replaced or cut short while in use, so what was spent cannot be "
                "told; nothing more is sent."
            )
        *whole, rest = _read_from(self._file, self._read, status.st_size).split(b"\n")
        for raw in whole:
            self._take(raw, len(raw) + 1)
        if rest and self._complete(rest):
            self._take(rest, len(rest) + 1)

    def _take(self, raw: bytes, size: int) -> None:
        self._book.read(raw)
        self._read += size

    def _complete(self, raw: bytes) -> bool:
        """Deals with a last line that has no newline: adds it where nothing else is missing; else cuts the line off,
        for it was never acknowledged, and keeps it beside the file. Whether it may be read."""
        if unwrap(raw, self._book.last) is not None:
            write_all(self._file, b"\n")
            return True
        if not self._book.lines and not may_be_torn_beginning(raw):
            return True  # no ledger at all: reading it says so
        back_up(self.path, raw)
        os.ftruncate(self._file, self._read)
        return False

    def _begin(self, cap_usd: float | None, version: str) -> None:
        if cap_usd is None:
            raise _capless(self.path)
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock()))
        self._append(LedgerBegun(cap_usd=cap_usd, created=created, droidlite=version))
        sync_folder(self.path.parent)

    def _append(self, entry: Entry) -> int:
        """One line, on disk when it returns; where it cannot be written whole nothing of it stays."""
        n = self._book.last + 1
        line = lay_out(n, entry)
        try:
            write_all(self._file, line)
            sync_data(self._file)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(self._file, self._read)
            raise
        self._read += len(line)
        self._book.add(n, entry)
        return n


def _create(path: Path, cap_usd: float | None) -> int:
    if cap_usd is None:
        raise _capless(path)
    try:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError as error:
        link = path.is_symlink()
        gone = (
            f"it is a link, and there is no folder {path.resolve().parent}"
            if link
            else f"there is no folder {path.parent}"
        )
        raise UsageError(f"The ledger {path} cannot be begun: {gone}.") from error
    except OSError as error:
        raise _unusable(path, error) from error


def _is_alive(pid: int) -> bool:
    """Whether a process still runs; one that is dead and not yet buried by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it lives, and is somebody else's
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except (OSError, IndexError):  # no /proc here
        return True


def _is_at(path: Path, status: os.stat_result) -> bool:
    """Whether the file of that status still is what `path` names."""
    try:
        return os.path.samestat(os.stat(path), status)
    except OSError:
        return False


def _read_from(file: int, start: int, end: int) -> bytes:
    parts = []
    while start < end and (part := os.pread(file, end - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _capless(path: Path) -> UsageError:
    return UsageError(f"The ledger {path} is begun by the first run that names it, with a cap: add --max-cost USD.")


def _unusable(path: Path, error: OSError) -> DroidliteError:
    told = f"The ledger {path} cannot be used: {error.strerror or error}. Nothing was sent that is not charged in it"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOLCK):
        return DroidliteError(f"{told}.")
    return UsageError(f"{told}; name a file that can be read and written with --ledger.")
