"""Keeps a command's output in bounded memory: its head and tail to show, the whole of it in a file."""

import codecs
import os
from collections import deque
from pathlib import Path

from droidlite.secrecy import Redaction, make_private

LIMIT = 30_000
"""Characters shown in full; beyond, the first and the last half of this are."""
FILE_LIMIT = 256 * 1024 * 1024
"""Bytes kept in the file; a command that prints for ever must not fill the disk."""


class Window:
    """The first and the last LIMIT / 2 characters of all that was added."""

    def __init__(self) -> None:
        self._head = ""
        self._tail: deque[str] = deque()
        self._tail_size = 0
        self.total = 0

    def add(self, text: str) -> None:
        self.total += len(text)
        room = LIMIT // 2 - len(self._head)
        self._head, rest = self._head + text[:room], text[room:]
        if not rest:
            return
        self._tail.append(rest)
        self._tail_size += len(rest)
        while self._tail_size - len(self._tail[0]) >= LIMIT // 2:
            self._tail_size -= len(self._tail.popleft())

    def render(self, whole: str) -> str:
        """All of it, or head and tail with a line between them that says how much is missing and where it is."""
        if self.total <= LIMIT:
            return self._head + "".join(self._tail)
        tail = "".join(self._tail)[-(LIMIT // 2) :]
        left_out = self.total - len(self._head) - len(tail)
        return f"{self._head}\n\n... {left_out} characters left out; {whole} ...\n\n{tail}"


class Recording:
    """Takes bytes as they come. `spill` is the folder for the file, made only when the output is long (or at once).
    `redaction` takes secrets out before anything is kept: of bytes, for a command may print them in pieces."""

    def __init__(self, spill: Path, name: str, redaction: Redaction | None = None, *, at_once: bool = False) -> None:
        self._spill, self._name = spill, name
        self._pieces = redaction.for_bytes().pieces() if redaction and redaction.takes else None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._window = Window()
        self._early: list[bytes] = []
        self._written = 0
        self._descriptor = -1
        self.where = ""
        self.trouble = ""
        if at_once:
            self._open()

    def add(self, data: bytes) -> str:
        """Records `data`; returns it as text, but for an end that could be the beginning of a secret."""
        if self._pieces is not None:
            data = self._pieces.add(data.decode("latin-1")).encode("latin-1")
        return self._add(data)

    def finish(self) -> str:
        """Nothing more comes: records and returns what was held back."""
        return "" if self._pieces is None else self._add(self._pieces.rest().encode("latin-1"))

    def _add(self, data: bytes) -> str:
        text = self._decoder.decode(data)
        self._window.add(text)
        if self._descriptor < 0 and not self.trouble:
            self._early.append(data)
            if self._window.total > LIMIT:
                self._open()
        else:
            self._write(data)
        return text

    def take(self) -> str:
        """What came since the last take, shortened where it is long."""
        window, self._window = self._window, Window()
        if self.where:
            whole = f"the whole output is in {self.where}"
            whole += f", but {self.trouble}" if self.trouble else ""
        else:
            whole = f"they were not kept: {self.trouble}"
        return window.render(whole)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            make_private(self._spill)
            for number in range(1, 10_000):
                path = self._spill / f"{self._name}-{number}.txt"
                if path.exists():
                    continue
                self._descriptor, self.where = os.open(path, flags, 0o600), str(path)
                break
        except OSError as error:
            self.trouble = error.strerror or str(error)
        early, self._early = b"".join(self._early), []
        self._write(early)

    def _write(self, data: bytes) -> None:
        if self._descriptor < 0 or self.trouble or not data:
            return
        if self._written + len(data) > FILE_LIMIT:
            self.trouble = f"only its first {self._written:,} bytes were kept"
            return
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self.trouble = f"it could not all be kept ({error.strerror})"
        self._written += len(data)
