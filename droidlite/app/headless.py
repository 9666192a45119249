"""One prompt without a person: `droidlite exec`."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from droidlite import tools
from droidlite.app.assemble import open_session
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.session import Session
from droidlite.errors import Interrupted, UsageError
from droidlite.ui.headless import present

PATIENCE = 2.0
"""Seconds a silent pipe on standard input is waited for when there is a prompt without it."""


def run_headless(
    options: Options, prompt: str, file: str, output_format: Literal["text", "json", "stream-json"]
) -> int:
    """Runs the prompt and returns the exit code. Raises DroidliteError before the run could begin."""
    text, warning = read_prompt(prompt, file)
    session = open_session(options, Person(), prompt=text)
    if warning:
        session.parts.warnings.append(warning)
    try:
        with stopped_by_signals(session):
            return present(session.run(text), output_format, sys.stdout, sys.stderr).exit_code
    finally:
        session.close()


def read_prompt(prompt: str, file: str) -> tuple[str, str]:
    """PROMPT or FILE, and what standard input carries behind it; and a warning ("" = none).

    Raises UsageError where there is nothing."""
    parts, warning = [prompt], ""
    if file and file != "-":
        try:
            with open(file, encoding="utf-8", errors="replace") as handle:
                parts.append(handle.read())
        except OSError as error:
            raise UsageError(f"-f {file}: it cannot be read: {error.strerror}.") from error
    given = any(part.strip() for part in parts)
    carries = _carries() if given and file != "-" else sys.stdin is not None and not sys.stdin.isatty()
    if carries is None:
        warning = f"Standard input is open but sent nothing for {PATIENCE:g} s, so it is left out; -f - waits for it."
    elif carries:
        parts.append(sys.stdin.buffer.read().decode("utf-8", "replace"))
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    if not text:
        raise UsageError('There is no prompt. Give one: droidlite exec "fix the failing test", -f FILE, or on stdin.')
    return text, warning


def _carries() -> bool | None:
    """Whether standard input is a file or pipe with something to read; None for a pipe that stays silent, as some CI
    runners leave one open that nobody will ever write to or close."""
    import select
    import stat

    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if stat.S_ISREG(mode):
        return True
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    return True if select.select([sys.stdin], [], [], PATIENCE)[0] else None


@contextmanager
def stopped_by_signals(session: Session) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run in order; the session stays resumable. A second one ends the process, and what it
    started with it."""

    def leave(number: int, frame: object) -> None:
        tools.kill_all(session.parts.context)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def stop(number: int, frame: object) -> None:
        for each in before:
            signal.signal(each, leave)
        code = 128 + number
        session.stop(Interrupted("Interrupted." if number == signal.SIGINT else "Terminated.", exit_code=code))

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
