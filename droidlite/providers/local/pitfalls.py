"""What is good to know about the code in question: general notes on a language, chosen by what the code uses.

A small model knows these things but does not think of them; one note among few makes it write another line.
"""

import re
from functools import cache
from pathlib import Path

from msgspec import Struct

from droidlite.regex import regex

_SHEET = Path(__file__).parents[2] / "prompts" / "local_pitfalls.md"
_ROW = regex(r"(\w+) `(.+?)` (.+)")
_LANGUAGES = {"py": "py", "pyi": "py", "js": "js", "mjs": "js", "cjs": "js", "ts": "js", "sh": "sh", "bash": "sh"}
MOST = 3
"""Notes shown at once: with more, a small model heeds none."""


class Note(Struct, frozen=True):
    """`about`: what code the note is for, in `language`."""

    language: str
    about: re.Pattern[str]
    text: str


@cache
def sheet() -> tuple[Note, ...]:
    rows = (_ROW.fullmatch(row) for row in _SHEET.read_text(encoding="utf-8").splitlines())
    return tuple(Note(row[1], re.compile(row[2], re.MULTILINE), row[3]) for row in rows if row)


def notes_on(path: str, code: str, turn: int) -> tuple[str, ...]:
    """Up to MOST notes on what `code` uses; with every `turn` the next ones."""
    language = _LANGUAGES.get(path.rpartition(".")[2].lower())
    found = [note.text for note in sheet() if note.language == language and note.about.search(code)]
    start = turn * MOST % len(found) if found else 0
    return tuple(found[start : start + MOST])
