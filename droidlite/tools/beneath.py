"""What a search by path told, looked at again through descriptors: a folder swapped for a link meanwhile tells nothing.

git and os.walk go by name, so what they list or print may by then be of another place; only what the confined look
finds the same is told."""

import os
from types import TracebackType
from typing import BinaryIO, Self

from droidlite.tools.confined import Place, open_file, open_folder
from droidlite.tools.problem import Problem


class Beneath:
    """The files below a folder; keeps the last folder and the last file open, for neighbours are asked about in turn.
    Used as a context manager."""

    def __init__(self) -> None:
        self._folder: tuple[tuple[str, ...], int] | None = None
        self._file: tuple[Place, BinaryIO | None] | None = None
        self._number, self._line = 0, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave()
        self._shut()

    def facts(self, place: Place) -> os.stat_result | None:
        """What is at `place` itself, no link followed; None for nothing."""
        above = place.parts[:-1]
        try:
            if self._folder is None or self._folder[0] != above:
                self._leave()
                self._folder = above, open_folder(Place(place.base, above, place.shown))
            return os.stat(place.parts[-1], dir_fd=self._folder[1], follow_symlinks=False)
        except (OSError, Problem):
            return None

    def has_line(self, place: Place, number: int, text: bytes) -> bool:
        """Whether line `number` (from 1) of the file is `text`. Lines of one file are asked about in their order."""
        if self._file is None or self._file[0] != place:
            self._shut()
            self._file = place, _opened(place)
        file = self._file[1]
        while file is not None and self._number < number:
            self._number += 1
            self._line = file.readline()
        return file is not None and self._number == number and self._line.removesuffix(b"\n") == text

    def _leave(self) -> None:
        if self._folder is not None:
            os.close(self._folder[1])
            self._folder = None

    def _shut(self) -> None:
        if self._file is not None and self._file[1] is not None:
            self._file[1].close()
        self._file, self._number, self._line = None, 0, b""


def _opened(place: Place) -> BinaryIO | None:
    try:
        return os.fdopen(open_file(place), "rb")
    except (OSError, Problem):
        return None
