"""What ends an application that is drawn, whichever part of it hears of it first."""

import asyncio
import io

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.output import DummyOutput

from droidlite.ui.closable import Closable


@pytest.mark.parametrize(("raised", "expected"), [(SystemExit(143), SystemExit), (OSError(5, "gone"), EOFError)])
def test_it_ends_without_a_word(
    raised: BaseException, expected: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = io.StringIO()
    monkeypatch.setattr("sys.stdout", told)

    async def run() -> None:
        app: Closable[None] = Closable(layout=Layout(Window()), input=pipe, output=DummyOutput())
        task = asyncio.ensure_future(app.run_async())
        while not app.is_running:
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_exception_handler({"message": "in a task", "exception": raised})
        while not task.done():
            await asyncio.sleep(0)
        ended.append(task.exception())

    ended: list[BaseException | None] = []
    with create_pipe_input() as pipe:
        try:
            asyncio.run(run())
        except SystemExit as error:
            ended.append(error)
    assert ([type(error) for error in ended][:1], told.getvalue()) == ([expected], "")
