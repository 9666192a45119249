"""What the prompt of a run without a person is: the argument, a file, standard input; never waited for without end."""

import os
import select
import stat
import sys
import time
from typing import BinaryIO

from droidlite.errors import TimedOut, UsageError
from droidlite.sanitise import clean_line

PATIENCE = 2.0
"""Seconds a silent pipe on standard input is waited for when there is a prompt without it."""
MOST_BYTES = 10_000_000
"""What is read of a file or of standard input: more than any model's context holds."""
_CHUNK = 1_048_576


def read_prompt(prompt: str, file: str, timeout: float | None = None, *, resume: str = "") -> tuple[str, str]:
    """PROMPT or FILE, and what standard input carries behind it; and a warning ("" = none). "-" for one of them is
    standard input, which is then waited for. `resume` is the session that was named, which may have been meant as the
    prompt.

    Raises UsageError where there is nothing or too much, TimedOut where it has not ended after `timeout` seconds."""
    deadline = None if timeout is None else time.monotonic() + timeout
    awaited = "-" in (prompt.strip(), file)
    parts, warning = ["" if prompt.strip() == "-" else prompt], ""
    if file and file != "-":
        parts.append(_read_file(file, timeout, deadline))
    given = any(part.strip() for part in parts)
    carries = _carries(deadline) if given and not awaited else sys.stdin is not None and not sys.stdin.isatty()
    if carries is None:
        warning = f"Standard input is open but sent nothing for {PATIENCE:g} s, so it is left out; -f - waits for it."
    elif carries:
        parts.append(_read(sys.stdin.buffer, "Standard input", timeout, deadline))
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    if not text:
        raise UsageError(_no_prompt(awaited, resume))
    return text, warning


def _no_prompt(awaited: bool, resume: str) -> str:
    if awaited:
        return "There is no prompt: - stands for standard input, and nothing came from there."
    if resume not in ("", "last"):
        return (
            f"There is no prompt: -r took {clean_line(resume, 80)!r} for the ID of a session. Put the prompt before "
            "-r, or an ID between them."
        )
    return 'There is no prompt. Give one: droidlite exec "fix the failing test", -f FILE, or on stdin.'


def _read_file(file: str, timeout: float | None, deadline: float | None) -> str:
    try:
        with open(file, "rb") as handle:
            return _read(handle, f"-f {file}", timeout, deadline)
    except OSError as error:
        raise UsageError(f"-f {file}: it cannot be read: {error.strerror}.") from error


def _read(stream: BinaryIO, what: str, timeout: float | None, deadline: float | None) -> str:
    """All of it, as text. Files are always ready; a pipe is waited for until the deadline."""
    data = bytearray()
    while True:
        if deadline is not None and not select.select([stream], [], [], max(deadline - time.monotonic(), 0))[0]:
            said = f"{what[0].lower()}{what[1:]} had not ended"
            raise TimedOut(f"Stopped after {timeout:g} seconds (--timeout): {said}.")
        piece = os.read(stream.fileno(), _CHUNK)
        if not piece:
            return data.decode("utf-8", "replace")
        data += piece
        if len(data) > MOST_BYTES:
            most = f"more than {MOST_BYTES // 1_000_000} MB, more than any model reads"
            raise UsageError(f"{what} carries {most}; name a file in the prompt.")


def _carries(deadline: float | None) -> bool | None:
    """Whether standard input is a file or pipe with something to read; None for a pipe that stays silent, as some CI
    runners leave one open that nobody will ever write to or close."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if stat.S_ISREG(mode):
        return True
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    patience = PATIENCE if deadline is None else min(PATIENCE, max(deadline - time.monotonic(), 0))
    return True if select.select([sys.stdin], [], [], patience)[0] else None
