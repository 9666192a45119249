"""What was typed in earlier sessions."""

import contextlib
from pathlib import Path
from typing import Any

from prompt_toolkit.history import FileHistory


class History(FileHistory):
    """Prompts across sessions, readable by their writer only; a disk that cannot be written only forgets."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)

    def load_history_strings(self) -> Any:
        try:
            yield from super().load_history_strings()
        except OSError:
            return

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError):
            super().store_string(string)
