"""Where a model call goes next, and when: a pure function of the error, how the ways stand, the attempt and the clock.

The order: the same model the same way, where its cache is warm and it says that it soon answers again; the same model
another way; another model of the same tier, then a stronger one, as far as the caller offers them. A weaker one is
never offered.
"""

from collections.abc import Sequence
from math import inf

from msgspec import Struct

from droidlite.errors import Fault, ProviderError

MAX_ATTEMPTS = 3
"""Attempts a request gets over all ways, but for REFUSALS."""
LONE_ATTEMPTS = 4
"""Where one endpoint is all there is: three failures in a row are common in a blip, and there is nowhere else to go."""
DEADLINE_SECONDS = 120.0
"""From the first failure: waiting past this is worse than telling the person."""
FIRST_WAIT_SECONDS = 0.5
MOMENTARY_WAIT_SECONDS = 0.15
"""The first wait after a fault that says nothing of load: all the waits of a lone endpoint come to 1.05 s at most."""
LONGEST_WAIT_SECONDS = 20.0
WARM_PATIENCE_SECONDS = 5.0
"""A warm cache is worth waiting so long for: elsewhere the whole conversation is read anew, at ten times the price."""
MODEL_PATIENCE_SECONDS = 20.0
"""The model at work is worth waiting so long for where another one could answer at once."""
MOMENTARY: frozenset[Fault] = frozenset({"server", "network", "incomplete"})
"""Faults that mostly pass at once, and that do not come of too many requests."""
OWN_FAULTS: frozenset[Fault] = frozenset({"auth", "quota", "rate_limit"})
"""Faults of one key; all others are of the service behind it, whatever the key."""

REFUSALS: frozenset[Fault] = OWN_FAULTS | {"model"}
"""Said at once and for nothing: where one has closed its way it costs no attempt, as long as another way was never
tried. A line of empty accounts must not hide the one that has credit."""


class Standing(Struct, frozen=True, kw_only=True):
    """One way: seconds until it may be tried (infinite = never); whether another model answers there; whether it has
    failed in another process lately; whether this request has been there; whether it is another key of the endpoint
    at hand."""

    ready_in: float
    other_model: bool = False
    suspect: bool = False
    been: bool = False
    beside: bool = False


class Tried(Struct, frozen=True, kw_only=True):
    """What is known of one request. `here` is the way it is on, `attempt` how often it was sent (0 = not yet), `faults`
    what came of that, the newest last; `elapsed` seconds since the first failure; `warm`: the way holds its cache;
    `jitter` uniform in [0, 1); `may_retry`: retries are left."""

    here: int
    error: ProviderError | None = None
    attempt: int = 0
    faults: tuple[Fault, ...] = ()
    elapsed: float = 0.0
    deadline: float = DEADLINE_SECONDS
    warm: bool = False
    jitter: float = 0.0
    may_retry: bool = True


class Go(Struct, frozen=True):
    """Send it by this way after so many seconds."""

    way: int
    wait: float = 0.0


class GiveUp(Struct, frozen=True):
    why: str


def next_step(ways: Sequence[Standing], tried: Tried) -> Go | GiveUp:
    """What to do before the first attempt, or after one that failed. `ways` are in the order they are wanted, those of
    the model at work first. Full jitter as in "Exponential Backoff And Jitter", AWS Architecture Blog, 2015."""
    if why := _why_not(ways, tried):
        return GiveUp(why)
    if tried.error is None and (better := _better(ways, tried)) is not None:
        return Go(better)
    waits = [_wait(way, index, tried) for index, way in enumerate(ways)]
    return _chosen(ways, waits, tried)


def most_attempts(ways: Sequence[Standing], here: int, faults: Sequence[Fault]) -> int:
    """How many attempts a request gets that failed so, the newest last."""
    alone = all(index == here or way.beside or way.ready_in == inf for index, way in enumerate(ways))
    counted = LONE_ATTEMPTS if alone and faults[-1:] and faults[-1] in MOMENTARY else MAX_ATTEMPTS
    return counted + _refusals(ways, faults)


def _refusals(ways: Sequence[Standing], faults: Sequence[Fault]) -> int:
    """Those that cost no attempt: what closed its way shows in how that stands now."""
    if not any(way.ready_in <= 0 and not way.been for way in ways):
        return 0
    closed = sum(way.been and way.ready_in > 0 for way in ways)
    return min(closed, sum(fault in REFUSALS for fault in faults))


def _why_not(ways: Sequence[Standing], tried: Tried) -> str:
    error = tried.error
    if error is None:
        return ""
    if error.retry == "never":
        return "the same request would fail again"
    if tried.attempt >= most_attempts(ways, tried.here, tried.faults):
        return f"{tried.attempt} attempts failed"
    if tried.faults.count("empty") > 1:
        return "it answered with nothing twice"
    return "" if tried.may_retry or error.retry == "other" else "too many calls had to be tried again lately"


def _better(ways: Sequence[Standing], tried: Tried) -> int | None:
    """The first wanted way that is ready, where nothing is lost by leaving this one."""
    if tried.warm and ways[tried.here].ready_in <= 0:
        return tried.here
    ready = [index for index, way in enumerate(ways) if way.ready_in <= 0 and not way.other_model]
    return min(ready, key=lambda index: (ways[index].suspect, index), default=None)


def _wait(way: Standing, index: int, tried: Tried) -> float:
    """Seconds until it may go there; infinite where that cannot help or is too late."""
    wait, error = way.ready_in, tried.error
    if error is not None and (index == tried.here or (way.beside and error.fault not in OWN_FAULTS)):
        if error.retry == "other":
            return inf
        first = MOMENTARY_WAIT_SECONDS if error.fault in MOMENTARY else FIRST_WAIT_SECONDS
        backoff = min(first * 2 ** (tried.attempt - 1), LONGEST_WAIT_SECONDS) * tried.jitter
        wait = max(wait, backoff if error.retry_after is None else error.retry_after)
    return wait if tried.elapsed + wait <= tried.deadline else inf


def _chosen(ways: Sequence[Standing], waits: Sequence[float], tried: Tried) -> Go | GiveUp:
    here = waits[tried.here]
    if here <= _patience(tried) or (here < inf and tried.faults[-1:] == ("empty",)):
        return Go(tried.here, here)
    now = [index for index in range(len(ways)) if index != tried.here and waits[index] <= 0]
    others = [index for index in now if ways[index].other_model]
    own = [index for index in now if not ways[index].other_model and not (others and ways[index].been)]
    if own:
        return Go(min(own, key=lambda index: (ways[index].been, ways[index].suspect)))
    worth = [index for index, way in enumerate(ways) if not way.other_model and not (others and _failed(way, tried))]
    soonest = min(worth, key=waits.__getitem__, default=None)
    if soonest is not None and waits[soonest] <= MODEL_PATIENCE_SECONDS:
        return Go(soonest, waits[soonest])
    if others:
        return Go(others[0])
    soonest = min(range(len(ways)), key=waits.__getitem__)
    if waits[soonest] < inf:
        return Go(soonest, waits[soonest])
    return GiveUp("no other way to a model is open")


def _failed(way: Standing, tried: Tried) -> bool:
    """Whether the last attempt would be lost there."""
    return way.been and tried.attempt > 1


def _patience(tried: Tried) -> float:
    """How long the way at hand is waited for before others are looked at: where the service itself says when. A failure
    without a word mostly means that it is in trouble; then the next one there would fail as well."""
    said = tried.error is None or tried.error.retry_after is not None
    return WARM_PATIENCE_SECONDS if tried.warm and said and tried.attempt < 2 else -1.0
