"""What reaches the terminal: whole frames, and only characters that its encoding has."""

import io

import pytest
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.layout.screen import Char, Screen

from droidlite.ui.output import AT_ONCE, SHOWN, STAND_INS, Framed, stand_ins
from droidlite.ui.resizing import wrapped, wraps


class Written(io.TextIOWrapper):
    """Standard output in an encoding; `pieces` is what was written at once."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.pieces: list[bytes] = []

    def flush(self) -> None:
        super().flush()
        kept = self.buffer
        assert isinstance(kept, io.BytesIO)
        self.pieces += [kept.getvalue()] if kept.getvalue() else []
        kept.seek(0)
        kept.truncate()


def output(encoding: str = "utf-8") -> tuple[Framed, Written]:
    stream = Written(encoding)
    return Framed(stream, lambda: Size(rows=24, columns=80), term="xterm"), stream


def test_a_frame_is_written_in_one_piece() -> None:
    framed, stream = output()
    framed.begin()
    for part in ("gone", "printed", "drawn"):
        framed.write(part)
        framed.flush()
    framed.end()
    assert stream.pieces == [f"{AT_ONCE}goneprinteddrawn{SHOWN}".encode()]


def test_outside_of_a_frame_everything_is_written_as_it_comes() -> None:
    framed, stream = output()
    for part in ("one", "two"):
        framed.write(part)
        framed.flush()
    framed.end()
    framed.flush()
    assert stream.pieces == [b"one", b"two"]


@pytest.mark.parametrize(
    ("encoding", "drawn"),
    [("ascii", b"-- > x - ?"), ("latin-1", b"-- > x \xb7 \xfc"), ("utf-8", "── ❯ ✗ · ü".encode())],
)
def test_what_an_encoding_has_not_is_drawn_with_something_else(encoding: str, drawn: bytes) -> None:
    framed, stream = output(encoding)
    framed.write("── ❯ ✗ · ü")
    framed.flush()
    assert stream.pieces == [drawn]


def test_a_stand_in_takes_as_many_cells_and_is_to_be_had_everywhere() -> None:
    assert {(len(character), len(instead), instead.isascii()) for character, instead in STAND_INS.items()} == {
        (1, 1, True)
    }
    assert stand_ins("utf-8") == {}


def drawn(*rows: str) -> Screen:
    screen = Screen()
    for y, row in enumerate(rows):
        for x, character in enumerate(row):
            screen.data_buffer[y][x] = Char(character)
    return screen


@pytest.mark.parametrize(
    ("width", "cursor"),
    [(10, Point(x=4, y=3)), (5, Point(x=4, y=4)), (4, Point(x=0, y=7)), (3, Point(x=1, y=8))],
)
def test_the_cursor_is_where_the_terminal_has_put_it(width: int, cursor: Point) -> None:
    """Rows of ten, five and no cells above the one it stands in; blanks at the end of a row were never written."""
    screen = drawn("─" * 10, "12345   ", "", "❯ abcdef")
    assert wrapped(screen, Point(x=4, y=3), width) == cursor


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(390)"}, False),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen-256color", "TMUX": "/tmp/x"}, True),
        ({"TERM": "linux"}, False),
    ],
)
def test_which_terminals_wrap(env: dict[str, str], expected: bool) -> None:
    assert wraps(env) is expected
