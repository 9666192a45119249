"""Asks whether to trust a repository before its session begins: what it brings decides with what it does."""

from typing import Any

from prompt_toolkit.filters import Always
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.output import ColorDepth, Output

from droidlite.errors import Interrupted
from droidlite.ui.cells import fold
from droidlite.ui.choosing import Dialog, Done
from droidlite.ui.closable import Closable
from droidlite.ui.grace import Grace
from droidlite.ui.keys import bind_dialog
from droidlite.ui.styles import styles
from droidlite.ui.trusting import Trusts, decide
from droidlite.ui.viewing import viewer


def ask_trust(conversation: Trusts, terminal: tuple[Input, Output], *, colour: bool, grace_seconds: float) -> str:
    """Asks where there is something to ask about. Returns what was typed that was meant for the input. Raises
    Interrupted where the person leaves, DroidliteError where trust cannot be kept."""
    typed: list[str] = []

    def ask(dialog: Dialog) -> Any:
        value, kept = _ask(dialog, terminal, colour, grace_seconds)
        typed.append(kept)
        return value

    def say(text: str) -> None:
        if "\n" in text.strip("\n"):
            viewer(text, terminal, colour=colour, at_end=False).run()
            return
        for line in fold(text.rstrip("\n"), terminal[1].get_size().columns - 1):
            terminal[1].write(line)
            terminal[1].write_raw("\r\n")
        terminal[1].flush()

    decide(conversation, ask, say)
    return "".join(typed)


def _ask(dialog: Dialog, terminal: tuple[Input, Output], colour: bool, grace_seconds: float) -> tuple[Any, str]:
    """The value `dialog` ends with, and what was typed meanwhile for the input."""
    asked, grace, ahead = dialog, Grace(grace_seconds), ""

    def press(key: str, text: str = "") -> None:
        nonlocal asked, ahead
        if not grace.takes(key):
            ahead += text
            return
        after = asked.press(key, text)
        if isinstance(after, Done):
            app.exit(result=after.value)
        else:
            asked = after

    keys = KeyBindings()
    bind_dialog(keys, press, Always())

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=Interrupted())

    def drawn() -> Any:
        size = terminal[1].get_size()
        return [*asked.draw(size.columns, max(size.rows - 2, 6))]

    window = Window(FormattedTextControl(drawn, focusable=True, show_cursor=False), dont_extend_height=True)
    rule = Window(height=1, char="─", style="class:rule")
    app: Closable[Any] = Closable(
        layout=Layout(HSplit([rule, window]), focused_element=window),
        key_bindings=keys,
        style=styles(colour),
        color_depth=ColorDepth.DEPTH_4_BIT if colour else ColorDepth.DEPTH_1_BIT,
        input=terminal[0],
        output=terminal[1],
        erase_when_done=True,
    )
    app.ttimeoutlen, app.timeoutlen = 0.05, 0.25
    return app.run(), ahead + asked.kept
