"""Runs for scripts and CI: the answer on stdout in one of three formats, progress on stderr. Imports nothing heavy."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from types import MappingProxyType
from typing import Literal, TextIO

import msgspec

from droidlite.errors import DroidliteError
from droidlite.events import Event, RunFinished
from droidlite.sanitise import clean, escape_json
from droidlite.ui.closing import ANSWERS, answers
from droidlite.ui.plain import takes_control_codes, write, write_json
from droidlite.ui.running import Progress
from droidlite.ui.waiting import Waiting

__all__ = ["ANSWERS", "OutputFormat", "json_line", "present", "present_failure"]

OutputFormat = Literal["text", "json", "stream-json"]


def present(
    events: Iterable[Event],
    output_format: OutputFormat,
    stdout: TextIO,
    stderr: TextIO,
    env: Mapping[str, str] = MappingProxyType({}),
) -> RunFinished:
    """Shows a run as it happens and returns its last event. `env` tells TERM, NO_COLOR and whether this is CI.

    text: the answer on stdout, progress on stderr. json: the RunFinished object alone on stdout, progress as in text.
    stream-json: every event on stdout, one a line; stderr leaves out what each call did. The last line on stderr comes
    after the answer. Raises DroidliteError if the run ends without a RunFinished or stdout cannot be written; a reader
    that only left early (a closed pipe) stops a stream-json run.
    """
    live, streaming = takes_control_codes(stderr, env), output_format == "stream-json"
    waiting = Waiting(stderr, live=live)
    progress = Progress(stderr, waiting, live=live, calls=not streaming)
    with nullcontext() if streaming else waiting.ticking():
        finished = _follow(events, progress, stdout if streaming else None)
    try:
        if output_format == "json":
            write_json(stdout, json_line(finished))
        elif output_format == "text" and answers(finished):
            seen_together = stdout.isatty() and stderr.isatty()
            if seen_together:
                progress.apart()
            write(stdout, clean(finished.result).rstrip("\n") + "\n")
            if seen_together:
                progress.apart()
    finally:
        progress.close(finished)
    return finished


def _follow(events: Iterable[Event], progress: Progress, stdout: TextIO | None) -> RunFinished:
    """Shows every event, on `stdout` too where that takes them all."""
    finished: RunFinished | None = None
    for event in events:
        progress.show(event)
        if isinstance(event, RunFinished):
            finished = event
        if stdout is not None and not write_json(stdout, json_line(event)) and finished is None:
            _close(events)
            raise DroidliteError("The reader of stdout went away, so the run was stopped.")
    if finished is None:
        raise DroidliteError("The run ended without a result; run it again, or resume the session.")
    return finished


def present_failure(finished: RunFinished, output_format: OutputFormat, stdout: TextIO) -> None:
    """The result of a run that did not come to one by itself, in the JSON formats; text has none."""
    if output_format == "text":
        return
    with contextlib.suppress(DroidliteError):  # it may be that very output that cannot be written
        write_json(stdout, json_line(finished))


def json_line(event: Event) -> str:
    """One event as one line of JSON, with no character in it that could steer a terminal; nothing is lost."""
    try:
        line = msgspec.json.encode(event).decode()
    except UnicodeEncodeError:  # half a surrogate pair, from a file name that is not UTF-8
        line = json.dumps(msgspec.to_builtins(event), separators=(",", ":"))
    return escape_json(line) + "\n"


def _close(events: Iterable[Event]) -> None:
    if close := getattr(events, "close", None):
        close()
