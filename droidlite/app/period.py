"""What `--since` means: a length of time back from now, or a day."""

import datetime
import re

from droidlite.errors import UsageError

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def begin_of(text: str, now: datetime.datetime, *, asked: str = "--since") -> datetime.datetime | None:
    """The moment 12h, 30d or 4w before `now`, or the start of a day such as 2026-11-01 in its time zone; None for "".
    Raises UsageError for anything else, which names what was `asked`."""
    if not text:
        return None
    try:
        if match := re.fullmatch(r"(\d{1,6})([hdw])", text):
            return now - datetime.timedelta(**{_UNITS[match[2]]: int(match[1])})
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{asked} takes a time such as 30d, 12h, 4w or 2026-11-01; it is {text!r}.")
