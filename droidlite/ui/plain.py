"""Lines and JSON on a stream, whatever stands behind it: a terminal, a CI log, a pipe, an encoding of old."""

import codecs
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Literal, TextIO

import msgspec

from droidlite.errors import DroidliteError
from droidlite.sanitise import clean, escape_json

ASCII = str.maketrans(
    {"·": "-", "…": "...", "⏎": "/", "–": "-", "—": "-", "−": "-", "×": "x", "→": "->", "❯": ">", "✓": "+", "✗": "x"}
    | {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " ", "•": "*"}
)
"""What stands for marks that an encoding lacks."""
CI = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION")
"""Variables that services which build and test set."""


def show(lines: Iterable[str]) -> None:
    """Prints lines on standard output, with nothing in them that could steer a terminal."""
    show_table("".join(clean(line).rstrip("\n") + "\n" for line in lines))


def show_json(value: object) -> None:
    """Prints anything msgspec can encode as indented JSON."""
    show_document(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n", "json")


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def show_table(text: str) -> None:
    """Prints text that was laid out, and sanitised, already. Raises BrokenPipeError where nobody reads any more."""
    if not write(sys.stdout, text):
        raise BrokenPipeError


def write(stream: TextIO, text: str) -> bool:
    """Writes at once, as near to `text` as the encoding of `stream` allows. False when its reader has gone; all else
    that stops a write is a DroidliteError."""
    return _write(stream, text if takes(stream, text) else _nearest(stream, text))


def write_json(stream: TextIO, text: str) -> bool:
    """The same for JSON, of which nothing is lost: it is UTF-8 wherever it is read, so for a stream of another encoding
    all but ASCII is escaped."""
    if codecs.lookup(_encoding(stream)).name != "utf-8":
        text = "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)
    return _write(stream, text)


def _encoding(stream: TextIO) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def takes(stream: TextIO, text: str) -> bool:
    """Whether the encoding of `stream` has all of `text`."""
    try:
        text.encode(_encoding(stream))
    except UnicodeEncodeError:
        return False
    return True


def _nearest(stream: TextIO, text: str) -> str:
    """Letter by letter: itself, else what stands for it, else a question mark."""
    encoding = _encoding(stream)
    return "".join(
        letter if takes(stream, letter) else letter.translate(ASCII).encode(encoding, "replace").decode(encoding)
        for letter in text
    )


def _write(stream: TextIO, text: str) -> bool:
    try:
        stream.write(text)
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
    """Prints what others wrote: JSON with escapes for all that could steer a terminal, so that nothing is lost; all
    else cleaned, for a file is shown on a terminal sooner or later."""
    if form != "json":
        show([text])
    elif not write_json(sys.stdout, escape_json(text)):
        raise BrokenPipeError


def takes_control_codes(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether `stream` is a terminal that somebody looks at: not where TERM=dumb, NO_COLOR or a CI service say that
    what is written there is kept, or read as text."""
    in_ci = any(env.get(name, "").lower() not in ("", "0", "false") for name in CI)
    return stream.isatty() and not in_ci and not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def columns(stream: TextIO, otherwise: int) -> int:
    """Columns of the terminal that `stream` is; `otherwise` where it is none, or does not know."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise
    except (OSError, ValueError):
        return otherwise
