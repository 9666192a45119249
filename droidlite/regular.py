"""Reads text where a repository says there is some, whatever really is there: a FIFO would wait for ever, a device or a
file of holes has no end."""

import errno
import os
import stat
from pathlib import Path


def read_regular(path: Path, most: int) -> bytes:
    """The first `most` bytes of a regular file, links followed. Raises OSError, also where it is anything else."""
    _require_regular(os.stat(path), path)  # before it is opened: opening a device may do something
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as file:
        _require_regular(os.fstat(file.fileno()), path)
        return file.read(most)


def read_text(path: Path, most: int) -> str:
    """As read_regular, what is no UTF-8 replaced; "" where it cannot be read."""
    try:
        return read_regular(path, most).decode("utf-8", "replace")
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return ""


def _require_regular(facts: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
