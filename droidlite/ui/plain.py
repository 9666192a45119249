"""Lines and JSON for commands that answer at once: tables, sessions, doctor."""

import shutil
import sys
from collections.abc import Iterable
from typing import Literal

import msgspec

from droidlite.sanitise import clean, escape_json


def show(lines: Iterable[str]) -> None:
    """Prints lines on standard output, with nothing in them that could steer a terminal."""
    for line in lines:
        sys.stdout.write(clean(line).rstrip("\n") + "\n")
    sys.stdout.flush()  # or it comes after what others write to standard error meanwhile


def show_json(value: object) -> None:
    """Prints anything msgspec can encode as indented JSON."""
    sys.stdout.write(escape_json(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"))


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def show_table(text: str) -> None:
    """Prints a table that was laid out, and sanitised, by another room of the UI."""
    sys.stdout.write(text)


def show_document(text: str, form: Literal["md", "json"]) -> None:
    """Prints what others wrote: JSON with escapes for all that could steer a terminal; Markdown as it is for a file or
    a pipe, cleaned for a terminal."""
    if form == "json":
        show_table(escape_json(text))
    elif sys.stdout.isatty():
        show([text])
    else:
        show_table(text)


def in_colour(no_color: str, term: str) -> bool:
    """Whether standard output may carry colour: a terminal, NO_COLOR unset, TERM not dumb."""
    return sys.stdout.isatty() and not no_color and term != "dumb"
