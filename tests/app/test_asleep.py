"""A laptop that was asleep for an hour. On waking the clock on the wall has jumped; time.monotonic() stood still, as on
Linux and macOS, or jumped with it. What others asked us to wait is over; what is done here has lost nothing."""

import os
import time
from collections.abc import Callable, Generator
from contextlib import nullcontext
from math import inf
from pathlib import Path
from types import SimpleNamespace

import pytest
from failing import Ran, counts, opened, run, serving
from fakes import SPEC, FakeProvider, Records
from loopback import Loopback, Said

from droidlite.agent.attempts import Line, Retry, Route, Trying, persist
from droidlite.agent.sharing import Shared
from droidlite.cancellation import Cancellation
from droidlite.errors import CapReached, Fault, ProviderError
from droidlite.events import Event
from droidlite.reliability.breaker import FAILURES
from droidlite.reliability.health import QUARANTINE_KEPT_SECONDS, Health, Kept
from droidlite.reliability.limits import Limits
from droidlite.reliability.retries import FLOOR, Retries
from droidlite.session.ledger import Ledger
from droidlite.types import Usage

HOUR = 3_600.0
FINE = Said("Done.", usage={"input": 50, "output": 5})
LATER = Said(fault="status", status=429, headers=(("retry-after", "600"),), body={"error": {"message": "Slow."}})


class Laptop:
    """Its clocks. `sleep_included` is the one of droidlite.clock."""

    def __init__(self) -> None:
        self.wall_now, self.sleep_included_now = 1_800_000_000.0, 50_000.0

    def wall(self) -> float:
        return self.wall_now

    def sleep_included(self) -> float:
        return self.sleep_included_now

    def passes(self, seconds: float) -> None:
        self.wall_now += seconds
        self.sleep_included_now += seconds

    def health(self, *, rpm: int = 0, tpm: int = 0) -> Health:
        return Health("e", limits=Limits(rpm=rpm, tpm=tpm), clock=self.sleep_included, wall=self.wall)


@pytest.fixture
def laptop() -> Laptop:
    return Laptop()


