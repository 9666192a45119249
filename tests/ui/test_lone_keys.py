"""What a key means by itself and together with another, where none is ever waited for."""

import asyncio
from typing import Any

import pytest
from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.output import DummyOutput

from droidlite.ui.keys import bind_keys

DEADLINE = 20.0


class Controls:
    """Keeps what was meant."""

    asking = False

    def __init__(self) -> None:
        self.meant: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *words: self.meant.append(name)


def pressed(keys: str, mode: EditingMode) -> tuple[list[str], str, InputMode]:
    """What was meant by keys that arrived at once, what stands in the input, and vi's mode."""
    controls, buffer = Controls(), Buffer(multiline=True)
    with create_pipe_input() as pipe:
        app: Application[None] = Application(
            layout=Layout(Window(BufferControl(buffer))),
            key_bindings=bind_keys(controls),
            editing_mode=mode,
            input=pipe,
            output=DummyOutput(),
        )
        app.ttimeoutlen, app.timeoutlen = 0.01, None  # type: ignore[assignment]
        app.key_processor.after_key_press += lambda sender: (
            None if sender.input_queue or sender.key_buffer else app.exit()
        )
        pipe.send_text(keys)
        asyncio.run(asyncio.wait_for(app.run_async(), DEADLINE))
    return controls.meant, buffer.text, app.vi_state.input_mode


@pytest.mark.parametrize(
    ("keys", "mode", "meant"),
    [
        ("\x1b", EditingMode.EMACS, (["escape"], "", InputMode.INSERT)),
        ("\x1b\r", EditingMode.EMACS, ([], "\n", InputMode.INSERT)),
        ("\x1b", EditingMode.VI, ([], "", InputMode.NAVIGATION)),
        ("\x1b\r", EditingMode.VI, ([], "\n", InputMode.INSERT)),
    ],
)
def test_escape_alone_waits_for_no_other_key(
    keys: str, mode: EditingMode, meant: tuple[list[str], str, InputMode]
) -> None:
    assert pressed(keys, mode) == meant
