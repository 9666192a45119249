"""The session as plain lines, one after the other: nothing is redrawn, nothing moves. For screen readers, slow lines
and terminals that can do no more (`--plain`, `plain = true` under [ui], TERM=dumb)."""

import queue
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from droidlite.errors import DroidliteError, Interrupted
from droidlite.events import Event
from droidlite.sanitise import clean, clean_line
from droidlite.types import User
from droidlite.ui.ahead import PROMPT, Ahead, Read, typed_ahead
from droidlite.ui.approvals import AtTerminal
from droidlite.ui.asking import Asking
from droidlite.ui.choosing import Choosing, Dialog, Done, Item
from droidlite.ui.commands import do, is_prompt
from droidlite.ui.conversation import Conversation
from droidlite.ui.render import Painter
from droidlite.ui.statusline import header, parting_lines, reply_line
from droidlite.ui.transcript import Transcript
from droidlite.ui.trusting import decide

KEYS = (
    ("Enter", "send; answer a question"),
    ("\\ Enter", "go on in a new line"),
    ("Ctrl+C", "interrupt; twice: leave"),
    ("1-9, y, n", "answer a question"),
    ("?", "explain the numbers"),
    ("@path", "mention a file"),
    ("!command", "run a command yourself"),
)
TWICE_SECONDS = 2.0
LOOK_SECONDS = 0.2
"""How often the reading thread looks up from its wait, to hear Ctrl+C in good time."""
STILL_SECONDS = 30.0
"""After so long without a word it says that it still works."""


