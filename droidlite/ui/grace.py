"""Which keys a dialog takes that appeared unasked, perhaps while someone was typing."""

import time
from collections.abc import Callable

GRACE_SECONDS = 0.6
"""A dialog that appears while someone types must not take a key meant for the input: it waits for so long a rest."""
_MOVES = frozenset({"up", "down", "left", "right", "pageup", "pagedown", "home", "end"})


class Grace:
    """From `begin` on no key is taken until nothing was typed for `seconds`. Esc allows nothing and is always taken; a
    key that only moves is no typing. `clock` is in seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self.begin()

    def begin(self) -> None:
        self._typed = self._clock()

    def takes(self, key: str) -> bool:
        if key == "escape" or self._clock() - self._typed >= self._seconds:
            return True
        if key not in _MOVES:
            self.begin()  # still typing
        return False
