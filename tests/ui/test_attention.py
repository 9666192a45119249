"""The bell rings for whoever has not touched a key for a while, and for nobody else."""

import io

from prompt_toolkit.data_structures import Size
from prompt_toolkit.output.vt100 import Vt100_Output

from droidlite.ui.attention import AWAY_SECONDS, Attention


def attention(**options: bool) -> tuple[Attention, io.StringIO, list[float]]:
    written, now = io.StringIO(), [0.0]
    output = Vt100_Output(written, lambda: Size(rows=24, columns=80), term="xterm")
    return Attention(output, lambda: now[0], **options), written, now


def test_the_bell_is_for_whoever_is_away() -> None:
    here, written, now = attention()
    here.waits()
    now[0] = AWAY_SECONDS
    here.pressed()
    here.waits()
    assert written.getvalue() == ""
    now[0] = 2 * AWAY_SECONDS
    here.waits()
    assert written.getvalue() == "\a"


def test_a_title_holds_nothing_that_steers_the_terminal_and_is_written_once() -> None:
    here, written, _ = attention()
    here.title("\x1b]52;c;x\x07fix\nthe bug")
    here.title("\x1b]52;c;x\x07fix\nthe bug")
    here._output.flush()
    assert written.getvalue().count("\x1b]2;") == 1
    assert "\x1b]52" not in written.getvalue()


def test_both_can_be_switched_off() -> None:
    here, written, now = attention(title=False, bell=False)
    now[0] = 2 * AWAY_SECONDS
    here.title("working")
    here.waits()
    here.close()
    here._output.flush()
    assert written.getvalue() == ""
