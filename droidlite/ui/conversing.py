"""An interactive session at work: takes what the person types, runs it in a worker thread, shows what comes of it."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, get_args

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.events import CallFinished, Event, ModelSwitched, ReplyFinished
from droidlite.sanitise import clean_line
from droidlite.types import Autonomy, User
from droidlite.ui.approvals import AtTerminal
from droidlite.ui.choosing import Dialog, Fragments
from droidlite.ui.commands import COMMANDS, find_command, is_prompt
from droidlite.ui.completion import Completions
from droidlite.ui.conversation import Conversation
from droidlite.ui.keys import bind_keys
from droidlite.ui.mentions import images_in
from droidlite.ui.render import Painter
from droidlite.ui.screen import Screen
from droidlite.ui.statusline import header, parting_line, reply_line, status_bar
from droidlite.ui.transcript import Transcript

TWICE_SECONDS = 2.0
"""How soon a second Ctrl+C or Esc must follow to count as twice."""
NOT_STORED = "This session was not stored; it cannot be gone on with."
LEAVING_SECONDS = 5.0
"""How long a run may take to stop when the person leaves."""


class Session:
    """Host of the commands and what the keys control. Its state changes on the UI's thread only."""

    def __init__(
        self, conversation: Conversation, history: Path, terminal: tuple[Input, Output], colour: bool, grace: float
    ) -> None:
        self._conversation = conversation
        self._painter = Painter(lambda: terminal[1].get_size().columns, colour)
        self._transcript = Transcript(self._painter, time.monotonic)
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="conversation")
        self._work: Future[None] | None = None
        self._asides: set[Future[None]] = set()
        self._crash: BaseException | None = None
        self._queue: list[str] = []
        self._doing = ""
        self._pressed = {"ctrl-c": -TWICE_SECONDS, "escape": -TWICE_SECONDS}
        self._spoken = False
        self.screen = Screen(
            live=self._transcript.live,
            moving=lambda: self.busy,
            bar=lambda width: [*self._bar(width)],
            queued=lambda: tuple(clean_line(text, 60) for text in self._queue),
            completions=Completions({c.name: c.about for c in COMMANDS}, conversation.files),
            history=history,
            bindings=bind_keys(self),
            terminal=terminal,
            colour=colour,
            grace_seconds=grace,
        )
        person = AtTerminal(self.ask, self.say, self._painter, conversation.interrupt, self._transcript)
        conversation.attend(person)
        self._status = conversation.status()

    def run(self, prompt: str) -> int:
        with self.screen.app.input.raw_mode():  # from the start: what is typed ahead arrives as it was pressed
            self._talk(prompt)
        return 0

    def _talk(self, prompt: str) -> None:
        self.screen.say(self._painter.text("\n".join(header(self._status)), "bold" if not self._painter.colour else ""))
        for event in self._conversation.past():
            self.screen.say(self._transcript.apply(event))
        self.screen.say(self._transcript.end())
        self.screen.flush()
        try:
            self.screen.app.run(pre_run=lambda: self._take(prompt) if prompt else None)
        finally:
            self._stop_working()
        self.screen.flush()
        if self._crash:
            raise self._crash
        if self._spoken:
            spending = self._conversation.spending()
            lines = [parting_line(spending)] if spending.by_model else []
            stored = self._status.stored
            lines.append(f"Go on with: droidlite -r {self._status.session_id}" if stored else NOT_STORED)
            self.screen.say("\n" + self._painter.text("\n".join(lines), "dim"))
            self.screen.flush()

    def _stop_working(self) -> None:
        self.screen.close()
        running = [future for future in (self._work, *self._asides) if future and not future.done()]
        if running:
            self._conversation.interrupt()
            wait(running, timeout=LEAVING_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)

    # --- work -------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        return self._work is not None

    def _take(self, text: str) -> None:
        """Does what was typed: now, beside the agent, or when it has finished."""
        if not self.busy:
            self._begin(text)
        elif text.startswith("/") and self._looks_only(text):
            aside = self._threads.submit(self._do, text)
            self._asides.add(aside)
            aside.add_done_callback(lambda done: self.screen.post(lambda: self._aside_ended(done)))
        else:
            self._queue.append(text)

    def _looks_only(self, text: str) -> bool:
        try:
            return find_command(text[1:].split(" ")[0]).while_busy
        except UsageError:
            return True  # told at once that there is no such command

    def _begin(self, text: str) -> None:
        self._doing = text
        self._spoken = self._spoken or is_prompt(text)
        self._transcript.begin("working" if is_prompt(text) else text.split(" ")[0][1:])
        self._transcript.unfolded = text.startswith("!")
        self.screen.put(self._transcript.apply(User(text)))
        self._work = work = self._threads.submit(self._do, text)
        self.screen.app.create_background_task(self._tick())
        work.add_done_callback(lambda done: self.screen.post(lambda: self._ended(done)))

    def _do(self, text: str) -> None:
        """In a worker thread."""
        try:
            if text.startswith("/"):
                name, _, words = text[1:].partition(" ")
                find_command(name).run(self, words.strip())
            elif text.startswith("!"):
                self.show(self._conversation.shell(text[1:].strip()))
            else:
                self.show(self._conversation.send(text, images_in(text, self._status.cwd)))
        except Interrupted:
            self.say(self._painter.text("⊘ interrupted", "yellow"))
        except DroidliteError as error:
            self.say("\n" + self._painter.text(f"✗ {error}", "red"))
        finally:
            self._status = self._conversation.status()

    def show(self, events: Iterator[Event | User]) -> None:
        for event in events:
            self.screen.post(lambda event=event: self.screen.put(self._transcript.apply(event)))  # type: ignore[misc]
            if isinstance(event, ReplyFinished | CallFinished | ModelSwitched):
                self._status = self._conversation.status()

    def _ended(self, done: "Future[None]") -> None:
        self._work = None
        self.screen.put(self._transcript.end())
        if self._transcript.replied and is_prompt(self._doing):  # /resume retells replies paid long ago
            self.screen.put("\n" + self._painter.text(reply_line(self._transcript.cost, self._status), "dim"))
        if error := done.exception():
            self._crash = error
            self.leave()
        elif self._queue:
            self._begin(self._queue.pop(0))
        self.screen.app.invalidate()

    def _aside_ended(self, done: "Future[None]") -> None:
        self._asides.discard(done)
        if error := done.exception():
            self._crash = error
            self.leave()

    async def _tick(self) -> None:
        while self.busy:
            if not self.screen.asking:  # a dialog moves only with the keys; what it hides need not be drawn
                self.screen.app.invalidate()
            await asyncio.sleep(0.1)

    # --- what commands and the person's answers use -----------------------------------------------------------------

    @property
    def conversation(self) -> Conversation:
        return self._conversation

    @property
    def painter(self) -> Painter:
        return self._painter

    def say(self, ansi: str) -> None:
        self.screen.say(ansi)

    def ask(self, dialog: Dialog) -> Any:
        return self.screen.ask(dialog)

    def fill(self, text: str) -> None:
        self.screen.post(lambda: self._fill(text))

    def _fill(self, text: str) -> None:
        self.screen.buffer.text = text
        self.screen.buffer.cursor_position = len(text)

    def leave(self) -> None:
        self.screen.post(self._leave)

    def _leave(self) -> None:
        if not self.screen.app.is_done:
            self.screen.close()
            self.screen.app.exit()

    # --- what keys do -----------------------------------------------------------------------------------------------

    @property
    def asking(self) -> bool:
        return self.screen.asking

    def press(self, key: str, text: str = "") -> None:
        self.screen.press(key, text)

    def submit(self) -> None:
        buffer = self.screen.buffer
        text = buffer.text.strip()
        if text:
            buffer.append_to_history()
            buffer.reset()
            self._take(text)

    def escape(self) -> None:
        if self.screen.buffer.complete_state:
            self.screen.buffer.cancel_completion()
        elif self.busy:
            self._interrupt()
        elif self._twice("escape"):
            self.rewind()

    def rewind(self) -> None:
        if self.busy:
            self._interrupt()
        elif self.screen.buffer.text:
            self.screen.buffer.reset()
        else:
            self._begin("/rewind")

    def _interrupt(self) -> None:
        """Stops the run; what was queued comes back to be looked at again, not to be sent unasked."""
        self._conversation.interrupt()
        if self._queue:
            self._fill("\n".join([*self._queue, self.screen.buffer.text]).rstrip())
            self._queue.clear()

    def stop_or_leave(self) -> None:
        if self._twice("ctrl-c"):
            self._leave()
        elif self.asking:
            self.screen.walk_away()
        elif self.busy:
            self._interrupt()
        else:
            self.screen.buffer.reset()

    def _twice(self, key: str) -> bool:
        before, self._pressed[key] = self._pressed[key], time.monotonic()
        if loop := self.screen.app.loop:
            loop.call_later(TWICE_SECONDS, self.screen.app.invalidate)  # the hint goes when it no longer holds
        return self._pressed[key] - before < TWICE_SECONDS

    def cycle_autonomy(self) -> None:
        levels = get_args(Autonomy)
        wanted = levels[(levels.index(self._status.autonomy) + 1) % len(levels)]
        if self._conversation.set_autonomy(wanted) != wanted:
            self._conversation.set_autonomy("off")  # the next one up is not allowed: start again
        self._status = self._conversation.status()

    def unfold(self) -> None:
        if self._transcript.last_output:
            self.screen.put("\n" + self._painter.output(self._transcript.last_output, 2000))

    def edit(self) -> None:
        self.screen.edit()

    def take_back_queued(self) -> bool:
        if not self._queue:
            return False
        self._fill(self._queue.pop())
        return True

    def _bar(self, width: int) -> Fragments:
        pressed = time.monotonic() - self._pressed["ctrl-c"] < TWICE_SECONDS
        return status_bar(self._status, width, "Ctrl+C again to leave" if pressed else "")