@pytest.fixture
def falls_asleep(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets this process sleep for an hour, as Linux does: time.monotonic() knows nothing of it."""
    slept, wall, clock = [0.0], time.time, time.clock_gettime

    def sleep() -> None:
        slept[0] += HOUR

    monkeypatch.setattr(time, "time", lambda: wall() + slept[0])
    monkeypatch.setattr(time, "clock_gettime", lambda which: clock(which) + slept[0])
    return sleep


def failed(fault: Fault, after: float | None = None) -> ProviderError:
    return ProviderError(f"It failed: {fault}.", fault=fault, retry="same", retry_after=after)


def open_breaker(health: Health) -> None:
    for _ in range(FAILURES):
        health.fail(failed("server"), "m", probe=health.start())


def limit(health: Health) -> None:
    health.fail(failed("rate_limit", 1_800.0), "m", probe=False)


def use_up(health: Health) -> None:
    health.succeed(Usage(input=1_000), probe=health.start())


@pytest.mark.parametrize("close", [open_breaker, limit, use_up])
def test_what_is_closed_for_a_time_is_open_on_waking(close: Callable[[Health], None], laptop: Laptop) -> None:
    health = laptop.health(rpm=1, tpm=100)
    close(health)
    assert 0 < health.ready_in("m") < HOUR
    left = health.kept()
    laptop.passes(HOUR)
    assert health.ready_in("m") == 0.0
    fresh = laptop.health()
    fresh.remember(left)
    assert (fresh.ready_in("m"), fresh.suspect) == (0.0, False), "nor does a new process wait"


def test_a_key_that_was_refused_is_not_forgiven_in_its_sleep(laptop: Laptop) -> None:
    health = laptop.health()
    health.fail(failed("auth"), "m", probe=False)
    left = health.kept()
    laptop.passes(HOUR)
    assert (health.ready_in("m"), left.until) == (inf, laptop.wall_now - HOUR + QUARANTINE_KEPT_SECONDS)


@pytest.mark.parametrize(
    ("kept", "wait"),
    [
        (Kept(name="e", state="limited", until=1_800_000_060.0, failed_at=1_800_000_000.0), 60.0),
        (Kept(name="e", state="limited", until=1_800_000_060.0, told_at=1_800_000_030.0), 30.0),
    ],
)
def test_a_clock_set_back_makes_no_wait_longer_than_it_was(kept: Kept, wait: float, laptop: Laptop) -> None:
    laptop.wall_now -= HOUR
    health = laptop.health()
    health.remember(kept)
    assert health.ready_in("m") == wait


def test_retries_come_back_while_it_sleeps(laptop: Laptop) -> None:
    retries = Retries(laptop.sleep_included)
    assert [retries.take() for _ in range(int(FLOOR) + 1)] == [True] * int(FLOOR) + [False]
    laptop.passes(HOUR)
    assert retries.take()


@pytest.mark.parametrize(
    ("clock", "looks"),
    [
        ([0.0, HOUR], 2),  # when the wait began, and when it first looked
        ([0.0, 0.0, 0.0005, 0.002], 4),  # it was woken too early
    ],
)
def test_a_wait_is_over_on_waking_and_not_before(clock: list[float], looks: int) -> None:
    times = iter(clock)
    assert Cancellation().wait(0.001, clock=lambda: next(times)) is False
    assert list(times) == clock[looks:]


def test_a_session_goes_on_after_a_night(tmp_path: Path, falls_asleep: Callable[[], None]) -> None:
    with Loopback([LATER, FINE]) as server:
        session = opened(serving(one=server), tmp_path)
        try:
            before = Ran(list(session.run("Do it.")), session)
            falls_asleep()
            after = Ran(list(session.run("Do it.")), session)
        finally:
            session.close()
        assert (before.outcome, after.outcome, counts(server)) == (("error_upstream", 75), ("success", 0), [2])


def test_an_answer_it_slept_through_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where monotonic jumps; where it stands still the silence that follows is waited out as any other."""
    looks = [0]

    def monotonic() -> float:
        looks[0] += 1
        return time.monotonic() + (HOUR if looks[0] > 40 else 0.0)  # while nothing but pings comes

    monkeypatch.setattr("droidlite.providers.channel.time", SimpleNamespace(monotonic=monotonic))
    with Loopback([Said("Half of it.", fault="pings"), FINE]) as server:
        ran = run(serving(one=server), tmp_path)
        assert (ran.outcome, ran.failures, counts(server)) == (("success", 0), [("stalled", "one", "")], [2])


@pytest.mark.parametrize("failures", [1, 2])
def test_a_request_that_waited_through_the_night_is_sent_once_more(failures: int) -> None:
    """Where its clock jumped past the deadline, the attempt that was waited for is still made, and only that."""
    left, now, asked = [failed("server")] * failures, [0.0], list[Trying]()

    def failover(trying: Trying) -> Retry | None:
        asked.append(trying)
        if trying.error is None or trying.elapsed > 120.0:
            return None
        now[0] += HOUR  # while waiting
        return Retry(0.0)

    def ask(route: Route) -> Generator[Event, None, str]:
        yield from ()
        if left:
            raise left.pop()
        return "answer"

    line = Line(failover, Cancellation(), Records(), clock=lambda: now[0])
    steps = persist(line, Trying(route=Route(SPEC, FakeProvider(), "e")), ask)
    with nullcontext() if failures == 1 else pytest.raises(ProviderError):
        list(steps)
    assert [(trying.attempt, trying.elapsed) for trying in asked] == [(0, 0.0), (1, 0.0), (2, HOUR)][: 1 + failures]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_what_is_reserved_in_a_ledger_stays_so(jump: float, tmp_path: Path) -> None:
    wall = [1_800_000_000.0]
    mine, other = (Ledger.open(tmp_path / "ledger", cap_usd=1.0) for _ in range(2))
    mine._clock, other._pid = lambda: wall[0], os.getppid()  # the other is another process
    held = mine.reserve("m", lambda left: 0.75)
    wall[0] += jump

    def choose(left: float) -> float:
        if left < 0.5:
            raise CapReached("no", subtype="error_max_cost", needed_usd=0.5, shared=True)
        return 0.5

    def wait(seconds: float) -> bool:
        mine.settle(held, 0.1)
        return False

    try:
        assert (other.pending_usd(), other.left_usd) == (0.75, 0.25)
        Shared(other, wait).reserve("m", choose)
        assert other.left_usd == pytest.approx(0.4)
    finally:
        mine.close()
        other.close()
