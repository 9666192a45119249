"""A session where none can be stored (a read-only home, a full disk): kept in memory while it runs."""

import threading
from pathlib import Path

from droidlite.errors import DroidliteError
from droidlite.session.fold import Fold, Session
from droidlite.session.journal import Journal
from droidlite.session.records import Header, Record


class NullJournal(Journal):
    """Stands in where no session can be stored: keeps every record in memory, until it is closed. `warnings` says why.

    Raises DroidliteError where there is not even a temporary folder for saved files and long outputs."""

    stored = False

    def __init__(self, header: Header, reason: str) -> None:
        import tempfile

        self.header = header
        try:
            self._temporary = tempfile.mkdtemp(prefix="droidlite-")
            self.folder = Path(self._temporary) / header.session_id
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            raise DroidliteError(
                f"{reason} It cannot be kept in a temporary folder either: {error.strerror}. Free some space, or set "
                "TMPDIR to a folder that can be written."
            ) from error
        self.warnings = (f"{reason} This session goes on without being stored: it cannot be resumed.",)
        self._mutex = threading.Lock()
        self._last = 1
        self._open = True
        self._fold = Fold(header)

    def append(self, record: Record) -> int:
        with self._mutex:
            if not self._open:
                raise DroidliteError(f"Session {self.header.session_id} is closed.")
            self._last += 1
            self._fold.add(self._last, record)
            return self._last

    def session(self) -> Session:
        with self._mutex:
            return self._fold.session()

    def close(self) -> None:
        """Removes the temporary folder that held blobs and spilled output."""
        import shutil

        self._open = False
        shutil.rmtree(self._temporary, ignore_errors=True)
