"""How files are written so that a kill or a power cut leaves them whole: in one step, to the disk, with a backup."""

import os
from contextlib import suppress
from pathlib import Path

sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def keep(path: Path, content: bytes) -> None:
    """Puts `content` in the place of the private file at `path`, in one step; what only spares work and cannot be kept
    is made anew."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        os.replace(fresh, path)
    except OSError:
        _take_back(fresh)


def write_all(file: int, content: bytes) -> None:
    """Raises OSError; then any part of it may have been written."""
    written = os.write(file, content)
    while written < len(content):  # the disk is nearly full: going on either fits or raises why not
        written += os.write(file, content[written:])


def sync_folder(folder: Path) -> None:
    """A new file's name is on disk only once its folder is. Raises OSError."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def back_up(path: Path, content: bytes) -> Path:
    """Keeps `content` beside `path`, on disk when it returns, under a name that was free. Raises OSError."""
    for count in range(1, 10_000):
        backup = path.with_name(f"{path.name}.{count}.bak")
        try:
            file = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        try:
            with open(file, "wb") as out:
                out.write(content)
                os.fsync(file)
        except OSError:
            _take_back(backup)
            raise
        return backup
    raise OSError(17, "too many backups", str(path))


def _take_back(half: Path) -> None:
    """Nothing half-written stays where a disk is full."""
    with suppress(OSError):
        half.unlink()
