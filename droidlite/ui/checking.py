"""What a person reads of a check: what it is, how it was before the work, how it ended and what that is worth."""

from droidlite.events import BaselineTaken, Reviewed, VerifyFinished, VerifyFound
from droidlite.sanitise import clean_line
from droidlite.ui.wording import counted, duration

_NAMES = 5


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


def _before(event: BaselineTaken) -> str:
    if event.exit_code is None:
        return "not known, it did not end in its time; its exit code alone will count"
    if event.exit_code == 0:
        return "it passes, so there is nothing to verify against: it can only tell what breaks"
    if not event.failing:
        return f"exit {event.exit_code}, which tests fail is not told; its exit code alone will count"
    more = f" and {len(event.failing) - _NAMES} more" if len(event.failing) > _NAMES else ""
    names = ", ".join(event.failing[:_NAMES])
    return f"{counted(len(event.failing), 'test')} failed: {names}{more} · {duration(event.seconds)}"


def _ended(event: VerifyFinished) -> str:
    code = "stopped at its limit" if event.exit_code is None else f"exit {event.exit_code}"
    line = f"verify  {clean_line(event.command, 120)}  {code} · {duration(event.seconds)}"
    if event.tampered:
        return f"{line} · not counted: {', '.join(event.tampered[:_NAMES])} changed. {event.reason}"
    return f"{line} · {event.reason}" if event.reason else line
