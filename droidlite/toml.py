"""Parses TOML that somebody else wrote, in bounded work: the parser itself takes the square of a key's parts in time,
and breaks on what is nested deeper than Python's stack."""

import tomllib
from typing import Any

from droidlite.regex import regex

DEEPEST = 32
"""Lists and tables within each other, and parts of a key."""
_STRING = regex(r"\"(?:[^\"\\]|\\.)*+\"|'[^']*+'")
_LONG_KEY = regex(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}")


class Unreasonable(ValueError):
    """Valid TOML, it may be, that no person writes; `line` from 1, 0 = not known."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.line = line


def parse(text: str) -> dict[str, Any]:
    """The tables of `text`. Raises tomllib.TOMLDecodeError, and Unreasonable, which is a ValueError too."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") >= DEEPEST and _LONG_KEY.search(_STRING.sub("s", line)):
            raise Unreasonable(f"a key has more than {DEEPEST} parts; no key has", number)
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise _too_deep() from None  # the cause is a thousand frames
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise Unreasonable("a number is too long") from error
    if _is_deep(data):
        raise _too_deep()
    return data


def _too_deep() -> Unreasonable:
    return Unreasonable(f"lists or tables stand in each other more than {DEEPEST} deep; no setting does")


def _is_deep(data: object) -> bool:
    """Without recursion, which it is to prevent."""
    level: list[object] = [data]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        level = inner
    return bool(level)
