"""Nothing others wrote reaches the terminal as more than letters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.sanitise import clean, clean_line, strip_escapes

PAYLOADS = {
    "colour": ("a\x1b[31mb\x1b[0m", "ab"),
    "clear screen": ("\x1b[2J\x1b[Hx", "x"),
    "cursor up and over": ("safe\x1b[1A\x1b[2Kevil", "safeevil"),
    "clipboard (OSC 52)": ("\x1b]52;c;ZXZpbA==\x07x", "x"),
    "clipboard, other end": ("\x1b]52;c;ZXZpbA==\x1b\\x", "x"),
    "title": ("\x1b]0;evil\x07x", "x"),
    "link": ("\x1b]8;;http://evil\x07text\x1b]8;;\x07", "text"),
    "unfinished sequence": ("\x1b]52;c;ZXZp", "␛]52;c;ZXZp"),
    "lone escape": ("a\x1bé", "a␛é"),
    "nested": ("\x1b\x1b[31m[31mx", "␛[31mx"),
    "8-bit control": ("\x9b31mx", "x"),
    "device control": ("\x1bPq#0\x1b\\x", "x"),
    "reset": ("\x1bcx", "x"),
    "backspaces": ("evil\x08\x08\x08\x08safe", "evil␈␈␈␈safe"),
    "carriage return": ("evil\rsafe", "evil\nsafe"),
    "Windows line end": ("a\r\nb", "a\nb"),
    "bell and NUL": ("\x07\x00x", "␇␀x"),
    "delete": ("a\x7fb", "a␡b"),
    "right to left": ("a\u202eb", "a<U+202E>b"),
    "isolate": ("a\u2066b\u2069", "a<U+2066>b<U+2069>"),
    "zero width": ("pass\u200bword", "pass<U+200B>word"),
    "byte order mark": ("\ufeffx", "<U+FEFF>x"),
    "tag letters": ("x\U000e0041", "x<U+E0041>"),
    "line separator": ("a\u2028b", "a<U+2028>b"),
    "lone surrogate": ("a\ud800b", "a<U+D800>b"),
    "tab and newline stay": ("a\tb\nc", "a\tb\nc"),
    "letters stay": ("naïve 漢字 عربى 🎉", "naïve 漢字 عربى 🎉"),
}


@pytest.mark.parametrize(("text", "shown"), PAYLOADS.values(), ids=PAYLOADS.keys())
def test_payloads(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in once)
    once.encode("utf-8")


ESCAPES = st.text(alphabet="\x1b\x9b\x9d[]()P^_;0?123mHc\\\x07\x9c\n\r\u202e\u200bab", max_size=30)


@given(ESCAPES)
def test_no_escape_survives(text: str) -> None:
    assert not set(clean(text)) & set("\x1b\x9b\x9d\x07\x9c\r\u202e\u200b")
    assert clean(clean(text)) == clean(text)
    line = clean_line(text)
    assert not set(line) & set("\x1b\x9b\x9d\x07\x9c\r\n\u202e\u200b")


def test_one_line_hides_nothing_and_ends() -> None:
    assert clean_line("ls\nrm\t-rf \x1b[8mx\r") == "ls⏎rm -rf ␛[8mx␍"
    assert clean_line("abcdef", 4) == "abc…"
    assert clean_line("abcd", 4) == "abcd"


def test_only_whole_sequences_are_stripped() -> None:
    assert strip_escapes("\x1b[1mx\x1b[0m é \x1b") == "x é \x1b"
