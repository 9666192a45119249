"""Every main screen of the interactive session, as a person sees it, at two widths and more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal import CHOOSING, Terminal
from terminal.snapshots import matches
from terminal.workday import workplace

NARROW = [(40, 30), (20, 40)]


@pytest.fixture
def place() -> Iterator[Path]:
    with workplace() as folder:
        yield folder


def clear(terminal: Terminal) -> None:
    """Ctrl+L: the next screen begins at the top."""
    terminal.type("\x0c")


def asks(terminal: Terminal, words: str, name: str, sign: str) -> None:
    """Something typed, on a screen of its own."""
    clear(terminal)
    terminal.type(f"{words}\r")
    matches(terminal, name, sign)


def opens(terminal: Terminal, words: str, name: str) -> None:
    """A command that asks; left with Esc once it takes keys."""
    asks(terminal, words, name, CHOOSING)
    terminal.chooses("\x1b")


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 30)])
def test_a_day(columns: int, rows: int, place: Path) -> None:
    with Terminal("--max-cost", "1", cwd=place, columns=columns, rows=rows) as terminal:
        matches(terminal, "start", "SCRIPTED")
        asks(terminal, "/help", "help", "leave")
        opens(terminal, "/model", "picker")
        asks(terminal, "/router", "router-before", "aims")
        asks(terminal, "/autonomy off", "autonomy", "autonomy: off")
        asks(terminal, "fix clamp(4, 0, 5)", "approval-command", CHOOSING)
        terminal.chooses("1")
        matches(terminal, "approval-diff", CHOOSING)
        terminal.chooses("1")
        matches(terminal, "reply", "session,")
        asks(terminal, "/cost", "cost", "cache")
        asks(terminal, "/status", "status", "session ")
        asks(terminal, "/router", "router", "aims")
        opens(terminal, "/rewind", "rewind")
        opens(terminal, "/resume", "resume")
        asks(terminal, "does anything else use it?", "short", "session,")
        asks(terminal, "and the docs?", "cap", CHOOSING)
        terminal.chooses("3")
        matches(terminal, "stopped", "stopped")
        clear(terminal)
        terminal.type("/quit\r")
        assert terminal.process.wait(60) == 0
        matches(terminal, "leaving", "Go on")


@pytest.mark.parametrize(("columns", "rows"), NARROW)
def test_a_narrow_terminal(columns: int, rows: int, place: Path) -> None:
    with Terminal(cwd=place, columns=columns, rows=rows) as terminal:
        matches(terminal, "start", "SCRIPTED")
        opens(terminal, "/model", "picker")
        asks(terminal, "fix clamp(4, 0, 5)", "approval-command", CHOOSING)
        terminal.chooses("1")
        matches(terminal, "reply", "session,")
