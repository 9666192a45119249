"""One prompt without a person: `droidlite exec`."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from droidlite.app.assemble import Person, open_session
from droidlite.app.options import Options
from droidlite.app.session import Session
from droidlite.errors import Interrupted, UsageError
from droidlite.ui.headless import present


def run_headless(
    options: Options, prompt: str, file: str, output_format: Literal["text", "json", "stream-json"]
) -> int:
    """Runs the prompt and returns the exit code. Raises DroidliteError before the run could begin."""
    text = read_prompt(prompt, file)
    session = open_session(options, Person())
    try:
        with stopped_by_signals(session):
            return present(session.run(text), output_format, sys.stdout, sys.stderr).exit_code
    finally:
        session.close()


def read_prompt(prompt: str, file: str) -> str:
    """PROMPT or FILE, and what standard input carries behind it. Raises UsageError where there is nothing."""
    parts = [prompt]
    if file and file != "-":
        try:
            with open(file, encoding="utf-8", errors="replace") as handle:
                parts.append(handle.read())
        except OSError as error:
            raise UsageError(f"-f {file}: it cannot be read: {error.strerror}.") from error
    if sys.stdin is not None and not sys.stdin.isatty() and (file == "-" or _has_input()):
        parts.append(sys.stdin.buffer.read().decode("utf-8", "replace"))
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    if not text:
        raise UsageError('There is no prompt. Give one: droidlite exec "fix the failing test", -f FILE, or on stdin.')
    return text


def _has_input() -> bool:
    """Whether standard input is a pipe or file with something to read. A pipe that nobody closes or writes to (as CI
    runners leave open) is not waited for longer than 0.1 s when a prompt was given otherwise."""
    import os
    import select
    import stat

    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    if stat.S_ISREG(mode):
        return True
    return bool(select.select([sys.stdin], [], [], 0.1)[0]) if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else False


@contextmanager
def stopped_by_signals(session: Session) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run in order; the session stays resumable. A second Ctrl-C ends the process."""

    def stop(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        code = 128 + number
        session.stop(Interrupted("Interrupted." if number == signal.SIGINT else "Terminated.", exit_code=code))

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
