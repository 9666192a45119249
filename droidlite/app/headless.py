"""One prompt without a person: `droidlite exec`."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial, reduce

from droidlite import tools
from droidlite.app.assemble import open_session
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.prompting import read_prompt
from droidlite.app.session import Session
from droidlite.app.sharing import shared_ledger
from droidlite.app.signals import heard_at_once
from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.events import RunFinished
from droidlite.tools.confined import paths_meant, why_hidden
from droidlite.types import Usage, add_usage
from droidlite.ui.headless import OutputFormat, present, present_failure
from droidlite.ui.mentions import images_in

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end a run in order."""
ECHO_SECONDS = 0.25
"""A signal that comes again this soon is the same one: timeout(1) sends it to the process and then to its group."""


def run_headless(options: Options, prompt: str, file: str, output_format: OutputFormat) -> int:
    """Runs the prompt and returns the exit code. Where it cannot begin, or cannot end in order, raises DroidliteError;
    in the JSON formats a result was then printed all the same, except for UsageError: what cannot be understood has no
    result."""
    began, session = time.monotonic(), None
    try:
        text, warning = read_prompt(prompt, file, options.timeout, resume=options.resume)
        session = open_session(options, Person(), prompt=text)
        session.parts.warnings += [warning] if warning else []
        session.parts.waited = time.monotonic() - began
        context = session.parts.context
        images = images_in(
            text,
            session.parts.cwd,
            partial(why_hidden, context=context),
            taken=lambda path: bool(paths_meant(path, context)),  # a prompt may quote what others wrote
        )
        with stopped_by_signals(session):
            return present(session.run(text, images), output_format, sys.stdout, sys.stderr, os.environ).exit_code
    except UsageError:
        raise
    except DroidliteError as error:
        present_failure(failure(error, session, time.monotonic() - began), output_format, sys.stdout)
        raise
    finally:
        if session is not None:
            session.close()


def failure(error: DroidliteError, session: Session | None, seconds: float) -> RunFinished:
    """The result of a run that `error` kept from beginning, or from ending in order."""
    budget = session.parts.agent.driver.budget if session else None
    return RunFinished(
        subtype=error.subtype,
        is_error=True,
        result=str(error),
        session_id=session.parts.session_id if session else "",
        num_turns=session.parts.agent.driver.replies if session else 0,
        duration_ms=round(seconds * 1000),
        duration_api_ms=round(session.parts.agent.driver.seconds * 1000) if session else 0,
        total_cost_usd=round(budget.spent_usd, 8) if budget else 0.0,
        usage=reduce(add_usage, (used.usage for used in budget.by_model.values()), Usage()) if budget else Usage(),
        model_usage=dict(budget.by_model) if budget else {},
        ledger=shared_ledger(budget) if budget else None,
        exit_code=error.exit_code,
    )


@contextmanager
def stopped_by_signals(session: Session) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run in order; the session stays resumable. A second one ends the process, and what it
    started with it."""
    stopped: dict[int, float] = {}

    def leave(number: int, frame: object) -> None:
        if time.monotonic() - stopped.get(number, -ECHO_SECONDS) < ECHO_SECONDS:
            return
        tools.kill_all(session.parts.context)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def stop(number: int, frame: object) -> None:
        stopped[number] = time.monotonic()
        for each in before:
            signal.signal(each, leave)
        session.stop(_ended_by(number))

    before = {number: signal.signal(number, stop) for number in ENDING}
    try:
        with heard_at_once(lambda number: session.stop(_ended_by(number)), ENDING):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended_by(number: int) -> Interrupted:
    return Interrupted("Interrupted." if number == signal.SIGINT else "Terminated.", exit_code=128 + number)
