"""Keys typed ahead: before there was a prompt, or for the dialog that a command of the person's own will open."""

from asyncio import TimerHandle
from contextlib import ExitStack
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding.key_processor import KeyPress

HOLD_SECONDS = 1.0
"""They wait no longer: who types meanwhile has to see it."""


class Holding:
    """Everything here is called on the UI's thread."""

    def __init__(self, app: Application[Any]) -> None:
        self._app = app
        self._keys: list[KeyPress] = []
        self._unread = ExitStack()
        self._timer: TimerHandle | None = None

    def type(self, text: str) -> None:
        """What was typed before there was anything to type into."""
        Vt100Parser(self._app.key_processor.feed).feed(text)
        self._app.key_processor.process_keys()

    def begin(self) -> None:
        """Keys that came with the last one, and those not yet read, wait."""
        if self._timer or self._app.loop is None:
            return
        waiting = self._app.key_processor.input_queue
        self._keys = list(waiting)
        waiting.clear()
        self._unread.enter_context(self._app.input.detach())
        self._timer = self._app.loop.call_later(HOLD_SECONDS, self.end)

    def end(self) -> None:
        """They go where keys go now."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        self._unread.close()
        self._app.key_processor.feed_multiple(self._keys)
        self._app.key_processor.process_keys()
