"""Keeps a small file of droidlite's own: for this person alone, the old one or the new one, never half."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from droidlite.secrecy import make_private


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else changes what is kept in `folder` meanwhile; it is made where it is not there. Raises OSError."""
    make_private(folder)
    with open(os.open(folder / "lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, content: bytes) -> None:
    """Replaces the file; it is readable for its owner alone. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
