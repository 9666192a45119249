"""A sign of life while a model's call runs: a line that counts on a terminal, one now and then elsewhere."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from math import ceil
from typing import TextIO

from droidlite.errors import DroidliteError
from droidlite.events import (
    AttemptFailed,
    Event,
    ModelSwitched,
    ReplyFinished,
    RunFinished,
    SessionStarted,
    TurnStarted,
)
from droidlite.sanitise import clean_line
from droidlite.ui.plain import write

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_ERASE = "\r\x1b[K"


class Waiting:
    """Draws on `stream`; `clock` tells seconds. Control codes go to a terminal only. Any thread may call `tick`; what
    else is written to `stream` is written within `aside`."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock, self._live = stream, clock, stream.isatty()
        self._lock, self._over = threading.Lock(), threading.Event()
        self._model, self._frame, self._drawn = "the model", 0, False
        self._since: float | None = None
        self._until = 0.0
        self._next = EVERY

    def follow(self, event: Event) -> None:
        """Takes in what happens: which model is called, when a call begins and when it ends."""
        with self._lock:
            match event:
                case SessionStarted(model=model) if model:
                    self._model = clean_line(model, 60)
                case ModelSwitched(switch=switch):
                    self._model = clean_line(switch.to, 60)
                case TurnStarted():
                    self._since, self._next = self._clock(), EVERY
                case AttemptFailed(wait_seconds=seconds):
                    self._until = self._clock() + (seconds or 0.0)
                case ReplyFinished() | RunFinished():
                    self._since = None

    def tick(self) -> None:
        """Says how long the call has been running, where that is due."""
        with self._lock, contextlib.suppress(DroidliteError):
            if self._since is None:
                return
            now = self._clock()
            seconds, left = now - self._since, ceil(self._until - now)
            if self._live:
                self._frame, self._drawn = self._frame + 1, True
                doing = f"trying again in {left} s" if left > 0 else f"{self._model} · {seconds:.0f} s"
                write(self._stream, f"{_ERASE}{FRAMES[self._frame % len(FRAMES)]} {doing}")
            elif seconds >= self._next:
                self._next = seconds - seconds % EVERY + EVERY
                doing = f"trying again in {left} s" if left > 0 else f"{self._model} is still at it, {seconds:.0f} s"
                write(self._stream, f"... {doing}\n")

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """The line is gone while something else is written."""
        with self._lock:
            if self._drawn:
                self._drawn = False
                with contextlib.suppress(DroidliteError):
                    write(self._stream, _ERASE)
            yield

    @contextlib.contextmanager
    def ticking(self) -> Iterator[None]:
        """Ticks by itself, in a thread."""
        pause = 0.1 if self._live else 1.0

        def run() -> None:
            while not self._over.wait(pause):
                self.tick()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
            with self.aside():
                pass
