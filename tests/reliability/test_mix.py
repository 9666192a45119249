"""The policy as a whole under a stated mix of faults, without a network: how many requests succeed, at what cost."""

import random

import pytest

from droidlite.errors import ProviderError
from droidlite.reliability.failover import GiveUp, Standing, Tried, next_step
from droidlite.reliability.health import Health
from droidlite.reliability.retries import Retries

REQUESTS = 8_000
EVERY_SECONDS = 6.0
DEGRADED_SECONDS, HEALTHY_SECONDS = 60.0, 1_140.0
"""Each endpoint is degraded 5 % of the time."""
SUCCESS = {True: 0.3, False: 0.995}


class Service:
    """Degraded now and then, by the dice of `rng`."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.degraded, self.until, self.asked, self.at = (
            rng,
            False,
            rng.expovariate(1 / HEALTHY_SECONDS),
            0,
            0.0,
        )

    def answers(self, now: float) -> bool:
        while now >= self.until:
            self.degraded = not self.degraded
            self.until += self.rng.expovariate(1 / (DEGRADED_SECONDS if self.degraded else HEALTHY_SECONDS))
        self.asked += 1
        return self.rng.random() < SUCCESS[self.degraded]


def play(seed: int, endpoints: int) -> tuple[int, float]:
    """(requests that failed, attempts a request)."""
    rng, now = random.Random(seed), [0.0]
    services = [Service(rng) for _ in range(endpoints)]
    healths = [Health(str(n), clock=lambda: now[0], wall=lambda: now[0]) for n in range(endpoints)]
    retries, failures, here = Retries(lambda: now[0]), 0, 0
    for _ in range(REQUESTS):
        now[0] += EVERY_SECONDS
        retries.earn()
        tried, warm, been = Tried(here=here, warm=True), True, set[int]()
        while True:
            standings = [Standing(ready_in=h.ready_in("m"), been=n in been) for n, h in enumerate(healths)]
            step = next_step(standings, tried)
            if isinstance(step, GiveUp):
                failures += 1
                break
            warm, here = warm and step.way == here, step.way
            been.add(here)
            now[0] += step.wait
            probe = healths[here].start()
            if services[here].answers(now[0]):
                healths[here].succeed(None, probe=probe)
                break
            error = ProviderError("Down.", fault="server", retry="same", status=500)
            healths[here].fail(error, "m", probe=probe)
            tried = Tried(
                here=here,
                error=error,
                attempt=tried.attempt + 1,
                faults=(*tried.faults, "server"),
                elapsed=tried.elapsed + step.wait,
                warm=warm,
                jitter=rng.random(),
                may_retry=tried.attempt >= 2 or retries.take(),
            )
    return failures, sum(service.asked for service in services) / REQUESTS


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_three_endpoints_999_in_1000_succeed_at_12_attempts_in_10(seed: int) -> None:
    failures, attempts = play(seed, 3)
    assert failures <= 3
    assert attempts <= 1.2
