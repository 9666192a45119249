"""What is pasted: a long text stands folded in the input until it is sent, a picture becomes a mention of its file."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from droidlite.errors import UsageError
from droidlite.regex import regex
from droidlite.ui.mentions import PICTURES
from droidlite.ui.wording import counted

MOST_LINES, MOST_CHARACTERS = 20, 2_000
"""What is longer is folded."""
_FOLDED = regex(r"\[pasted [\d,]+ (?:lines|characters) #\d+\]")
_SECONDS = 5.0
"""How long the program that reads the clipboard may take."""


class Pastes:
    """The folded texts of a session, by what stands for them; `env` tells which clipboard there is."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env, self._kept = env, dict[str, str]()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Removes the pictures; the conversation has its own copies of those that were sent."""
        if self._folder is not None:
            self._folder.cleanup()

    def fold(self, text: str) -> str:
        """The text, or what stands for it where it is long."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = text.count("\n") + 1
        if lines <= MOST_LINES and len(text) <= MOST_CHARACTERS:
            return text
        size = counted(lines, "line") if lines > MOST_LINES else counted(len(text), "character")
        mark = f"[pasted {size} #{len(self._kept) + 1}]"
        self._kept[mark] = text
        return mark

    def unfold(self, text: str) -> str:
        """With the texts in their places. Raises UsageError where one belongs to an earlier session."""
        gone = next((mark for mark in _FOLDED.findall(text) if mark not in self._kept), None)
        if gone:
            raise UsageError(f"The text behind {gone} went with its session; paste it again.")
        return _FOLDED.sub(lambda found: self._kept[found[0]], text)

    def picture(self) -> str:
        """The picture in the clipboard as a file of its own. Raises UsageError where there is none, or nothing to read
        it with."""
        reader = _reader(self._env)
        try:
            read = subprocess.run(reader, capture_output=True, timeout=_SECONDS, check=False)
        except FileNotFoundError as error:
            raise UsageError(f"The clipboard is read with {reader[0]}, which is not installed.") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise UsageError(f"{reader[0]} could not read the clipboard: {error}.") from error
        if read.returncode or not read.stdout.startswith(b"\x89PNG"):
            raise UsageError("There is no picture in the clipboard; mention a file with @path.")
        path = self._place("pasted.png")
        path.write_bytes(read.stdout)
        return str(path)

    def mention(self, path: str) -> str:
        """A picture's path as a message mentions it; one with blanks is linked to by one without."""
        if not re.search(r"\s", path):
            return f"@{path} "
        link = self._place(re.sub(r"\s", "-", Path(path).name))
        link.symlink_to(Path(path).absolute())
        return f"@{link} "

    def _place(self, name: str) -> Path:
        """Where a picture of that name goes, in a folder of the session's own."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="droidlite-", ignore_cleanup_errors=True)
        return Path(tempfile.mkdtemp(dir=self._folder.name), name)


def pasted_path(text: str) -> str:
    """The path where what was pasted is the path of a picture, as terminals paste a file that is dropped on them, else
    ""."""
    path = text.strip().strip("'\"")
    path = unquote(path.removeprefix("file://")) if path.startswith("file://") else path.replace("\\ ", " ")
    return path if path.lower().endswith(PICTURES) and "\n" not in path and os.path.isfile(path) else ""


def _reader(env: Mapping[str, str]) -> list[str]:
    if sys.platform == "darwin":
        return ["pngpaste", "-"]
    if env.get("WAYLAND_DISPLAY"):
        return ["wl-paste", "--type", "image/png"]
    if env.get("DISPLAY"):
        return ["xclip", "-selection", "clipboard", "-t", "image/png", "-o"]
    raise UsageError("There is no clipboard here to take a picture from; mention a file with @path.")
