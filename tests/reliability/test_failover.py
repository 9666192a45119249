"""Where a call goes after what error, with which ways open: the policy, row by row."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.errors import Fault, ProviderError, Retry
from droidlite.providers.faults import RETRIES
from droidlite.reliability.failover import (
    DEADLINE_SECONDS,
    LONE_ATTEMPTS,
    MAX_ATTEMPTS,
    GiveUp,
    Go,
    Standing,
    Tried,
    next_step,
)
from droidlite.reliability.retries import FLOOR, SHARE, WINDOW_SECONDS, Retries

READY = Standing(ready_in=0.0)
CLOSED = Standing(ready_in=inf)
BEEN = Standing(ready_in=0.0, been=True)
OTHER = Standing(ready_in=0.0, other_model=True)
GONE = Standing(ready_in=inf, been=True)
LATER = Standing(ready_in=600.0, been=True)


def failed(
    fault: Fault, retry: Retry | None = None, *, after: float | None = None, sent: bool = True, **facts: object
) -> Tried:
    error = ProviderError("It failed.", fault=fault, retry=retry or RETRIES[fault], retry_after=after, sent=sent)
    return Tried(**{"here": 0, "error": error, "attempt": 1, "faults": (fault,), "jitter": 1.0} | facts)  # type: ignore[arg-type]


def cooling(seconds: float, **facts: bool) -> Standing:
    return Standing(ready_in=seconds, **facts)


@pytest.mark.parametrize(
    ("ways", "tried", "expected"),
    [
        # one way
        ([READY], failed("server"), Go(0, 0.15)),
        ([READY], failed("network", attempt=3), Go(0, 0.6)),
        ([READY], failed("server", attempt=4), GiveUp("4 attempts failed")),
        ([READY], failed("overloaded"), Go(0, 0.5)),
        ([READY], failed("overloaded", attempt=2, faults=("server", "overloaded")), Go(0, 1.0)),
        ([READY], failed("overloaded", attempt=3), GiveUp("3 attempts failed")),
        ([cooling(7.0)], failed("rate_limit", after=7.0), Go(0, 7.0)),
        ([cooling(500.0)], failed("rate_limit", after=500.0), GiveUp("no other way to a model is open")),
        ([cooling(30.0)], failed("rate_limit", after=30.0, elapsed=91.0), GiveUp("no other way to a model is open")),
        ([READY], failed("server", "other"), GiveUp("no other way to a model is open")),
        ([CLOSED], failed("auth"), GiveUp("no other way to a model is open")),
        ([READY], failed("invalid"), GiveUp("the same request would fail again")),
        ([READY], failed("refusal"), GiveUp("the same request would fail again")),
        ([READY], failed("context"), GiveUp("the same request would fail again")),
        ([READY], failed("empty"), Go(0, 0.5)),
        ([READY], failed("empty", attempt=2, faults=("empty", "empty")), GiveUp("it answered with nothing twice")),
        ([READY], failed("empty", attempt=2, faults=("server", "empty")), Go(0, 1.0)),
        ([READY], failed("server", may_retry=False), GiveUp("too many calls had to be tried again lately")),
        # the same model another way
        ([READY, READY], failed("server"), Go(1)),
        ([READY, READY], failed("server", warm=True), Go(1)),
        ([READY, Standing(ready_in=0.0, beside=True)], failed("server"), Go(0, 0.15)),
        ([READY, Standing(ready_in=0.0, beside=True)], failed("server", attempt=3), Go(0, 0.6)),
        ([READY, CLOSED], failed("server", attempt=3), Go(0, 0.6)),
        ([BEEN, BEEN], failed("server", attempt=3), GiveUp("3 attempts failed")),
        ([BEEN, OTHER], failed("server", attempt=3), GiveUp("3 attempts failed")),
        ([READY, Standing(ready_in=0.0, beside=True), READY], failed("server"), Go(2)),
        ([CLOSED, Standing(ready_in=0.0, beside=True), READY], failed("quota"), Go(1)),
        ([Standing(ready_in=0.0, been=True), BEEN, READY], failed("server", attempt=2, here=1), Go(2)),
        ([BEEN, BEEN], failed("server", attempt=2, here=1), Go(0)),
        ([BEEN, BEEN, OTHER], failed("server", attempt=2, here=1), Go(2)),
        ([READY, READY], failed("stalled", warm=True), Go(1)),
        ([READY, READY], failed("network", warm=True, sent=False), Go(1)),
        ([cooling(3.0), READY], failed("rate_limit", after=3.0, warm=True), Go(0, 3.0)),
        ([cooling(9.0), READY], failed("rate_limit", after=9.0, warm=True), Go(1)),
        ([cooling(500.0), READY], failed("rate_limit", after=500.0, warm=True), Go(1)),
        ([READY, READY], failed("server", "other", warm=True), Go(1)),
        ([CLOSED, READY], failed("auth"), Go(1)),
        ([CLOSED, READY], failed("quota", may_retry=False), Go(1)),
        ([CLOSED, READY], failed("model"), Go(1)),
        ([READY, READY], failed("empty", warm=False), Go(0, 0.5)),
        ([READY, cooling(0.0, suspect=True), READY], failed("server"), Go(2)),
        ([CLOSED, cooling(0.0, suspect=True)], failed("auth"), Go(1)),
        # a refusal that closed its way costs no attempt while another way was not tried yet
        ([GONE, GONE, GONE, READY], failed("quota", attempt=3, here=2, faults=("quota",) * 3), Go(3)),
        (
            [GONE, LATER, BEEN, READY],
            failed("server", attempt=3, here=2, faults=("auth", "rate_limit", "server")),
            Go(3),
        ),
        (
            [BEEN, GONE, LATER, READY],
            failed("rate_limit", attempt=3, here=2, faults=("server", "auth", "rate_limit"), after=600.0),
            Go(3),
        ),
        (
            [GONE, GONE, GONE, GONE, BEEN, READY],
            failed("server", attempt=5, here=4, faults=(*("model",) * 4, "server")),
            Go(5),
        ),
        ([GONE, GONE, GONE, OTHER], failed("auth", attempt=3, here=2, faults=("auth",) * 3), Go(3)),
        ([GONE, GONE, GONE], failed("quota", attempt=3, here=2, faults=("quota",) * 3), GiveUp("3 attempts failed")),
        (
            [GONE, LATER, BEEN],
            failed("server", attempt=3, here=2, faults=("quota", "auth", "server")),
            GiveUp("3 attempts failed"),
        ),
        (
            [BEEN, BEEN, BEEN, READY],
            failed("server", attempt=3, here=2, faults=("server",) * 3),
            GiveUp("3 attempts failed"),
        ),
        (
            [BEEN, BEEN, BEEN, READY],
            failed("rate_limit", attempt=3, here=2, faults=("rate_limit",) * 3),
            GiveUp("3 attempts failed"),
        ),
        (
            [GONE, BEEN, BEEN, BEEN, READY],
            failed("server", attempt=4, here=3, faults=("auth", *("server",) * 3)),
            GiveUp("4 attempts failed"),
        ),
        # another model
        ([READY, OTHER], failed("server"), Go(0, 0.15)),
        ([BEEN, OTHER], failed("server", attempt=2), Go(1)),
        ([cooling(15.0), OTHER], failed("rate_limit", after=15.0), Go(0, 15.0)),
        ([cooling(60.0), OTHER], failed("rate_limit", after=60.0), Go(1)),
        ([CLOSED, cooling(12.0), OTHER], failed("auth"), Go(1, 12.0)),
        ([CLOSED, OTHER], failed("quota"), Go(1)),
        ([CLOSED, cooling(50.0), cooling(40.0, other_model=True)], failed("auth"), Go(2, 40.0)),
        # before anything is sent
        ([READY], Tried(here=0), Go(0)),
        ([READY, READY], Tried(here=1), Go(0)),
        ([READY, READY], Tried(here=1, warm=True), Go(1)),
        ([cooling(0.0, suspect=True), READY], Tried(here=0), Go(1)),
        ([cooling(0.0, suspect=True)], Tried(here=0), Go(0)),
        ([cooling(40.0), READY], Tried(here=0, warm=True), Go(1)),
        ([cooling(40.0), cooling(30.0)], Tried(here=0), Go(1, 30.0)),
        ([cooling(40.0), OTHER], Tried(here=0), Go(1)),
        ([cooling(400.0), CLOSED], Tried(here=0), GiveUp("no other way to a model is open")),
        ([READY, READY], Tried(here=0, may_retry=False), Go(0)),
    ],
)
def test_the_policy(ways: list[Standing], tried: Tried, expected: Go | GiveUp) -> None:
    assert next_step(ways, tried) == expected


standings = st.builds(
    Standing,
    ready_in=st.sampled_from([0.0, 0.0, 1.0, 30.0, 200.0, inf]),
    other_model=st.just(False),
    suspect=st.booleans(),
    been=st.booleans(),
    beside=st.booleans(),
)
others = st.builds(Standing, ready_in=st.sampled_from([0.0, 5.0, inf]), other_model=st.just(True))


def others_open(ways: list[Standing]) -> bool:
    return any(way.ready_in < inf and not way.beside for way in ways[1:])


@given(
    own=st.lists(standings, min_size=1, max_size=4),
    more=st.lists(others, max_size=2),
    fault=st.sampled_from([None, *sorted(RETRIES)]),
    after=st.sampled_from([None, 0.0, 3.0, 60.0, 1e9]),
    facts=st.fixed_dictionaries({"attempt": st.integers(1, 5), "elapsed": st.floats(0, 300), "warm": st.booleans()}),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_what_always_holds(own, more, fault, after, facts, jitter) -> None:
    ways = own + more
    tried = Tried(here=0, warm=facts["warm"])
    if fault:
        tried = failed(fault, after=after, jitter=jitter, **facts)
    step = next_step(ways, tried)
    if isinstance(step, GiveUp):
        return
    refused = tried.faults.count("auth") + tried.faults.count("quota") + tried.faults.count("model")
    refused = min(refused + tried.faults.count("rate_limit"), len(own))
    assert tried.attempt - refused < (MAX_ATTEMPTS if others_open(ways) else LONE_ATTEMPTS)
    assert step.wait >= ways[step.way].ready_in, "nothing is sent to a way that is closed"
    assert tried.elapsed + step.wait <= DEADLINE_SECONDS
    if tried.error is None:
        return
    assert tried.error.retry != "never"
    if step.way == 0:
        assert tried.error.retry == "same", "what cannot help is not tried there again"
        assert step.wait >= (after or 0.0), "a retry-after is honoured"


def test_retries_are_a_tenth_of_the_requests_and_a_floor() -> None:
    now = [0.0]
    retries = Retries(lambda: now[0])
    assert [retries.take() for _ in range(11)] == [True] * int(FLOOR) + [False]
    taken = 0
    for _ in range(1_000):
        retries.earn()
        taken += retries.take()
    assert abs(taken - 1_000 * SHARE) <= 1
    now[0] += WINDOW_SECONDS / FLOOR
    assert retries.take()
