"""The one stop flag of a run: Ctrl-C, a closed iterator, a timeout and a mission's stop all end the same way."""

import threading
from collections.abc import Callable

from droidlite.clock import sleep_included

LOOK_SECONDS = 5.0
"""How often a wait looks whether it is over: waiting itself stands still while the machine sleeps."""


class Cancellation:
    """One stop flag for a whole run. `on_cancel` registers something to close or kill, called once, at once if the
    flag is already set; it returns a function that unregisters. Callbacks must not raise."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.RLock()  # a signal may cancel while its own thread holds it
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next = 0

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        with self._lock:
            self._event.set()
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        with self._lock:
            if not self._event.is_set():
                key, self._next = self._next, self._next + 1
                self._callbacks[key] = callback

                def forget() -> None:
                    with self._lock:
                        self._callbacks.pop(key, None)

                return forget
        callback()
        return lambda: None

    def wait(self, seconds: float, clock: Callable[[], float] = sleep_included) -> bool:
        """Sleeps at most `seconds`, those the machine is asleep included; True as soon as cancelled."""
        until = clock() + seconds
        while (left := until - clock()) > 0:
            if self._event.wait(min(left, LOOK_SECONDS)):
                return True
        return self._event.is_set()
