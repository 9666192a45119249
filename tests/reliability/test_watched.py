"""Every call is noted in the health of its way, however it ends."""

from collections.abc import Iterator

import pytest
from fakes import SPEC, FakeProvider, says

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.reliability.health import Health
from droidlite.reliability.watched import Watched
from droidlite.types import Assistant, Delta, Request

REQUEST = Request(system="", tools=(), messages=(), max_output=10)


def stream(provider: FakeProvider, health: Health) -> Iterator[Delta | Assistant]:
    now = iter([1.0, 3.5])
    return Watched(provider, health, clock=lambda: next(now)).stream(SPEC, REQUEST, Cancellation())


def test_a_reply_tells_how_soon_it_began() -> None:
    health = Health("e")
    assert [type(item).__name__ for item in stream(FakeProvider(says("Hi.")), health)] == ["Text", "Assistant"]
    assert (health.latency, health.state, health.error) == (2.5, "ok", "")


def test_a_failure_is_passed_on_and_kept() -> None:
    health = Health("e")
    with pytest.raises(ProviderError):
        list(stream(FakeProvider(ProviderError("Bad key.", fault="auth", retry="other")), health))
    assert (health.state, health.error) == ("quarantined", "Bad key.")


def test_a_probe_that_is_cut_short_makes_way_for_the_next() -> None:
    now = [0.0]
    health = Health("e", clock=lambda: now[0], wall=lambda: now[0])
    down = ProviderError("Down.", fault="server", retry="same")
    for _ in range(5):
        health.fail(down, "m", probe=health.start())
    now[0] = 30.0
    cut = stream(FakeProvider(says("Hi.")), health)
    next(cut)
    assert health.ready_in("m") > 0
    cut.close()  # type: ignore[attr-defined]
    assert health.ready_in("m") == 0.0
