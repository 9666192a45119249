"""What was typed in earlier sessions."""

from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory

from droidlite.secrecy import make_private

LONGEST = 100_000
"""Characters of a message that is kept: a longer one was pasted, and would be read at every start."""


class History(FileHistory):
    """Prompts across sessions, readable by their writer only. A file that cannot be used only forgets; `problem` says
    so in a sentence ("" = none)."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.problem = ""
        try:
            make_private(path.parent)
            path.touch(mode=0o600)
            with path.open("r+b"):
                pass
        except OSError as error:
            self.problem = f"The history {path} cannot be used: {error.strerror}. Nothing you type is kept after this."

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        if self.problem or len(string) > LONGEST:
            return
        try:
            super().store_string(string)
        except OSError as error:
            self.problem = f"The history {self.filename!s} cannot be written: {error.strerror}."
