"""On which line of a TOML text each key stands: tomllib does not tell, and every message about a setting must."""

import re

from droidlite.regex import regex

Steps = tuple[str | int, ...]
"""The way to a value: table keys and, within a list, its index from 0."""

_NAME = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_HEADER = regex(rf"^[ \t]*(\[\[|\[)[ \t]*({_DOTTED})[ \t]*\]")
_KEY = regex(rf"^[ \t]*({_DOTTED})[ \t]*=(.*)$", re.DOTALL)
_PART = regex(_NAME)
_TOKEN = regex(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|[#\[\]{}]')


def key_lines(text: str) -> dict[Steps, int]:
    """The line, from 1, of every key and table header. Keys inside an inline table count as their outer key."""
    found: dict[Steps, int] = {}
    counts: dict[Steps, int] = {}
    table: Steps = ()
    scanner = _Scanner()
    for number, line in enumerate(text.splitlines(), 1):
        if scanner.inside:
            scanner.feed(line)
        elif header := _HEADER.match(line):
            table = _enter(_parts(header[2]), header[1] == "[[", counts)
            _note(found, table, number)
        elif key := _KEY.match(line):
            _note(found, table + _parts(key[1]), number)
            scanner.feed(key[2])
    return found


def begins(text: str, number: int) -> tuple[int, str]:
    """The line on which what is open on line `number` begins, and what opened it ("[", "{" or the quotes of a long
    string); `number` and "" where nothing is."""
    scanner, first = _Scanner(), number
    for at, line in enumerate(text.splitlines()[:number], 1):
        key = None if scanner.inside else _KEY.match(line)
        first = first if scanner.inside else at
        if scanner.inside or key:
            scanner.feed(key[2] if key else line)
    return (first, scanner.inside) if scanner.inside else (number, "")


def line_of(lines: dict[Steps, int], path: Steps) -> int:
    """The line of `path`, or of the nearest key around it; 0 when there is none."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


def _note(found: dict[Steps, int], path: Steps, number: int) -> None:
    """A key also brings the tables and lists around it into being, where they have no line yet."""
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], number)


def _enter(parts: tuple[str, ...], is_list: bool, counts: dict[Steps, int]) -> Steps:
    """The full path of a header: names of lists get the index of their current (or, for [[ ]], next) element."""
    path: Steps = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        if is_list and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PART.findall(dotted))


class _Scanner:
    """Follows a value over lines: are we still inside a list, an inline table or a long string?"""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._quote = ""

    @property
    def inside(self) -> str:
        """What is still open, the innermost: "[", "{" or a long string's quotes; "" = nothing."""
        return self._quote or "".join(self._open[-1:])

    def feed(self, text: str) -> None:
        at = 0
        while at < len(text):
            if self._quote:
                closed = text.find(self._quote, at)
                if closed < 0:
                    return
                at, self._quote = closed + len(self._quote), ""
                continue
            token = _TOKEN.search(text, at)
            if token is None or token[0] == "#":
                return
            at = token.end()
            if token[0] in ('"""', "'''"):
                self._quote = token[0]
            elif token[0] in "[{":
                self._open.append(token[0])
            elif token[0] in "]}":
                del self._open[-1:]
