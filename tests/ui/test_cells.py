"""Text that is broken into lines without losing any of it."""

import pytest

from droidlite.ui.cells import broken


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("0123456789", ["0123456789"]),
        ("0123456789ab", ["0123456789", "ab"]),
        ("one two three four", ["one two", "three four"]),
        ("    indented  more words", ["    indent", "ed  more", "words"]),
        ("a \u6f22\u5b57\u6f22\u5b57\u6f22\u5b57", ["a \u6f22\u5b57\u6f22\u5b57", "\u6f22\u5b57"]),
        ("a 0123456789", ["a 01234567", "89"]),
    ],
)
def test_broken_at_blanks_where_that_leaves_no_line_half_empty(text: str, lines: list[str]) -> None:
    assert broken(text, 10) == lines
