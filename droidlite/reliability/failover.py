"""Whether a failed model call is tried again, and when: a pure function of the error, the attempt and the clock."""

from droidlite.errors import ProviderError

MAX_ATTEMPTS = 3
"""Attempts a request gets over all endpoints."""
DEADLINE_SECONDS = 120.0
"""Waiting past this is worse than telling the person."""
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0


def next_wait(error: ProviderError, *, attempt: int, elapsed: float, jitter: float) -> float | None:
    """Seconds to wait before attempt + 1, or None to give up.

    attempt counts from 1; elapsed is seconds since the first attempt; jitter is uniform in [0, 1) (full jitter, as in
    "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). A Retry-After is honoured to the second where it
    fits the deadline. An empty reply is asked for once more only.
    """
    if error.retry != "same" or attempt >= MAX_ATTEMPTS:
        return None
    if error.fault == "empty" and attempt >= 2:
        return None
    if error.retry_after is not None:
        wait = error.retry_after
    else:
        wait = min(FIRST_WAIT_SECONDS * 2 ** (attempt - 1), LONGEST_WAIT_SECONDS) * jitter
    return wait if elapsed + wait <= DEADLINE_SECONDS else None
