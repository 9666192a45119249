"""The command whose exit 0 means done: run once at the end, by the host, never by the model."""

import time
from collections.abc import Callable, Generator

from msgspec import Struct

from droidlite.agent.transcript import Journaled
from droidlite.events import Event, VerifyFinished, VerifyStarted
from droidlite.session.records import Verified

VERIFY_SECONDS = 600.0
"""How long a verify command may take."""

Execute = Callable[[str, float], tuple[int | None, str]]
"""(command, seconds) -> exit code (None = stopped at the limit) and the end of what it printed."""


class Verification(Struct, frozen=True):
    command: str
    exit_code: int | None
    output: str


def verify(
    command: str, execute: Execute, journal: Journaled, seconds: float = VERIFY_SECONDS
) -> Generator[Event, None, Verification]:
    """Runs `command` and reports it."""
    yield VerifyStarted(command)
    started = time.monotonic()
    exit_code, output = execute(command, seconds)
    taken = time.monotonic() - started
    journal.append(Verified(command=command, exit_code=exit_code, seconds=taken))
    yield VerifyFinished(command=command, exit_code=exit_code, output=output, seconds=taken)
    return Verification(command, exit_code, output)
