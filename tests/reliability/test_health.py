"""Breaker, limits and health: what is sent where, whatever happens in whatever order."""

from datetime import UTC, datetime
from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from droidlite.errors import Fault, ProviderError
from droidlite.reliability.allowance import Allowance, read_allowance
from droidlite.reliability.breaker import FAILURES, OPEN_SECONDS, Breaker
from droidlite.reliability.health import COUNTED, FAILING_SECONDS, QUARANTINE_KEPT_SECONDS, Health, Kept
from droidlite.reliability.limits import Limits
from droidlite.types import Usage


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def failure(fault: Fault, retry_after: float | None = None) -> ProviderError:
    return ProviderError(f"It failed: {fault}.", fault=fault, retry="same", retry_after=retry_after)


def health(clock: Clock, **limits: int) -> Health:
    return Health("e", limits=Limits(**limits), clock=clock, wall=clock)


def test_it_opens_on_failures_and_lets_one_probe_through() -> None:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.ready_in(0.0) == 0.0
        breaker.fail(0.0, probe=breaker.start(0.0))
    assert (breaker.gate(0.0), breaker.ready_in(0.0)) == ("open", OPEN_SECONDS)
    assert breaker.start(1.0) is False
    assert breaker.gate(OPEN_SECONDS) == "half-open"
    assert [breaker.start(OPEN_SECONDS) for _ in range(3)] == [True, False, False]
    assert breaker.ready_in(OPEN_SECONDS) > 0  # one is out
    breaker.fail(OPEN_SECONDS, probe=True)
    assert breaker.ready_in(OPEN_SECONDS) == 2 * OPEN_SECONDS
    assert breaker.start(3 * OPEN_SECONDS) is True
    breaker.succeed(3 * OPEN_SECONDS, probe=True)
    assert breaker.gate(3 * OPEN_SECONDS) == "closed"


def test_half_of_the_calls_must_fail() -> None:
    breaker = Breaker()
    for _ in range(FAILURES + 1):
        breaker.succeed(0.0, probe=False)
    for _ in range(FAILURES):
        breaker.fail(1.0, probe=False)
    assert breaker.gate(1.0) == "closed"
    breaker.fail(1.0, probe=False)
    assert breaker.gate(1.0) == "open"


def test_failures_are_forgotten_after_the_window() -> None:
    breaker = Breaker()
    for second in range(100):
        breaker.fail(second * 8.0, probe=False)
    assert breaker.gate(800.0) == "closed"


@pytest.mark.parametrize("every", [0.5, 1.0, 5.0])
def test_a_dead_endpoint_gets_at_most_one_request_in_twenty(every: float) -> None:
    breaker, sent, wanted, now = Breaker(), 0, 0, 0.0
    while now < 3_600:
        now += every
        if breaker.gate(now) != "closed":
            wanted += 1
        if breaker.ready_in(now) == 0.0:
            sent += breaker.gate(now) != "closed"
            breaker.fail(now, probe=breaker.start(now))
    assert sent / wanted <= 0.05


