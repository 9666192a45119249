"""Keeps traffic away from what fails: opens on failures, lets one probe through later, closes when that one works."""

from collections import deque
from typing import Literal

FAILURES, SHARE, WINDOW_SECONDS = 5, 0.5, 30.0
"""It opens on at least so many failures that are at least this share of what ended within the window."""
OPEN_SECONDS, LONGEST_SECONDS = 30.0, 300.0
"""How long it stays open before a probe; twice as long after each probe that fails, up to the longest. With a request
every five seconds that keeps the probes at one in twenty."""
PROBE_SECONDS = 1.0
"""While a probe is out, ask again after so long."""

Gate = Literal["closed", "open", "half-open"]


class Breaker:
    """A state machine without a clock: every method takes `now`, in seconds. What begins must end in exactly one of
    `succeed`, `fail` and `drop`, with what `start` returned."""

    def __init__(self) -> None:
        self._ended: deque[tuple[float, bool]] = deque()
        self._until: float | None = None
        self._times = 0
        self._probing = False

    def gate(self, now: float) -> Gate:
        if self._until is None:
            return "closed"
        return "open" if now < self._until else "half-open"

    def ready_in(self, now: float) -> float:
        """Seconds until something may be sent; 0 = now."""
        if self._until is None:
            return 0.0
        return max(self._until - now, PROBE_SECONDS if self._probing else 0.0)

    def start(self, now: float) -> bool:
        """Something is sent; True where it is the probe."""
        if self.gate(now) != "half-open" or self._probing:
            return False
        self._probing = True
        return True

    def succeed(self, now: float, *, probe: bool) -> None:
        """What was sent before it opened says nothing about now: only the probe closes it."""
        if probe:
            self._until, self._times, self._probing = None, 0, False
            self._ended.clear()
        elif self._until is None:
            self._note(now, good=True)

    def fail(self, now: float, *, probe: bool) -> None:
        if probe:
            self._probing = False
            self._open(now)
        elif self._until is None:
            self._note(now, good=False)
            failures = sum(not good for _, good in self._ended)
            if failures >= FAILURES and failures >= SHARE * len(self._ended):
                self._open(now)

    def drop(self, *, probe: bool) -> None:
        """What was sent came to no end that says anything (an interruption, a bad request)."""
        if probe:
            self._probing = False

    def _open(self, now: float) -> None:
        self._until = now + min(OPEN_SECONDS * 2**self._times, LONGEST_SECONDS)
        self._times += 1
        self._ended.clear()

    def _note(self, now: float, *, good: bool) -> None:
        self._ended.append((now, good))
        while self._ended[0][0] <= now - WINDOW_SECONDS:
            self._ended.popleft()
