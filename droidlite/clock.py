"""The clock for how long something is left alone: nobody can set it, and it goes on while the machine sleeps."""

import time

_ID = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops CLOCK_MONOTONIC while the machine sleeps; on macOS it goes on, and time.monotonic() does not."""


def awake_or_not() -> float:
    """Seconds since some moment of the past. A service that asked for an hour's patience counts the hours this machine
    sleeps as well; what is done here (an answer, a command) is measured by time.monotonic()."""
    return time.clock_gettime(_ID)
