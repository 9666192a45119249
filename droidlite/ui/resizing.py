"""Where the drawn part stands once the window was made narrower: most terminals wrap the lines that no longer fit."""

from collections.abc import Mapping
from typing import Any

from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.layout.screen import Screen

from droidlite.ui.closable import Closable


class Resizable(Closable[None]):
    """An application that is drawn anew from its real beginning: prompt_toolkit counts the rows it drew, and leaves
    those standing that the terminal has made of them since. `wraps`: whether this terminal does."""

    wraps = True
    _begun: tuple[Size, dict[str, Any]]
    """The size of the window as the frame was begun, and what the renderer knew then."""

    def _on_resize(self) -> None:
        self._redraw()

    def begin_frame(self) -> bool:
        """Before anything is drawn: whether the size has changed; then the cursor is where the terminal has put it."""
        size = self.output.get_size()
        self._begun = size, dict(vars(self.renderer))
        return self._follow(size)

    def outgrown(self) -> bool:
        """Before the frame is written: whether the size has changed since it was begun. Then it is not to be written:
        it begins with going back to where the drawn part stood. The renderer knows again what it knew before it."""
        size, known = self._begun
        if self.is_done or self.output.get_size() == size:
            return False
        vars(self.renderer).update(known)
        return True

    def _follow(self, size: Size) -> bool:
        renderer = self.renderer
        drawn, before = renderer._last_screen, renderer._last_size
        if drawn is None or before is None or before == size:
            return False
        if self.wraps:
            renderer._cursor_pos = wrapped(drawn, renderer._cursor_pos, size.columns)
        return True


def wrapped(drawn: Screen, cursor: Point, width: int) -> Point:
    """Where the cursor of a drawn screen stands, from its first row on, when every row is wrapped at `width` cells."""
    above = sum(max(-(-_length(drawn, row) // width), 1) for row in range(cursor.y))
    return Point(x=cursor.x % width, y=above + cursor.x // width)


def _length(drawn: Screen, row: int) -> int:
    """Cells up to the last that was written: blanks behind it were not."""
    cells = drawn.data_buffer[row]
    return max((at + cell.width for at, cell in cells.items() if cell.char.strip()), default=0)


def wraps(env: Mapping[str, str]) -> bool:
    """Whether the terminal wraps lines when it gets narrower; xterm, GNU screen and the Linux console cut them off."""
    term = env.get("TERM", "")
    return "XTERM_VERSION" not in env and term != "linux" and (not term.startswith("screen") or "TMUX" in env)
