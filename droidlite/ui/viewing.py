"""A long text on the whole screen, to scroll and search in. It takes the terminal's other screen while it is open;
afterwards the first one is as it was."""

from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_searching
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.search import SearchDirection, start_search
from prompt_toolkit.widgets import SearchToolbar, TextArea

from droidlite.sanitise import clean
from droidlite.ui.cells import broken
from droidlite.ui.closable import Closable
from droidlite.ui.styles import styles

_KEYS = " ↑↓ PgUp PgDn Home End · / search, n next · q or Esc back"


def viewer(text: str, terminal: tuple[Input, Output], *, colour: bool, at_end: bool = True) -> "Closable[None]":
    """Ready to be run; opens at the end of the text, where the newest is, or at its beginning."""
    found = SearchToolbar()
    width = terminal[1].get_size().columns - 2  # the scroll bar has one
    text = "\n".join(part for line in clean(text).split("\n") for part in broken(line.expandtabs(4), max(width, 2)))
    area = TextArea(text, read_only=True, scrollbar=True, wrap_lines=True, search_field=found)
    area.buffer.set_document(Document(text, len(text) if at_end else 0), bypass_readonly=True)
    bar = Window(FormattedTextControl([("class:dim", _KEYS)]), height=1)
    return Closable(
        layout=Layout(HSplit([area, found, bar]), focused_element=area),
        key_bindings=_bindings(area),
        style=styles(colour),
        color_depth=ColorDepth.DEPTH_4_BIT if colour else ColorDepth.DEPTH_1_BIT,
        input=terminal[0],
        output=terminal[1],
        full_screen=True,
    )


def _bindings(area: TextArea) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("q", filter=~is_searching)
    @keys.add("escape", filter=~is_searching, eager=True)
    @keys.add("c-o", filter=~is_searching)
    @keys.add("c-c")
    def _(event: KeyPressEvent) -> None:
        event.app.exit()

    @keys.add("/", filter=~is_searching)
    def _(event: KeyPressEvent) -> None:
        start_search(area.control, SearchDirection.BACKWARD)

    @keys.add("n", filter=~is_searching)
    def _(event: KeyPressEvent) -> None:
        area.buffer.apply_search(event.app.current_search_state, include_current_position=False)

    @keys.add("home", filter=~is_searching)
    @keys.add("g", filter=~is_searching)
    def _(event: KeyPressEvent) -> None:
        area.buffer.cursor_position = 0

    @keys.add("end", filter=~is_searching)
    @keys.add("G", filter=~is_searching)
    def _(event: KeyPressEvent) -> None:
        area.buffer.cursor_position = len(area.text)

    return keys
