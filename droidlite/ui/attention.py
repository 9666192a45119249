"""For whoever looks elsewhere: the terminal's title says what the session does, the bell that it waits."""

from collections.abc import Callable

from prompt_toolkit.output import Output

from droidlite.sanitise import clean_line

AWAY_SECONDS = 10.0
"""After so long without a key nobody is taken to be looking."""


class Attention:
    """`clock` in seconds. With neither `title` nor `bell` it does nothing."""

    def __init__(self, output: Output, clock: Callable[[], float], *, title: bool = True, bell: bool = True) -> None:
        self._output, self._clock, self._titled, self._bell = output, clock, title, bell
        self._pressed, self._title = clock(), ""

    def pressed(self) -> None:
        """A key was pressed: somebody is here."""
        self._pressed = self._clock()

    def title(self, text: str) -> None:
        text = clean_line(text, 80)
        if self._titled and text != self._title:
            self._title = text
            self._output.set_title(text)

    def waits(self) -> None:
        """The session needs its person, or has finished."""
        if self._bell and self._clock() - self._pressed >= AWAY_SECONDS:
            self._output.bell()

    def close(self) -> None:
        if self._title:
            self._output.clear_title()
