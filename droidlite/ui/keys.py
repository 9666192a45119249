"""Which key does what, in the input and in dialogs."""

from collections.abc import Callable
from typing import Any, Protocol

from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition, is_searching, vi_insert_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

_DIALOG_KEYS = {
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "pageup": "pageup",
    "pagedown": "pagedown",
    "home": "home",
    "end": "end",
    "enter": "enter",
    "tab": "tab",
    "escape": "escape",
    "backspace": "backspace",
    "c-p": "up",
    "c-n": "down",
}


_ALONE = Condition(lambda: not get_app().key_processor.input_queue)
"""Nothing came with this key: it is Esc itself and no Alt with another key, and need not wait for one."""


class Controls(Protocol):
    """What the keys act on."""

    @property
    def asking(self) -> bool: ...
    def press(self, key: str, text: str = "") -> None: ...
    def submit(self) -> None: ...
    def escape(self) -> None: ...
    def stop_or_leave(self) -> None: ...
    def cycle_autonomy(self) -> None: ...
    def view(self) -> None: ...
    def explain(self) -> None: ...
    def next_model(self) -> None: ...
    def edit(self) -> None: ...
    def paste(self, text: str) -> None: ...
    def paste_picture(self) -> None: ...
    def take_back_queued(self) -> bool:
        """True when a queued message is now in the input."""
        ...

    def leave(self) -> None: ...


def bind_keys(controls: Controls) -> KeyBindings:
    keys = KeyBindings()
    asking = Condition(lambda: controls.asking)
    bind_dialog(keys, controls.press, asking)
    _bind_input(keys, controls, ~asking & ~is_searching)
    _bind_editing(keys, controls, ~asking & ~is_searching)

    @keys.add("c-o", filter=~is_searching)
    def _(event: KeyPressEvent) -> None:
        controls.view()

    @keys.add("c-c", filter=~is_searching)
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        controls.stop_or_leave()

    return keys


def bind_dialog(keys: KeyBindings, press: Callable[..., None], asking: Any) -> None:
    """The keys of a dialog, where `asking` holds, go to `press(name, text)`."""
    for key, name in _DIALOG_KEYS.items():

        def pressed(event: KeyPressEvent, name: str = name) -> None:
            press(name)

        keys.add(key, filter=asking)(pressed)

    @keys.add(Keys.Any, filter=asking)
    @keys.add(Keys.BracketedPaste, filter=asking)
    def _(event: KeyPressEvent) -> None:
        if event.data.isprintable() or event.key_sequence[0].key == Keys.BracketedPaste:
            press("text", event.data)


def _bind_input(keys: KeyBindings, controls: Controls, typing: Any) -> None:
    @keys.add("enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.newline(copy_margin=False)
        elif buffer.complete_state and buffer.complete_state.completions and not buffer.text.startswith("/"):
            if not buffer.complete_state.current_completion:
                buffer.go_to_completion(0)
            buffer.complete_state = None
        else:
            controls.submit()
            event.app.vi_state.input_mode = InputMode.INSERT  # the next message is typed, not steered

    @keys.add("escape", filter=typing & ~vi_insert_mode, eager=_ALONE)
    def _(event: KeyPressEvent) -> None:
        controls.escape()

    @keys.add("escape", filter=typing & vi_insert_mode, eager=_ALONE)
    def _(event: KeyPressEvent) -> None:
        event.app.vi_state.input_mode = InputMode.NAVIGATION  # whoever has the keys of vi means this first

    @keys.add("s-tab", filter=typing)
    def _(event: KeyPressEvent) -> None:
        controls.cycle_autonomy()

    @keys.add("c-n", filter=typing)
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.complete_state:
            event.current_buffer.complete_next()
        else:
            controls.next_model()

    @keys.add("?", filter=typing & Condition(lambda: not get_app().current_buffer.text))
    def _(event: KeyPressEvent) -> None:
        controls.explain()

    @keys.add("c-d", filter=typing)
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.delete()
        else:
            controls.leave()


def _bind_editing(keys: KeyBindings, controls: Controls, typing: Any) -> None:
    @keys.add("c-j", filter=typing)
    @keys.add("escape", "enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @keys.add("up", filter=typing)
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text or not controls.take_back_queued():
            event.current_buffer.auto_up(count=event.arg)

    @keys.add("tab", filter=typing)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not buffer.complete_state:
            buffer.start_completion(select_first=True)
        elif buffer.complete_state.current_completion:
            buffer.complete_next()
        else:
            buffer.go_to_completion(0)

    @keys.add(Keys.BracketedPaste, filter=typing)
    def _(event: KeyPressEvent) -> None:
        controls.paste(event.data)

    @keys.add("c-v", filter=typing)
    def _(event: KeyPressEvent) -> None:
        controls.paste_picture()

    @keys.add("c-g", filter=typing)
    def _(event: KeyPressEvent) -> None:
        controls.edit()

    @keys.add("c-l")
    def _(event: KeyPressEvent) -> None:
        event.app.renderer.clear()
