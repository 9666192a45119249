"""The clock of what others were told or did: nobody can set it, and it goes on while this machine sleeps."""

import time

_ID = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops CLOCK_MONOTONIC while the machine sleeps; on macOS that goes on, and time.monotonic() does not."""


def sleep_included() -> float:
    """Seconds since some moment of the past. A service that wants an hour's patience counts the time this machine is
    asleep as well; how long something takes here (an answer, a command, a run) is for time.monotonic()."""
    return time.clock_gettime(_ID)
