"""What is wrong with a text that is no TOML, and what to type instead: tomllib tells where its grammar stopped."""

import re

from droidlite.regex import regex
from droidlite.settings.lines import begins

_PLACE = regex(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_VALUE = regex(r"""[^=]*=[ \t]*([^"'#]*)""")
_STRINGS = regex(r"\"(?:[^\"\\]|\\.)*+\"|'[^']*+'")
_UNCLOSED = "a string is not closed: its closing quote is missing on this line"
_BRACES = "a table in braces stands on one line, its keys with commas between them and none behind the last"
_ADVICE = (
    (r"Unescaped '\\'|Invalid hex value|Escaped character",
     r"a backslash in double quotes is written twice (\\); in single quotes ('C:\Users') it stands for itself"),
    (r"(?:Illegal|Found invalid) character '\\n'|Unterminated string|Expected \"'", _UNCLOSED),
    (r"Expected '\]+' at the end", "a table's name stands in brackets closed on its line, such as [router]"),
    (r"Expected '='|Invalid statement|Invalid initial character",
     'a line is a key, = and its value, such as model = "auto", or a table, such as [router]; remarks begin '
     "with #"),
    (r"Cannot overwrite a value|Duplicate inline table key", "this key is set twice; leave one of the two"),
    (r"Cannot declare|Cannot mutate|Cannot redefine",
     "this table is there twice; put its keys together below one name"),
    (r"Invalid date", "a date is written as 2026-11-30"),
)  # fmt: skip
"""What tomllib says, and the words for it. None repeats a value: it may be a key."""


def mistake(text: str, said: str) -> tuple[str, int]:
    """What is wrong, and on which line from 1, where tomllib said `said` of `text`."""
    at = _PLACE.search(said)
    lines = text.splitlines() or [""]
    last = min(int(at[1]) if at and at[1] else len(lines), len(lines))
    reason, line = said[: at.start()] if at else said, lines[last - 1]
    if "twice" not in reason and (left_open := _left_open(text, last, reason)):
        return left_open
    if reason.startswith("Expected \"'"):  # it looked for the quote to the end of the text
        last = next((number for number, each in enumerate(lines, 1) if "'" in _STRINGS.sub("", each)), last)
    if re.match("Invalid value|Expected newline", reason):
        return _of_value(line), last
    if reason.startswith("Invalid initial character") and "{" in _STRINGS.sub("", line):
        return _BRACES, last
    otherwise = reason[:1].lower() + reason[1:]
    return next((words for known, words in _ADVICE if re.match(known, reason)), otherwise), last


def _left_open(text: str, last: int, reason: str) -> tuple[str, int] | None:
    """A list, a table in braces or a long string that is open on line `last`, told where it begins."""
    first, opened = begins(text, last)
    if opened in ('"""', "'''"):
        return f"the string that begins here is not closed with {opened}", first
    if reason.startswith(("Illegal", "Found", "Unescaped", "Escaped", "Invalid hex")):
        return None  # a string in it
    if opened == "{" or reason == "Unclosed inline table":
        return _BRACES, first
    if opened == "[" or reason == "Unclosed array":
        return "the list that begins here is not closed with ], or a comma is missing between two of its values", first
    return None


def _of_value(line: str) -> str:
    """What may be wrong with the value on a line."""
    value = _VALUE.match(line)
    word = value[1].strip() if value else ""
    if value and not word and not _STRINGS.search(line):
        return "nothing stands behind the ="
    if re.fullmatch(r"\d+,\d+", word):
        return "a number has a point, not a comma, such as 0.50"
    if word.lower() in ("true", "false"):
        return "true and false are written in small letters"
    if word[:1] in ("“", "”", "„", "‘", "’", "«"):
        return 'quotes are straight ones, such as model = "auto"'
    if re.match(r"[.$€+-]?\d", word):
        return "a number is written as 5 or 0.50, with nothing before or behind it; a text stands in quotes"
    if word:
        return 'a text stands in quotes, such as model = "auto"'
    return "behind a value its line ends; a text that has a quote in it stands in quotes of the other kind"
