"""A sign of life while a model's call, a tool or a check runs: a line that counts on a terminal, one now and then
elsewhere."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from math import ceil
from typing import TextIO

from droidlite.errors import DroidliteError
from droidlite.events import (
    AttemptFailed,
    CallFinished,
    CallStarted,
    Event,
    ModelSwitched,
    ReplyFinished,
    RunFinished,
    SessionStarted,
    TurnStarted,
    VerifyFinished,
    VerifyStarted,
)
from droidlite.sanitise import clean_line
from droidlite.ui.cells import cut
from droidlite.ui.plain import columns, takes, write

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
FRAMES, PLAIN_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
_ERASE = "\r\x1b[K"


class Waiting:
    """Draws on `stream`; `live`: it takes control codes; `clock` tells seconds. Any thread may call `tick`; what else
    is written to `stream` is written within `aside`."""

    def __init__(self, stream: TextIO, *, live: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._live, self._clock = stream, live, clock
        self._lock, self._over = threading.Lock(), threading.Event()
        self._frames = FRAMES if takes(stream, FRAMES) else PLAIN_FRAMES
        self._model, self._frame, self._drawn = "the model", 0, False
        self._running: dict[str, tuple[str, float]] = {}
        self._until = 0.0
        self._next = EVERY

    def follow(self, event: Event) -> None:
        """Takes in what happens: what begins and what ends of all that can take long."""
        with self._lock:
            match event:
                case SessionStarted(model=model) if model:
                    self._model = clean_line(model, 60)
                case ModelSwitched(switch=switch):
                    self._model = clean_line(switch.to, 60)
                    if "model" in self._running:  # its turn had begun already
                        self._running["model"] = (self._model, self._running["model"][1])
                case TurnStarted():
                    self._begin("model", self._model)
                case CallStarted(call_id=call_id, name=name, summary=summary):
                    self._begin(f"call {call_id}", f"{clean_line(name, 40)}  {clean_line(summary, 120)}")
                case VerifyStarted(command=command):
                    self._begin("verify", f"verify  {clean_line(command, 120)}")
                case AttemptFailed(wait_seconds=seconds):
                    self._until = self._clock() + (seconds or 0.0)
                case ReplyFinished():
                    self._end("model")
                case CallFinished(call_id=call_id):
                    self._end(f"call {call_id}")
                case VerifyFinished():
                    self._end("verify")
                case RunFinished():
                    self._running.clear()

    def _begin(self, key: str, what: str) -> None:
        if not self._running:
            self._next = EVERY
        self._running[key] = (what, self._clock())

    def _end(self, key: str) -> None:
        if key == next(iter(self._running), None):
            self._next = EVERY
        self._running.pop(key, None)

    def tick(self) -> None:
        """Says what has been running longest, and for how long, where that is due."""
        with self._lock, contextlib.suppress(DroidliteError):
            if not self._running:
                return
            what, since = next(iter(self._running.values()))
            now = self._clock()
            seconds, left = now - since, ceil(self._until - now)
            if left > 0:
                what, told = f"trying again in {left} s", ""
            else:
                told = f" · {seconds:.0f} s" if self._live else f" is still at it, {seconds:.0f} s"
            if self._live:
                self._frame, self._drawn = self._frame + 1, True
                line = f"{self._frames[self._frame % len(self._frames)]} {what}"
                write(self._stream, f"{_ERASE}{cut(line, max(columns(self._stream, 80) - len(told) - 1, 0))}{told}")
            elif seconds >= self._next:
                self._next = seconds - seconds % EVERY + EVERY
                write(self._stream, f"... {what}{told}\n")

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
