"""A window that changes its size while a frame is being drawn for the old one."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.output import Output
from terminal.screen import Screen as Window

from droidlite.ui.completion import Completions
from droidlite.ui.output import Framed
from droidlite.ui.screen import Screen

PRINTED = [f"printed {number}, {line}" for number in range(6) for line in range(8)]
"""More than the window has rows."""


class Shown(io.BytesIO):
    """What is written to it is seen in the window."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window

    def write(self, data: Any) -> int:
        self._window.feed(bytes(data))
        return len(data)


class Dragged:
    """Prints lines above a drawn part of `DRAWN` rows; the window becomes `narrow` while `during` is printed."""

    DRAWN = "".join(f"drawn {row}, which is as long as the window is wide{'.' * 35}\n" for row in range(3))

    def __init__(self, narrow: int, during: int) -> None:
        self.window, self._narrow, self._during, self._at = Window(80, 24), narrow, during, -1

    def size(self) -> Size:
        columns, rows = self.window.size
        return Size(rows=rows, columns=columns)

    def live(self, rows: int) -> str:
        if self._at == self._during:
            self.window.resize(self._narrow, 24)
        return self.DRAWN

    async def run(self, tmp_path: Path, pipe: Any) -> None:
        output: Output = Framed(io.TextIOWrapper(Shown(self.window), "utf-8"), self.size, term="xterm")
        screen = Screen(
            live=self.live, moving=lambda: True, bar=lambda width: [], queued=lambda: (), history=tmp_path / "history",
            completions=Completions({}, lambda typed: ()), bindings=KeyBindings(), terminal=(pipe, output),
            colour=False,
        )  # fmt: skip
        task = asyncio.ensure_future(screen.app.run_async())
        while not screen.app.render_counter:
            await asyncio.sleep(0)
        for self._at in range(6):
            lines = [line for line in PRINTED if line.startswith(f"printed {self._at}")]
            screen.put("".join(f"{line}\n" for line in lines))
            while lines[-1] not in self.window.scrolled:
                await asyncio.sleep(0)
        screen.app.exit()
        await task


@pytest.mark.parametrize("narrow", [40, 60, 79, 120])
def test_nothing_is_doubled_lost_or_left(narrow: int, tmp_path: Path) -> None:
    dragged = Dragged(narrow, during=3)
    with create_pipe_input() as pipe:
        asyncio.run(dragged.run(tmp_path, pipe))
    assert [line for line in dragged.window.scrolled if line] == PRINTED
