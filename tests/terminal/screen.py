"""What a terminal shows after what was written to it, as asciinema's emulator (avt) has it."""

import codecs
import re

import avt

_ASKED = re.compile("\x1b\\[6n")
_BEGUN = re.compile("\x1b(?:\\[6?)?$")
"""A question where the cursor is that has not wholly come yet."""


class Screen:
    """A screen of `columns` by `rows` cells, and what has scrolled off it."""

    def __init__(self, columns: int, rows: int) -> None:
        self._vt = avt.Vt(columns, rows)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, data: bytes) -> bytes:
        """Takes in what was written; returns what a terminal says to it: where the cursor is, where that was asked."""
        text = self._held + self._decoder.decode(data)
        begun = _BEGUN.search(text)
        text, self._held = (text[: begun.start()], begun[0]) if begun else (text, "")
        *questions, rest = _ASKED.split(text)
        told = b""
        for before in questions:
            self._vt.feed_str(before)
            told += b"\x1b[%d;%dR" % (self._vt.cursor.row + 1, self._vt.cursor.col + 1)
        self._vt.feed_str(rest)
        return told

    def resize(self, columns: int, rows: int) -> None:
        self._vt.resize(columns, rows)

    @property
    def size(self) -> tuple[int, int]:
        return self._vt.size

    @property
    def lines(self) -> tuple[str, ...]:
        """What can be seen now, without blanks at the ends of lines."""
        return tuple(_text(line) for line in self._vt.view())

    def line(self, row: int) -> str:
        return _text(self._vt[row])

    @property
    def scrolled(self) -> tuple[str, ...]:
        """All of it from the beginning, as a person sees it who scrolls up."""
        return tuple(_text(line) for line in self._vt.lines())

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column, from 0."""
        return self._vt.cursor.row, self._vt.cursor.col

    def pen(self, text: str) -> avt.Pen:
        """The colours and weight in which the first `text` on the screen begins. Raises LookupError."""
        for line in self._vt.view():
            cells = [cell for cell in line.cells if cell.width]
            at = "".join(cell.char for cell in cells).find(text)
            if at >= 0:
                return cells[at].pen
        raise LookupError(f"{text!r} is not on the screen")


def _text(line: avt.Line) -> str:
    """Its characters; the second cell of a wide one holds none."""
    text = line.text.rstrip()
    return text if text.isascii() else "".join(cell.char for cell in line.cells if cell.width).rstrip()
