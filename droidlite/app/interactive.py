"""A session with a person at a terminal: `droidlite [PROMPT]`."""

import signal
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from droidlite.app.chat import Chat
from droidlite.app.options import Options
from droidlite.app.signals import heard_at_once, sent_until
from droidlite.errors import Interrupted

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Signals that end the session; Ctrl+C is a key here."""


def run_interactive(options: Options, prompt: str) -> int:
    """Runs until the person leaves; returns the exit code. Raises UsageError where there is no terminal, Interrupted
    where the session was ended from outside: what ran is stopped, and the session can be gone on with."""
    from droidlite.ui.terminal import Look, run

    chat = Chat(options)
    with ended_by_signals():
        try:
            look = chat.setup.settings.ui
            return run(
                chat,
                prompt=prompt,
                history=chat.setup.places.state / "history",
                env=chat.setup.env,
                look=Look(plain=look.plain or options.plain, vi=look.editing == "vi", bell=look.bell, title=look.title),
            )
        finally:
            chat.close()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind the session as leaving it does, so that the terminal is put back and tools are killed.
    A terminal that is gone, with or without a signal, is the same as SIGHUP."""
    got: list[int] = []
    handled = threading.Event()

    def end(number: int, frame: object) -> None:
        got.append(number)
        handled.set()
        if len(got) == 1:
            raise SystemExit(128 + number)  # the event loop lets no other exception through

    before = {number: signal.signal(number, end) for number in ENDING}
    try:
        with heard_at_once(sent_until(handled, threading.get_ident()), ENDING):
            yield
    except (OSError, EOFError, termios.error, SystemExit) as error:
        if not got and sys.stdin.isatty():
            raise
        number = got[0] if got else signal.SIGHUP
        told = "Terminated." if number == signal.SIGTERM else "The terminal was closed."
        raise Interrupted(told, exit_code=128 + number) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
