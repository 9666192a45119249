"""What the keys do to a session at a terminal. Everything here is called on the UI's thread."""

import time
from typing import Protocol, get_args

from prompt_toolkit.enums import EditingMode
from prompt_toolkit.key_binding.vi_state import InputMode

from droidlite.types import Autonomy
from droidlite.ui.conversation import Conversation, Status
from droidlite.ui.pasting import Pastes, pasted_path
from droidlite.ui.screen import Screen

TWICE_SECONDS = 2.0
"""How soon a second Ctrl+C or Esc must follow to count as twice."""


_MODES = {
    InputMode.INSERT: "insert",
    InputMode.INSERT_MULTIPLE: "insert",
    InputMode.REPLACE: "replace",
    InputMode.REPLACE_SINGLE: "replace",
}


class Steered(Protocol):
    """The session as the keys see it; `queue` holds the messages that wait."""

    queue: list[str]
    pastes: Pastes

    @property
    def screen(self) -> Screen: ...
    @property
    def conversation(self) -> Conversation: ...
    @property
    def busy(self) -> bool: ...
    @property
    def status(self) -> Status: ...
    def take(self, text: str) -> None: ...
    def refill(self, text: str) -> None:
        """Puts text where the person types."""
        ...

    def open_transcript(self) -> None: ...
    def look_again(self) -> None:
        """Reads the status anew."""
        ...

    def fetch_picture(self) -> None:
        """Mentions the picture in the clipboard where the person types."""
        ...

    def leave_now(self) -> None: ...


class Steering:
    """The Controls of ui.keys."""

    def __init__(self, session: Steered) -> None:
        self._session = session
        self._pressed = {"ctrl-c": -TWICE_SECONDS, "escape": -TWICE_SECONDS}

    @property
    def hint(self) -> str:
        """What the status line says about the last key."""
        pressed = time.monotonic() - self._pressed["ctrl-c"] < TWICE_SECONDS
        return "Ctrl+C again to leave" if pressed else ""

    @property
    def mode(self) -> str:
        """Of vi's keys; "" where they are not in use."""
        app = self._session.screen.app
        return _MODES.get(app.vi_state.input_mode, "normal") if app.editing_mode == EditingMode.VI else ""

    @property
    def asking(self) -> bool:
        return self._session.screen.asking

    def press(self, key: str, text: str = "") -> None:
        self._session.screen.press(key, text)

    def submit(self) -> None:
        buffer = self._session.screen.buffer
        text = buffer.text.strip()
        self._pressed["escape"] = -TWICE_SECONDS  # two of them with a message between are not meant together
        if text:
            buffer.append_to_history()
            buffer.reset()
            self._session.take(text)

    def escape(self) -> None:
        buffer = self._session.screen.buffer
        if buffer.complete_state:
            buffer.cancel_completion()
        elif self._session.busy:
            self._interrupt()
        elif self._twice("escape"):
            self._go_back()

    def _go_back(self) -> None:
        if self._session.screen.buffer.text:
            self._session.screen.buffer.reset()
        else:
            self._session.take("/rewind")

    def _interrupt(self) -> None:
        """Stops the run; what was queued comes back to be looked at again, not to be sent unasked."""
        session = self._session
        session.conversation.interrupt()
        if session.queue:
            session.refill("\n".join([*session.queue, session.screen.buffer.text]).rstrip())
            session.queue.clear()

    def stop_or_leave(self) -> None:
        if self._twice("ctrl-c"):
            self.leave()
        elif self.asking:
            self._session.screen.walk_away()
        elif self._session.busy:
            self._interrupt()
        else:
            self._session.screen.buffer.reset()

    def leave(self) -> None:
        self._session.leave_now()

    def _twice(self, key: str) -> bool:
        before, self._pressed[key] = self._pressed[key], time.monotonic()
        app = self._session.screen.app
        if app.loop:
            app.loop.call_later(TWICE_SECONDS, app.invalidate)  # the hint goes when it no longer holds
        return self._pressed[key] - before < TWICE_SECONDS

    def cycle_autonomy(self) -> None:
        levels, session = get_args(Autonomy), self._session
        wanted = levels[(levels.index(session.status.autonomy) + 1) % len(levels)]
        if session.conversation.set_autonomy(wanted) != wanted:
            session.conversation.set_autonomy("off")  # the next one up is not allowed: start again
        session.look_again()

    def view(self) -> None:
        self._session.open_transcript()

    def explain(self) -> None:
        self._session.take("/router numbers")

    def next_model(self) -> None:
        self._session.take("/model next")

    def paste(self, text: str) -> None:
        path, pastes = pasted_path(text), self._session.pastes
        self._session.screen.buffer.insert_text(pastes.mention(path) if path else pastes.fold(text))

    def paste_picture(self) -> None:
        self._session.fetch_picture()

    def edit(self) -> None:
        self._session.screen.edit()

    def take_back_queued(self) -> bool:
        queue = self._session.queue
        if queue:
            self._session.refill(queue.pop())
            return True
        return False
