"""The drawn part of the terminal: what still moves, then the input or a dialog, then the status line."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from prompt_toolkit.application import in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindingsBase
from prompt_toolkit.layout import ConditionalContainer, HSplit, Layout, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.widgets import SearchToolbar

from droidlite.ui.choosing import Dialog, Done
from droidlite.ui.completion import Completions
from droidlite.ui.grace import GRACE_SECONDS, Grace
from droidlite.ui.hidden import SpellingOut
from droidlite.ui.history import History
from droidlite.ui.holding import Holding
from droidlite.ui.output import Framed
from droidlite.ui.resizing import Resizable
from droidlite.ui.styles import styles
from droidlite.ui.viewing import viewer

ESCAPE_SECONDS = 0.03
"""How long the rest of an arrow, or of Alt with a key, may take after the byte it begins with, which alone is Esc."""
INPUT_LINES = 10
PRINT_SECONDS = 0.05
"""How long what is printed waits for more of it, so that a fast stream costs no redraw per line. The redraw after a key
takes it along; a key waits for nothing."""


class Screen:
    """Draws, prints above what it draws, and asks. `live(rows)` gives ANSI text, drawn while `moving()`; `bar(width)`
    the status line, `queued()` the messages waiting; `asks` is told whenever a dialog opens or has ended. `say` and
    `ask` may be called from any thread."""

    def __init__(
        self,
        *,
        live: Callable[[int], str],
        moving: Callable[[], bool],
        bar: Callable[[int], StyleAndTextTuples],
        queued: Callable[[], tuple[str, ...]],
        completions: Completions,
        history: Path,
        bindings: KeyBindingsBase,
        terminal: tuple[Input, Output],
        colour: bool,
        asks: Callable[[], None] = lambda: None,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._terminal, self._colour, self._asks = terminal, colour, asks
        self._live, self._is_moving, self._queued, self._bar = live, moving, queued, bar
        self._dialogs: deque[tuple[Dialog, Future[Any]]] = deque()
        self._asked: dict[Future[Any], Dialog] = {}
        self._owned: set[Future[Any]] = set()
        self._grace = Grace(grace_seconds)
        self._printed: deque[str] = deque()
        self._taken: tuple[str, ...] = ()
        self._viewing = self._printing = self._together = False
        self._shown = 0.0
        self.closed = False
        self.history = History(history)
        self.buffer = Buffer(
            multiline=True,
            history=self.history,
            completer=ThreadedCompleter(completions),
            complete_while_typing=True,
            tempfile_suffix=".md",
        )
        self.app = Resizable(
            layout=self._layout(),
            key_bindings=bindings,
            style=styles(colour),
            color_depth=ColorDepth.DEPTH_4_BIT if colour else ColorDepth.DEPTH_1_BIT,
            input=terminal[0],
            output=terminal[1],
            before_render=lambda _: self._print(),
            after_render=lambda _: self._show(),
            erase_when_done=True,
        )
        self.holding = Holding(self.app)
        self.app.ttimeoutlen, self.app.timeoutlen = ESCAPE_SECONDS, 0.25

    # --- layout -----------------------------------------------------------------------------------------------------

    def _layout(self) -> Layout:
        asking = Condition(lambda: bool(self._dialogs))
        self._dialog_window = Window(
            FormattedTextControl(self._dialog_text, focusable=True, show_cursor=False), dont_extend_height=True
        )
        found = SearchToolbar(ignore_case=True, backward_search_prompt="search back: ")
        self._input_window = Window(
            BufferControl(self.buffer, [SpellingOut()], search_buffer_control=found.control, preview_search=True),
            get_line_prefix=self._prefix,
            height=Dimension(min=1, max=INPUT_LINES),
            wrap_lines=True,
            dont_extend_height=True,
        )
        moving = Window(FormattedTextControl(self._moving), dont_extend_height=True, wrap_lines=False)
        typing = HSplit([self._rule(), self._input_window, found, CompletionsMenu(max_height=8, scroll_offset=1)])
        rows = [
            ConditionalContainer(moving, Condition(self._is_moving) & ~asking),
            ConditionalContainer(HSplit([self._rule(), self._dialog_window]), asking),
            ConditionalContainer(typing, ~asking),
            self._rule(),
            Window(FormattedTextControl(lambda: self._bar(self.size[0])), height=1, dont_extend_height=True),
        ]
        return Layout(HSplit(rows), focused_element=self._input_window)

    @staticmethod
    def _rule() -> Window:
        return Window(height=1, char="─", style="class:rule")

    @property
    def size(self) -> tuple[int, int]:
        size = self.app.output.get_size()
        return size.columns, size.rows

    def _prefix(self, line: int, wrapped: int) -> StyleAndTextTuples:
        first = line == 0 and wrapped == 0
        style = "class:warning" if self.buffer.text.startswith("!") else "class:prompt"
        return [(style, "❯ " if first else "  ")]

    def _moving(self) -> StyleAndTextTuples:
        rows = max(self.size[1] // 2 - 2, 3)
        waiting: StyleAndTextTuples = [("class:dim", f"\n  queued: {text}") for text in self._queued()]
        return [*ANSI(self._live(rows)).__pt_formatted_text__(), *waiting]

    def _dialog_text(self) -> StyleAndTextTuples:
        if not self._dialogs:
            return []
        width, height = self.size
        return [*self._dialogs[0][0].draw(width, max(height - 4, 6))]

    # --- dialogs ----------------------------------------------------------------------------------------------------

    @property
    def asking(self) -> bool:
        return bool(self._dialogs)

    def ask(self, dialog: Dialog, *, own: bool = False) -> Any:
        """Blocks the calling worker thread until the person has answered, or has left. `own`: they wait for it."""
        answer: Future[Any] = Future()
        self._asked[answer] = dialog
        if own:
            self._owned.add(answer)
        try:
            return answer.result() if self._call_soon(lambda: self._open(dialog, answer)) else dialog.left
        finally:
            del self._asked[answer]
            self._owned.discard(answer)

    def _open(self, dialog: Dialog, answer: "Future[Any]") -> None:
        if self.closed:
            return
        self._dialogs.append((dialog, answer))
        if len(self._dialogs) == 1:
            self._attend()

    def _attend(self) -> None:
        self._grace.begin()
        self._asks()
        self.app.layout.search_links.clear()
        self.app.layout.focus(self._dialog_window if self._dialogs else self._input_window)
        self.app.invalidate()
        if self._dialogs:
            self.holding.end()

    def press(self, key: str, text: str = "") -> None:
        """A key for the dialog that is open, or that opened while a message was being typed."""
        if not self._dialogs or not (self._dialogs[0][1] in self._owned or self._grace.takes(key)):
            self.buffer.insert_text(text)
            return
        dialog, answer = self._dialogs[0]
        after = dialog.press(key, text)
        if not isinstance(after, Done):
            self._dialogs[0] = (after, answer)
            return
        self._answer(after.value)
        if answer in self._owned:
            self.holding.begin()  # for the next one, where there is one
        self._attend()

    def _answer(self, value: Any) -> None:
        """Ends the dialog that is open; what was typed into it for the input stands there now."""
        dialog, answer = self._dialogs.popleft()
        self.buffer.insert_text(dialog.kept)
        answer.set_result(value)

    def walk_away(self) -> None:
        """Every open dialog is answered as if the person had left it."""
        while self._dialogs:
            self._answer(self._dialogs[0][0].left)
        self._attend()

    # --- printing ---------------------------------------------------------------------------------------------------

    def say(self, ansi: str) -> None:
        """Prints above everything drawn; in the order of the calls. From any thread."""
        if not self._call_soon(lambda: self.put(ansi)):
            self._printed.append(ansi)

    def put(self, ansi: str) -> None:
        """The same from the UI's own thread, with no redraw in between."""
        if ansi:
            self._printed.append(ansi)
        loop = self.app.loop
        if self._printed and not (self._printing or self.closed or loop is None):
            self._printing = True
            loop.call_later(max(self._shown + PRINT_SECONDS - loop.time(), 0.0), self.app.invalidate)

    def _print(self) -> None:
        """Before anything is drawn: takes away what is, and prints. The terminal stays raw: prompt_toolkit's
        run_in_terminal would switch it to lines meanwhile, and an Enter pressed just then would arrive as a mere new
        line."""
        resized, framed = self.app.begin_frame(), self._framed
        self._taken = tuple(self._printed)
        if framed:
            framed.begin()
        if resized or self._printed:
            self._together = True
            self.app.renderer.erase(leave_alternate_screen=False)
            self.flush()

    def _show(self) -> None:
        """After something was drawn: not yet, where the window is no longer as it was drawn for."""
        framed, loop = self._framed, self.app.loop
        if framed and self.app.outgrown():
            framed.drop()
            self._printed.extendleft(reversed(self._taken))
            self.app.invalidate()
            return
        if framed:
            framed.end()
        if self._together and loop:
            self._together = self._printing = False
            self._shown = loop.time()

    @property
    def _framed(self) -> Framed | None:
        return self.app.output if isinstance(self.app.output, Framed) else None

    def edit(self) -> None:
        """Lets the person write in their editor; what is to be printed waits for it."""
        self.buffer.open_in_editor()

    def view(self, text: str) -> None:
        """Shows a long text on the whole screen; what is to be printed waits until it is left."""
        if not (self._viewing or self.closed):
            self._viewing = True
            self.app.create_background_task(self._viewed(text))

    async def _viewed(self, text: str) -> None:
        try:
            async with in_terminal():
                await viewer(text, self._terminal, colour=self._colour).run_async()
        finally:
            self._viewing = False

    def flush(self) -> None:
        """Writes what waits to be printed. Only while nothing is drawn."""
        while self._printed:
            self.app.output.write_raw(self._printed.popleft().replace("\n", "\r\n"))
        self.app.output.flush()

    def _call_soon(self, function: Callable[[], None]) -> bool:
        """Runs it on the UI's thread; False once there is none."""
        loop = self.app.loop
        if self.closed or loop is None:
            return False
        try:
            loop.call_soon_threadsafe(function)
        except RuntimeError:  # the loop closed in between
            return False
        return True

    def post(self, function: Callable[[], None]) -> None:
        self._call_soon(function)

    def close(self) -> None:
        """Whoever asks has their answer: nobody is there any more to give it, and there may be no event loop either."""
        self.closed = True
        self._dialogs.clear()
        for answer, dialog in list(self._asked.items()):
            if not answer.done():
                answer.set_result(dialog.left)
