"""Keeps file contents by their SHA-256, so that the same content is stored once."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from droidlite.session.journal import BLOBS

CHUNK = 1 << 20


class Blobs:
    """The contents kept in a session's folder. A symlink's content is its target's name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / BLOBS

    def keep(self, path: Path) -> str:
        """Stores what `path` holds and returns its SHA-256 (hex). Raises OSError."""
        import hashlib

        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self._folder / f"new-{os.getpid()}-{threading.get_ident()}"
        digest = hashlib.sha256()
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                for chunk in _content(path):
                    digest.update(chunk)
                    out.write(chunk)
            name = digest.hexdigest()
            os.replace(fresh, self._folder / name)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        return name

    def read(self, blob: str) -> bytes:
        """All of a content. Raises OSError."""
        return (self._folder / blob).read_bytes()

    def put(self, blob: str, path: Path, mode: int) -> None:
        """Makes `path` hold the content again, old or new but never half, with `mode` (all of st_mode).

        Raises OSError: also when the content kept is missing or damaged.
        """
        content = self._folder / blob
        if stamp(content) != blob:
            raise OSError("the saved content is missing or damaged")
        fresh = path.with_name(f".{path.name[:100]}.droidlite-{os.getpid()}")
        try:
            if stat.S_ISLNK(mode):
                os.symlink(content.read_bytes(), os.fsencode(fresh))
            else:
                with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                    for chunk in _content(content):
                        out.write(chunk)
                    os.fchmod(out.fileno(), stat.S_IMODE(mode))
            os.replace(fresh, path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


def stamp(path: Path) -> str:
    """The SHA-256 (hex) of what a file or symlink holds; "" where there is none, "?" where it cannot be read."""
    import hashlib

    try:
        if not (path.is_symlink() or path.is_file()):
            return "?" if path.exists() else ""
        digest = hashlib.sha256()
        for chunk in _content(path):
            digest.update(chunk)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return "?"
    return digest.hexdigest()


def _content(path: Path) -> Iterator[bytes]:
    if path.is_symlink():
        yield os.fsencode(os.readlink(path))
        return
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
