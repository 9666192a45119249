"""What a person reads of a check: what it is, how it was before the work, how it ended and what that is worth."""

from collections.abc import Sequence

from droidlite.events import BaselineTaken, Reviewed, VerifyFinished, VerifyFound
from droidlite.sanitise import clean, clean_line
from droidlite.ui.wording import counted, duration

_NAMES = 5
_LINES = 3


def check_line(event: VerifyFound | BaselineTaken | VerifyFinished | Reviewed) -> str:
    """One line for one event."""
    match event:
        case VerifyFound():
            return f"verify  auto: {clean_line(event.command, 120)} ({clean_line(event.why, 120)})"
        case BaselineTaken():
            return f"verify  before any work: {_before(event)}"
        case VerifyFinished():
            return _ended(event)
        case Reviewed():
            said = {True: "yes", False: "no", None: "no verdict"}[event.approved]
            return f"review  {event.model}: {said}. {event.reason}".rstrip()


def passes(event: VerifyFinished) -> bool:
    """What counts, whatever the exit code."""
    return event.exit_code == 0 if event.passed is None else event.passed


def failure(event: VerifyFinished) -> tuple[str, ...]:
    """What there is to see of a failed check: the tests that count against it, else the end of its output."""
    if passes(event) or event.tampered:
        return ()
    if event.failing:
        return (f"failing: {_named(event.failing)}",)
    lines = [clean_line(line, 200) for line in clean(event.output).splitlines()]
    return tuple([line for line in lines if line.strip()][-_LINES:])


def _named(tests: Sequence[str]) -> str:
    more = f" and {len(tests) - _NAMES} more" if len(tests) > _NAMES else ""
    return clean_line(clean(f"{', '.join(tests[:_NAMES])}{more}"), 600)


def _before(event: BaselineTaken) -> str:
    if event.exit_code is None:
        return "not known, it did not end in its time; its exit code alone will count"
    if event.exit_code == 0:
        return "it passes, so there is nothing to verify against: it can only tell what breaks"
    if not event.failing:
        return f"exit {event.exit_code}, which tests fail is not told; its exit code alone will count"
    return f"{counted(len(event.failing), 'test')} failed: {_named(event.failing)} · {duration(event.seconds)}"


def _ended(event: VerifyFinished) -> str:
    code = "stopped at its limit" if event.exit_code is None else f"exit {event.exit_code}"
    line = f"verify  {clean_line(event.command, 120)}  {code} · {duration(event.seconds)}"
    if event.tampered:
        return f"{line} · not counted: {', '.join(event.tampered[:_NAMES])} changed. {event.reason}"
    return f"{line} · {event.reason}" if event.reason else line
