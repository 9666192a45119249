"""Files that only spare work: written whole or not at all, and left out where they cannot be."""

import os
from pathlib import Path


def keep(path: Path, content: bytes) -> None:
    """Puts `content` in the place of the private file at `path`, in one step; what cannot be kept is made anew."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        os.replace(fresh, path)
    except OSError:
        return
