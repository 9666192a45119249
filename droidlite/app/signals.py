"""Signals that are heard whatever the main thread is in."""

import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

AGAIN_SECONDS = 0.05
"""How long a handler has to run before its signal is sent again."""


@contextmanager
def heard_at_once(tell: Callable[[int], None], numbers: Collection[int]) -> Iterator[None]:
    """Tells of each of the signals in a thread of its own. Python runs its handlers in the main thread alone: a signal
    that comes just before that thread begins to wait, or in another thread, wakes nobody. The byte the interpreter
    writes does. To be entered in the main thread."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def listen() -> None:
        while told := os.read(reading, 16):
            for number in set(told).intersection(numbers):
                tell(number)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)
        thread.join()
        os.close(reading)


def sent_until(handled: threading.Event, thread: int) -> Callable[[int], None]:
    """For `heard_at_once`, where only the handler can end what runs: interrupts the wait of `thread`, the main one's
    identifier, until the handler has set `handled`."""

    def send(number: int) -> None:
        while not handled.wait(AGAIN_SECONDS):
            signal.pthread_kill(thread, number)

    return send
