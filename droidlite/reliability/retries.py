"""How often failed requests may be tried again at all: a service in trouble is not helped by twice the traffic."""

import threading
from collections.abc import Callable

from droidlite.clock import sleep_included

SHARE = 0.1
"""Retries a request earns."""
FLOOR, WINDOW_SECONDS = 10.0, 600.0
"""So many retries are there at the start and come back in so many seconds whatever is asked: a short session, or one
that answers a person once in a while, may always try again."""
MOST = 20.0


class Retries:
    """A token bucket; each session has one. Safe from several threads."""

    def __init__(self, clock: Callable[[], float] = sleep_included) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._left, self._at = FLOOR, clock()

    def earn(self) -> None:
        """A request is made."""
        with self._lock:
            self._left = min(self._left + SHARE, MOST)

    def take(self) -> bool:
        """Takes one retry, where there is one left."""
        with self._lock:
            now = self._clock()
            self._left = min(self._left + FLOOR * (now - self._at) / WINDOW_SECONDS, MOST)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
