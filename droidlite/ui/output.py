"""What is written to the terminal: a frame at a time, and nothing that its encoding has no character for."""

from typing import Any

from prompt_toolkit.layout.screen import Char
from prompt_toolkit.output.vt100 import Vt100_Output

from droidlite.ui.hidden import Spelled

AT_ONCE, SHOWN = "\x1b[?2026h", "\x1b[?2026l"
"""What lies between is shown as one by terminals that know how to, and nothing to the others."""
STAND_INS = {
    **dict.fromkeys("─━═⎯-–—·⠒", "-"),
    **dict.fromkeys("│┃║▏▌▎", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┡┩╇╞╪╡", "+"),
    **dict.fromkeys("❯→▸›⏵▶", ">"),
    **dict.fromkeys("‹←◀", "<"),
    **dict.fromkeys("●•◦☑✓✔", "*"),
    **dict.fromkeys("✗⊘☒×", "x"),
    **dict.fromkeys("…⋯⎿☐", "."),
    **dict.fromkeys("⇄↻≈", "~"),
    **dict.fromkeys("↑⏶", "^"),
    **dict.fromkeys("↓⏷", "v"),
    **dict.fromkeys("█▓▒░■▇▆▅▄▃▂▁", "#"),
    **dict.fromkeys("⠋⠦", "|"),
    **dict.fromkeys("⠙⠹⠧", "/"),
    **dict.fromkeys("⠸⠇", "-"),
    **dict.fromkeys("⠼⠴⠏", "\\"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’‚", "'"),
    "⚠": "!",
    "⏎": "$",
    "µ": "u",
}
"""Characters of one cell that are drawn with, and what is drawn with where they are not to be had."""


class Framed(Vt100_Output):
    """Writes what is drawn between `begin` and `end` in one piece, so that no terminal shows half of it, no paste falls
    between two halves, and no new size of the window either."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.enable_cpr = False  # an answer that comes after more was printed has lines scrolled away
        self._stand_ins = stand_ins(self.encoding())
        self._held = False
        Char.display_mappings = Spelled(Char.display_mappings)

    def begin(self) -> None:
        self.flush()
        self._held = True
        self.write_raw(AT_ONCE)

    def drop(self) -> None:
        """Throws away the frame that was begun."""
        self._buffer.clear()
        self._held = False

    def end(self) -> None:
        """Does nothing where no frame was begun."""
        if self._held:
            self.write_raw(SHOWN)
            self._held = False
            self.flush()

    def disable_autowrap(self) -> None:
        """Not done: a frame that was on its way while the window became narrower wraps then as all lines do that stood
        there before, so that it is known which rows are ours."""

    def flush(self) -> None:
        if not self._held:
            super().flush()

    def write(self, data: str) -> None:
        super().write(data.translate(self._stand_ins))

    def write_raw(self, data: str) -> None:
        super().write_raw(data.translate(self._stand_ins))


def stand_ins(encoding: str) -> dict[int, str]:
    """What to write for the characters an encoding has not: a table for str.translate. What is in no table becomes a
    question mark."""
    return {ord(character): instead for character, instead in STAND_INS.items() if not _has(encoding, character)}


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