class Linear:
    """Host of the commands. The person's lines are read in the thread that calls `run`; commands and the agent run in
    another, and whatever they ask is asked in the first."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        read: Read = input,
        write: Callable[[str], object] | None = None,
        waiting: Callable[[], str] = typed_ahead,
    ) -> None:
        self._conversation = conversation
        self._write = write or _write
        self._read, self._ahead = read, Ahead(waiting, read, self._write)
        self._painter = Painter(lambda: shutil.get_terminal_size().columns - 1, colour=False)
        self._transcript = Transcript(self._painter, time.monotonic)
        self._questions: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._left = self._spoken = self._gone = False
        self._said, self._pressed = time.monotonic(), -TWICE_SECONDS
        decide(conversation, self._interrupting, self.say)
        person = AtTerminal(self._interrupt_with, self.say, self._painter, conversation.interrupt, self._transcript)
        conversation.attend(person)

    def run(self, prompt: str) -> int:
        """Until the person leaves; returns the exit code."""
        self.say(self._painter.text("\n".join(header(self._conversation.status()))))
        self._conversation.warm()
        past = self._conversation.past()
        self._spoken = bool(past)
        self.show(iter(past))
        self.say(self._transcript.end())
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="conversation") as worker:
            try:
                while not self._left:
                    text = prompt or self._typed()
                    prompt = ""
                    if text:
                        self._take(worker, text)
            finally:
                self._gone = True
                self._conversation.interrupt()  # a signal that ends the session must not wait for the agent
        self._part()
        return 0

    def _typed(self) -> str:
        """A message: lines that end in a backslash go on."""
        lines: list[str] = []
        try:
            while True:
                line = self._ahead.read(PROMPT if not lines else "  ")
                lines.append(line.removesuffix("\\"))
                if not line.endswith("\\"):
                    return "\n".join(lines).strip()
        except EOFError:
            self._left = True
        except KeyboardInterrupt:
            now = time.monotonic()
            self._left, self._pressed = now - self._pressed < TWICE_SECONDS, now
            self._write("\n" if self._left else "\nCtrl+C again to leave\n")
        return ""

    def _take(self, worker: ThreadPoolExecutor, text: str) -> None:
        self._spoken = self._spoken or (is_prompt(text) and text != "?")
        self._transcript.begin()
        self._transcript.unfolded = text.startswith("!")
        self._said = time.monotonic()
        task = worker.submit(self._do, text)
        task.add_done_callback(lambda done: self._questions.put(None))
        while self._waits(task):
            pass
        task.result()
        self.say(self._transcript.end())
        if self._transcript.replied and is_prompt(text):
            self.say(self._painter.text(reply_line(self._transcript.cost, self._conversation.status())))

    def _waits(self, task: "Future[None]") -> bool:
        """Answers one question, or lets a little time pass; False when the task has ended."""
        try:
            asked = self._questions.get(timeout=LOOK_SECONDS)
            if asked is None:
                return False
            put, answer = asked
            answer.set_result(put())
        except queue.Empty:
            if time.monotonic() - self._said > STILL_SECONDS:
                self.say("still working; Ctrl+C interrupts\n")
        except KeyboardInterrupt:
            self._conversation.interrupt()
            self._ahead.drop()
        return True

    def _do(self, text: str) -> None:
        try:
            do(self, "/router numbers" if text == "?" else text)
        except Interrupted:
            self.say("interrupted\n")
        except DroidliteError as error:
            self.say(self._painter.text(f"error: {error}"))

    def _part(self) -> None:
        if self._spoken:
            lines = parting_lines(self._conversation.status(), self._conversation.spending())
            self.say("\n" + self._painter.text("\n".join(lines)))

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
        if ansi:
            self._said = time.monotonic()
            self._write(ansi)

    def show(self, events: Iterator[Event | User]) -> None:
        for event in events:
            told = f"\n{PROMPT}{clean(event.text)}\n" if isinstance(event, User) else self._transcript.apply(event)
            self.say(told)

    def ask(self, dialog: Dialog) -> Any:
        """Of a command of the person's own, from the worker; blocks until they have answered, or are gone."""
        return self._put(dialog, lambda: self._answered(dialog, self._ahead.read))

    def _interrupt_with(self, dialog: Dialog) -> Any:
        """The same for what nobody has asked for."""
        return self._put(dialog, lambda: self._interrupting(dialog))

    def _put(self, dialog: Dialog, put: Callable[[], Any]) -> Any:
        answer: Future[Any] = Future()
        self._questions.put((put, answer))
        while not self._gone:
            with suppress(TimeoutError):
                return answer.result(timeout=LOOK_SECONDS)
        return dialog.left

    def fill(self, text: str) -> None:
        self.say(f"Your message was:\n{clean(text)}\n")

    def leave(self) -> None:
        self._left = True

    # --- dialogs as lines -------------------------------------------------------------------------------------------

    def _interrupting(self, dialog: Dialog) -> Any:
        """Only what is typed once it was shown answers it."""
        with suppress(EOFError):
            self._ahead.queue()
        return self._answered(dialog, self._read)

    def _answered(self, dialog: Dialog, read: Read) -> Any:
        """What the person makes of it: numbers for choices, an empty line or Ctrl+C leaves."""
        try:
            if isinstance(dialog, Asking):
                return self._chosen(dialog, read)
            return self._picked(dialog, read) if isinstance(dialog, Choosing) else dialog.left
        except (EOFError, KeyboardInterrupt):
            self._write("\n")
            return dialog.left

    def _chosen(self, dialog: Asking, read: Read) -> Any:
        lines = [dialog.title, *(f"  {line}" for line in dialog.body), dialog.note, dialog.problem]
        lines += [f"{index + 1}. {dialog.label(index)}" for index in range(len(dialog.options))]
        letters = f" {' or '.join(dialog.letters)}," if dialog.letters else ""
        lines.append("" if dialog.typing is not None else f"Type a number,{letters} or nothing to {dialog.leaving}.")
        self.say("\n" + "\n".join(line for line in lines if line) + "\n")
        if dialog.typing is not None:
            return dialog.options[dialog.cursor].value, read("Your answer: ")
        while True:
            text = read("Number: ").strip()
            if not text:
                return dialog.left
            if (at := dialog.place({"yes": "y", "no": "n"}.get(text.lower(), text))) is not None:
                option = dialog.options[at]
                return option.value, read("Type it: ") if option.typed else ""
            known = f"1 to {len(dialog.options)}" + "".join(f", {letter}" for letter in dialog.letters)
            self.say(f"'{clean_line(text, 40)}' is none of {known}.\n")

    def _picked(self, dialog: Choosing, read: Read) -> Any:
        dial = f", with one of {', '.join(dialog.dial.values)} behind it ({dialog.dial.name})" if dialog.dial else ""
        self.say(f"\n{dialog.title}\nType a number{dial}; words to filter; or nothing to leave.\n")
        while True:
            rows = dialog.visible
            shown = [(at, item) for at, item in enumerate(rows, 1) if dialog.filter or not item.why_not]
            self.say("".join(f"{_row(number, item, dialog.headers)}\n" for number, item in shown))
            if left := len(rows) - len(shown):
                self.say(f"{left} more cannot be chosen here; words to filter show them and why.\n")
            text = read("Number: ").strip()
            number, _, word = text.partition(" ")
            if not text:
                return dialog.left
            if not number.isdecimal() or not 1 <= int(number) <= len(rows):
                dialog = _filtered(dialog, text)
                continue
            item = rows[int(number) - 1]
            if item.why_not:
                self.say(f"{clean_line(item.cells[0], 80)} cannot be chosen: {item.why_not}\n")
                continue
            return _taken(dialog, int(number) - 1, word.strip())


def _row(number: int, item: Item, headers: tuple[str, ...]) -> str:
    names = headers or ("",) * len(item.cells)
    first, *cells = [f"{name} {cell}".strip() for name, cell in zip(names, item.cells, strict=True) if cell.strip()]
    group = f"; {item.group}" if item.group else ""
    return f"{number}. {'; '.join([first.removeprefix('model '), *cells])}{group}"


def _filtered(dialog: Choosing, words: str) -> Choosing:
    while dialog.filter:
        dialog = _pressed(dialog, "backspace")
    return _pressed(dialog, "text", words)


def _taken(dialog: Choosing, index: int, word: str) -> Any:
    dialog = _pressed(dialog, "home")
    for _ in range(index):
        dialog = _pressed(dialog, "down")
    while dialog.dial is not None and word in dialog.dial.values and dialog.dial.value != word:
        dialog = _pressed(dialog, "right")
    ended = dialog.press("enter")
    assert isinstance(ended, Done)
    return ended.value


def _pressed(dialog: Choosing, key: str, text: str = "") -> Choosing:
    after = dialog.press(key, text)
    assert isinstance(after, Choosing)
    return after


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