class Machine(RuleBasedStateMachine):
    """Calls begin and end in any order while time goes on."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.health = health(self.clock)
        self.told_until = 0.0
        self.quarantined = False
        self.probes = 0
        self.counted: list[float] = []

    @rule(seconds=st.sampled_from([0.1, 1.0, 29.0, 30.0, 301.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(target=calls)
    def start(self) -> bool:
        before = self.health.state
        probe = self.health.start()
        assert self.quarantined or probe is (before == "half-open" and self.probes == 0)
        self.probes += probe
        assert self.probes <= 1
        return probe

    @rule(probe=consumes(calls))
    def succeed(self, probe: bool) -> None:
        self.health.succeed(Usage(input=5), probe=probe)
        self.probes -= probe
        assert not probe or self.health.ready_in("m") in (max(self.told_until - self.clock.now, 0.0), inf)

    @rule(probe=consumes(calls), fault=st.sampled_from(sorted(COUNTED)))
    def fail(self, probe: bool, fault: Fault) -> None:
        self.counted.append(self.clock.now)
        self.health.fail(failure(fault), "m", probe=probe)
        self.probes -= probe
        assert not probe or self.health.ready_in("m") > 0

    @rule(probe=consumes(calls), seconds=st.floats(0, 500))
    def limited(self, probe: bool, seconds: float) -> None:
        self.health.fail(failure("rate_limit", seconds), "m", probe=probe)
        self.told_until = max(self.told_until, self.clock.now + seconds)
        self.probes -= probe

    @rule(probe=consumes(calls), fault=st.sampled_from(["context", "refusal", "invalid", "empty"]))
    def blame_the_request(self, probe: bool, fault: Fault) -> None:
        before = self.health.ready_in("m") > 0
        self.health.fail(failure(fault), "m", probe=probe)
        self.probes -= probe
        assert probe or (self.health.ready_in("m") > 0) == before

    @rule(probe=consumes(calls))
    def interrupt(self, probe: bool) -> None:
        self.health.drop(probe=probe)
        self.probes -= probe

    @rule(probe=consumes(calls), fault=st.sampled_from(["auth", "quota"]))
    def quarantine(self, probe: bool, fault: Fault) -> None:
        self.health.fail(failure(fault), "m", probe=probe)
        self.probes -= probe
        self.quarantined = True

    @invariant()
    def holds(self) -> None:
        ready = self.health.ready_in("m")
        assert ready >= self.told_until - self.clock.now - 1e-9, "a retry-after is never cut short"
        assert (ready == inf) == self.quarantined, "for the rest of the process, and for nothing else"
        lately = [at for at in self.counted if at > self.clock.now - 700]
        if len(lately) < FAILURES and self.clock.now >= self.told_until and not self.quarantined and not self.probes:
            assert ready == 0.0, "nothing but failures opens it"


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=40)


def test_a_model_it_does_not_know_is_the_only_thing_it_is_not_asked_for() -> None:
    one = health(Clock())
    one.fail(failure("model"), "gone", probe=False)
    assert (one.ready_in("gone"), one.ready_in("other"), one.state) == (inf, 0.0, "ok")


def test_requests_and_tokens_a_minute() -> None:
    clock = Clock()
    one = health(clock, rpm=2, tpm=100)
    one.start()
    clock.now += 10
    assert one.ready_in("m") == 0.0
    one.start()
    assert (one.ready_in("m"), one.state) == (50.0, "limited")
    clock.now += 50
    one.succeed(Usage(input=60, cache_read=1_000, output=40), probe=False)
    assert one.ready_in("m") == 60.0
    assert health(clock, rpm=0, tpm=0).ready_in("m") == 0.0  # 0 = not known


ANTHROPIC = {
    "date": "Wed, 25 Nov 2026 10:00:00 GMT",
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": "2026-11-25T10:01:00Z",
    "anthropic-ratelimit-input-tokens-limit": "40000",
    "anthropic-ratelimit-input-tokens-remaining": "39000",
    "anthropic-ratelimit-input-tokens-reset": "2026-11-25T10:00:02Z",
}
OPENAI = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": "1m30s",
}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ANTHROPIC,
            Allowance(
                requests=50,
                requests_left=0,
                requests_reset=60.0,
                tokens=40_000,
                tokens_left=39_000,
                tokens_reset=2.0,
            ),
        ),
        (
            OPENAI,
            Allowance(
                requests=500,
                requests_left=499,
                requests_reset=0.12,
                tokens=30_000,
                tokens_left=0,
                tokens_reset=90.0,
            ),
        ),
        ({"content-type": "text/event-stream"}, None),
        ({"x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0"}, None),
        ({"x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-tokens": "soon"}, None),
    ],
)
def test_headers(headers: dict[str, str], expected: Allowance | None) -> None:
    assert read_allowance(headers, datetime(1999, 1, 1, tzinfo=UTC)) == expected


@pytest.mark.parametrize(("headers", "wait"), [(ANTHROPIC, 1.2), (OPENAI, 9.0)])
def test_what_is_used_up_is_waited_for(headers: dict[str, str], wait: float) -> None:
    one = health(Clock())
    told = read_allowance(headers)
    assert told is not None
    one.learn(told)
    assert one.ready_in("m") == pytest.approx(wait)


def test_what_another_process_saw_orders_the_ways_and_forbids_none() -> None:
    clock = Clock()
    first, second = health(clock), health(clock)
    first.hear(0.5)
    first.fail(failure("auth"), "m", probe=False)
    kept = first.kept()
    assert kept == Kept(
        name="e",
        state="quarantined",
        until=clock.now + QUARANTINE_KEPT_SECONDS,
        error="It failed: auth.",
        failed_at=clock.now,
        latency=0.5,
    )
    second.remember(kept)
    assert (second.ready_in("m"), second.suspect, second.latency) == (0.0, True, 0.5)
    clock.now += QUARANTINE_KEPT_SECONDS
    assert not second.suspect


def test_a_call_that_just_failed_makes_others_begin_elsewhere_for_a_moment() -> None:
    clock = Clock()
    first, second, third = health(clock), health(clock), health(clock)
    first.fail(failure("stalled"), "m", probe=False)
    assert (first.state, first.kept().state, first.kept().until) == ("ok", "failing", clock.now + FAILING_SECONDS)
    second.remember(first.kept())
    assert (second.ready_in("m"), second.suspect, second.kept().state) == (0.0, True, "failing")
    first.succeed(None, probe=False)
    assert first.kept().state == "ok"
    third.remember(first.kept())
    assert not third.suspect
    clock.now += FAILING_SECONDS
    assert not second.suspect


def test_a_time_it_was_told_to_wait_is_waited_by_all() -> None:
    clock = Clock()
    first, second = health(clock), health(clock)
    first.fail(failure("rate_limit", 40.0), "m", probe=False)
    clock.now += 10
    second.remember(first.kept())
    assert second.ready_in("m") == 30.0
