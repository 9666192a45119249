"""A folder with an open session, and a person and a model at work in it."""

import os
import stat
from pathlib import Path

from session_samples import HEADER

from droidlite.session.checkpoint import Checkpoint
from droidlite.session.journal import Journal
from droidlite.session.records import Said
from droidlite.types import User


class Work:
    """A root with an open session, and a person and a model at work in it."""

    def __init__(self, path: Path) -> None:
        self.root = path / "root"
        self.root.mkdir()
        self.folder = path / "session"
        self.told: list[str] = []
        self.journal = Journal.create(self.folder, HEADER)
        self.checkpoint = Checkpoint(self.folder, self.journal, self.root, warn=self.told.append)
        self.turns = 0

    def turn(self) -> None:
        self.turns += 1
        self.journal.append(Said(user=User(f"turn {self.turns}")))
        self.checkpoint.begin_turn(self.turns)

    def write(self, name: str, content: bytes | None, mode: int | None = None) -> None:
        """As a tool changes a file: saved first; None removes it."""
        path = self.root / name
        self.checkpoint.save(path)
        self.outside(name, content, mode)

    def outside(self, name: str, content: bytes | None, mode: int | None = None) -> None:
        path = self.root / name
        if content is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if mode is not None:
            path.chmod(mode)

    def files(self) -> dict[str, tuple[bytes, str]]:
        """Everything under the root: path -> content and mode."""
        return {
            str(path.relative_to(self.root)): (
                os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes() if path.is_file() else b"/",
                stat.filemode(path.lstat().st_mode),
            )
            for path in sorted(self.root.rglob("*"))
        }

    def resume(self) -> None:
        """As after a kill: everything anew from the journal."""
        self.journal.close()
        self.journal, session = Journal.open(self.folder)
        self.checkpoint = Checkpoint(self.folder, self.journal, self.root, session=session, warn=self.told.append)
