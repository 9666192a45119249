"""An interactive session at work: takes what the person types, runs it in a worker thread, shows what comes of it."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.events import CallFinished, Event, ModelSwitched, ReplyFinished
from droidlite.sanitise import clean_line
from droidlite.types import User
from droidlite.ui.approvals import AtTerminal
from droidlite.ui.attention import Attention
from droidlite.ui.cells import fold
from droidlite.ui.choosing import Dialog
from droidlite.ui.commands import COMMANDS, KEYS, asks, do, find_command, is_prompt
from droidlite.ui.completion import Completions
from droidlite.ui.conversation import Conversation, Status
from droidlite.ui.keys import bind_keys
from droidlite.ui.pasting import Pastes
from droidlite.ui.render import Painter
from droidlite.ui.screen import Screen
from droidlite.ui.statusline import header, parting_lines, reply_line, status_bar
from droidlite.ui.steering import Steering
from droidlite.ui.transcript import Transcript
from droidlite.ui.working import Work


class Session:
    """Host of the commands, steered by the keys. Its state changes on the UI's thread only."""

    def __init__(
        self,
        conversation: Conversation,
        history: Path,
        terminal: tuple[Input, Output],
        colour: bool,
        grace: float,
        attention: Attention,
        env: Mapping[str, str],
    ) -> None:
        self._conversation = conversation
        self._painter = Painter(lambda: terminal[1].get_size().columns, colour)
        self._transcript = Transcript(self._painter, time.monotonic)
        self._work = Work(lambda function: self.screen.post(function), self.leave)
        self._attention = attention
        self.queue: list[str] = []
        self.pastes = Pastes(env)
        self._doing = ""
        self._spoken = self._own = False
        steering = Steering(self)
        self.screen: Screen = Screen(
            live=self._transcript.live,
            moving=lambda: self.busy,
            bar=lambda width: [*status_bar(self._status, width, steering.hint, steering.mode)],
            queued=lambda: tuple(clean_line(text, 60) for text in self.queue),
            completions=Completions({c.name: c.about for c in COMMANDS}, conversation.files),
            history=history,
            bindings=bind_keys(steering),
            terminal=terminal,
            colour=colour,
            asks=self._looks_up,
            grace_seconds=grace,
        )
        self.screen.app.key_processor.before_key_press += lambda sender: self._attention.pressed()
        person = AtTerminal(self.screen.ask, self.say, self._painter, conversation.interrupt, self._transcript)
        conversation.attend(person)
        self._status: Status = conversation.status()

    def run(self, prompt: str, ahead: str) -> None:
        """Until the person leaves. `ahead` was typed before anything was shown."""
        opening = [*header(self._status)]
        opening += [f"⚠ {clean_line(problem, 400)}"] if (problem := self.screen.history.problem) else []
        lines = [line for text in opening for line in fold(text, self._painter.width)]
        self.screen.say("\n".join([*lines, ""]))  # not painted: rich is not loaded yet
        past = self._conversation.past()
        self._spoken = bool(past)
        for event in past:
            self.screen.say(self._transcript.apply(event))
        self.screen.say(self._transcript.end())
        self.screen.flush()
        try:
            self.screen.app.run(pre_run=lambda: self._start(prompt, ahead))
        finally:
            self.screen.close()
            self._work.stop(self._conversation.interrupt)
            self._attention.close()
            self.pastes.close()
        self.screen.flush()
        if self._work.crash:
            raise self._work.crash
        if self._spoken:
            parting = parting_lines(self._status, self._conversation.spending())
            self.screen.say("\n" + self._painter.text("\n".join(parting), "dim"))
            self.screen.flush()

    def _start(self, prompt: str, ahead: str) -> None:
        if prompt:
            self.take(prompt)
        # A terminal that is not yet raw makes of Enter a mere new line; only the last was surely meant to send.
        self.screen.holding.type(f"{ahead[:-1]}\r" if ahead.endswith("\n") else ahead)
        # The prompt is drawn first.
        asyncio.get_running_loop().call_soon(lambda: self._work.beside(self._warm))

    def _warm(self) -> None:
        self._conversation.warm()
        self._painter.warm()

    # --- work -------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        return self._work.busy

    def take(self, text: str) -> None:
        """Does what was typed: now, beside the agent, or when it has finished."""
        beside = self.busy and text.startswith("/") and self._looks_only(text)
        if self.busy and not beside:
            self.queue.append(text)
            return
        self._own = asks(text)
        if beside:
            self._work.beside(lambda: self._do(text))
            return
        if self._own:
            self.screen.holding.begin()
        self._begin(text)

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
        self._work.begin(lambda: self._do(text), self._ended)
        self.screen.app.create_background_task(self._tick())
        self._looks_up()

    def _do(self, text: str) -> None:
        """In a worker thread."""
        try:
            do(self, self.pastes.unfold(text))
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

    def _ended(self) -> None:
        self.screen.put(self._transcript.end())
        self.screen.holding.end()
        self._own = False
        if self._transcript.replied and is_prompt(self._doing):  # /resume retells replies paid long ago
            self.screen.put("\n" + self._painter.text(reply_line(self._transcript.cost, self._status), "dim"))
        if self.queue:
            self._begin(self.queue.pop(0))
        else:
            self._looks_up(waits=True)
        self.screen.app.invalidate()

    def _looks_up(self, *, waits: bool = False) -> None:
        """Something has changed that a person who looks elsewhere would want to know."""
        asking = self.screen.asking
        doing = "waits for you" if asking else self._doing if self.busy else PurePath(self._status.cwd).name
        self._attention.title(f"{'?' if asking else '…' if self.busy else '✓'} droidlite · {doing}")
        if asking or waits:
            self._attention.waits()

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

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        return KEYS

    def say(self, ansi: str) -> None:
        self.screen.say(ansi)

    def ask(self, dialog: Dialog) -> Any:
        return self.screen.ask(dialog, own=self._own)

    def fill(self, text: str) -> None:
        self.screen.post(lambda: self.refill(text))

    def refill(self, text: str) -> None:
        self.screen.buffer.text = text
        self.screen.buffer.cursor_position = len(text)

    def leave(self) -> None:
        self.screen.post(self.leave_now)

    def leave_now(self) -> None:
        if not self.screen.app.is_done:
            self.screen.close()
            self.screen.app.exit()

    # --- what keys do it with, on the UI's thread -------------------------------------------------------------------

    @property
    def status(self) -> Status:
        return self._status

    def look_again(self) -> None:
        self._status = self._conversation.status()

    def open_transcript(self) -> None:
        """Everything that was said and done, on the whole screen."""
        self._work.beside(self._read_transcript)

    def _read_transcript(self) -> None:
        text = self._conversation.transcript()
        self.screen.post(lambda: self.screen.view(text))

    def fetch_picture(self) -> None:
        """Mentions the picture in the clipboard where the person types."""
        self._work.beside(self._fetch_picture)

    def _fetch_picture(self) -> None:
        try:
            path = self.pastes.picture()
        except UsageError as error:
            self.say(self._painter.text(f"✗ {error}", "red"))
        else:
            self.screen.post(lambda: self.screen.buffer.insert_text(self.pastes.mention(path)))
