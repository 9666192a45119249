"""Lines and JSON for commands that answer at once: tables, sessions, doctor."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

import msgspec

from droidlite.errors import DroidliteError
from droidlite.sanitise import clean, escape_json


def show(lines: Iterable[str]) -> None:
    """Prints lines on standard output, with nothing in them that could steer a terminal."""
    show_table("".join(clean(line).rstrip("\n") + "\n" for line in lines))


def show_json(value: object) -> None:
    """Prints anything msgspec can encode as indented JSON."""
    show_table(escape_json(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"))


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def show_table(text: str) -> None:
    """Prints text that was laid out, and sanitised, already. Raises BrokenPipeError where nobody reads any more."""
    if not write(sys.stdout, text):
        raise BrokenPipeError


def write(stream: TextIO, text: str) -> bool:
    """Writes at once. False when the reader of `stream` has gone; all else that stops a write is a DroidliteError."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
        return False
    except OSError as error:
        _silence(stream)
        raise DroidliteError(
            f"The output cannot be written: {error.strerror}. Free some space, or send it elsewhere."
        ) from error
    return True


def _silence(stream: TextIO) -> None:
    """Sends what is still in the buffer nowhere, or it would fail once more at exit."""
    with contextlib.suppress(OSError):  # no descriptor, nothing to fail
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def show_document(text: str, form: Literal["md", "json", "html"]) -> None:
    """Prints what others wrote: JSON with escapes for all that could steer a terminal; Markdown and HTML as they are
    for a file or a pipe, cleaned for a terminal."""
    if form == "json":
        show_table(escape_json(text))
    elif sys.stdout.isatty():
        show([text])
    else:
        show_table(text)


def in_colour(no_color: str, term: str) -> bool:
    """Whether standard output may carry colour: a terminal, NO_COLOR unset, TERM not dumb."""
    return sys.stdout.isatty() and not no_color and term != "dumb"
