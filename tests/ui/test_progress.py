"""A download's progress where there is a terminal and where there is none."""

import io

from droidlite.ui.progress import downloading


def test_a_line_for_every_tenth_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with downloading("weights", 1_000_000_000, stream, {}) as told:
        for done in range(450_000_000, 1_000_000_001, 25_000_000):
            told(done)
    assert stream.getvalue() == (
        "weights: 40 % (450 of 1,000 MB)\nweights: 50 % (500 of 1,000 MB)\nweights: 60 % (600 of 1,000 MB)\n"
        "weights: 70 % (700 of 1,000 MB)\nweights: 80 % (800 of 1,000 MB)\nweights: 90 % (900 of 1,000 MB)\n"
        "weights: 100 % (1,000 of 1,000 MB)\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_in_ci_even_where_it_lends_a_terminal() -> None:
    stream = Terminal()
    with downloading("weights", 100, stream, {"CI": "true"}) as told:
        told(100)
    assert stream.getvalue() == "weights: 100 % (0 of 0 MB)\n"


def test_a_bar_on_a_terminal_that_takes_no_markup_from_a_label() -> None:
    stream = Terminal()
    with downloading("[red]\x1b[2Jweights[/red]", 100, stream, {"TERM": "xterm"}) as told:
        told(100)
    assert "[red]weights[/red]" in stream.getvalue() or "[red]␛[2Jweights[/red]" in stream.getvalue()
    assert "100/100 bytes" in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()
