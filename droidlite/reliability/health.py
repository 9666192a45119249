"""How one way to a service does, an endpoint with one key: whether it may be tried now, and what it did lately."""

import time
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Literal

from msgspec import Struct

from droidlite.clock import sleep_included
from droidlite.errors import Fault, ProviderError
from droidlite.reliability.allowance import Allowance
from droidlite.reliability.breaker import Breaker
from droidlite.reliability.limits import Limits
from droidlite.types import Usage

LATEST = 20
"""Calls whose first word the latency is the median of."""
QUARANTINE_KEPT_SECONDS = 600.0
"""In its own process a quarantine holds to the end; others believe it so long, for a key may be mended meanwhile."""
LONGEST_CLOSED_SECONDS = 3_600.0
"""What another process was told to wait is believed up to here."""
FAILING_SECONDS = 30.0
"""So long after a call that failed other processes begin elsewhere, where they can: each run of a script is a process,
and none of them sees enough failures to stay away by itself."""
COUNTED: frozenset[Fault] = frozenset({"overloaded", "server", "network", "stalled", "incomplete", "malformed"})
"""Faults of the service that count for the breaker; of what was asked, none does."""

State = Literal["ok", "failing", "half-open", "limited", "open", "quarantined"]
"""failing: nothing is closed, but its last call failed a moment ago."""


class Kept(Struct, frozen=True, kw_only=True):
    """What the file of the endpoints tells of one way: how it was until `until` (seconds since 1970, 0: nothing
    holds), its last error and when that was, its latency in seconds, and what was left of its limits at `told_at`."""

    name: str
    state: State = "ok"
    until: float = 0.0
    error: str = ""
    failed_at: float = 0.0
    latency: float | None = None
    allowance: Allowance | None = None
    told_at: float = 0.0


class Health:
    """`clock` only runs on, `wall` tells seconds since 1970; `name` is the endpoint's, and which of its keys. What
    `start` returns goes back with the one of `succeed`, `fail` and `drop` that ends the call. Not safe from several
    threads: Watched holds `lock`."""

    def __init__(
        self,
        name: str,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = sleep_included,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.name, self.limits = name, limits or Limits()
        self._clock, self._wall = clock, wall
        self._breaker = Breaker()
        self._closed_until = 0.0
        self._quarantined: Fault | None = None
        self._unknown: set[str] = set()
        self._latencies: deque[float] = deque(maxlen=LATEST)
        self._suspect_until = self._failing_until = 0.0
        self._seen: State = "ok"
        self.last: ProviderError | None = None
        self.error, self.failed_at, self.told_at = "", 0.0, 0.0
        self._latency: float | None = None

    @property
    def state(self) -> State:
        now = self._clock()
        if self._quarantined:
            return "quarantined"
        gate = self._breaker.gate(now)
        if gate != "closed":
            return gate
        return "limited" if max(self._closed_until - now, self.limits.ready_in(now)) > 0 else "ok"

    @property
    def suspect(self) -> bool:
        """Whether another process has seen it fail lately: tried after the others, but tried."""
        return self._clock() < self._suspect_until

    @property
    def latency(self) -> float | None:
        """Seconds to the first word, the median of the last calls, of two the longer; None = none was heard yet."""
        return sorted(self._latencies)[len(self._latencies) // 2] if self._latencies else self._latency

    def ready_in(self, model: str) -> float:
        """Seconds until `model` may be asked for here: 0 = now, infinite = not any more in this process."""
        if self._quarantined or model in self._unknown:
            return inf
        now = self._clock()
        return max(self._breaker.ready_in(now), self._closed_until - now, self.limits.ready_in(now), 0.0)

    # --- what happens to it -------------------------------------------------------------------------------------------

    def start(self) -> bool:
        """A call is sent; True where it is the probe of an open breaker."""
        now = self._clock()
        self.limits.send(now)
        return self._breaker.start(now)

    def hear(self, seconds: float) -> None:
        """The first word came after so long."""
        self._latencies.append(seconds)

    def succeed(self, usage: Usage | None, *, probe: bool) -> None:
        now = self._clock()
        self._breaker.succeed(now, probe=probe)
        self._suspect_until = self._failing_until = 0.0
        if usage is not None:
            self.limits.use(now, usage.input + usage.cache_write + usage.output)

    def fail(self, error: ProviderError, model: str, *, probe: bool) -> None:
        now, fault = self._clock(), error.fault
        self.last, self.error, self.failed_at = error, str(error), self._wall()
        if error.retry_after is not None:
            self._closed_until = max(self._closed_until, now + error.retry_after)
        if fault in ("auth", "quota"):
            self._quarantined = fault
        if fault == "model":
            self._unknown.add(model)
        if fault in COUNTED or (fault == "rate_limit" and error.retry_after is None):
            self._breaker.fail(now, probe=probe)
            self._failing_until = now + FAILING_SECONDS
        else:
            self._breaker.drop(probe=probe)

    def drop(self, *, probe: bool) -> None:
        """The call was interrupted."""
        self._breaker.drop(probe=probe)

    def learn(self, allowance: Allowance) -> None:
        self.limits.learn(self._clock(), allowance)
        self.told_at = self._wall()

    # --- what outlives the process ------------------------------------------------------------------------------------

    def kept(self) -> Kept:
        """What other processes may know."""
        state, seconds = self.state, 0.0
        if state == "quarantined":
            seconds = QUARANTINE_KEPT_SECONDS
        elif state in ("limited", "open"):
            seconds = min(self.ready_in(""), LONGEST_CLOSED_SECONDS)
        elif self.suspect:
            state, seconds = self._seen, self._suspect_until - self._clock()
        elif state == "ok" and self._failing_until > self._clock():
            state, seconds = "failing", self._failing_until - self._clock()
        return Kept(
            name=self.name,
            state=state,
            until=self._wall() + seconds if seconds else 0.0,
            error=self.error,
            failed_at=self.failed_at,
            latency=self.latency,
            allowance=self.limits.allowance,
            told_at=self.told_at,
        )

    def remember(self, kept: Kept) -> None:
        """Takes over what another process left. A time it was told to wait is waited; what it only saw fail makes this
        way the last to be tried, no more: the person may have mended it."""
        told = kept.until - max(kept.failed_at, kept.told_at)  # no more is left where the clock was set back since
        left = min(kept.until - self._wall(), told, LONGEST_CLOSED_SECONDS)
        self.error, self.failed_at, self._latency = kept.error, kept.failed_at, kept.latency
        if kept.allowance is not None:
            self.limits.learn(self._clock() - max(self._wall() - kept.told_at, 0.0), kept.allowance)
        self.told_at = kept.told_at
        if left <= 0:
            return
        if kept.state == "limited":
            self._closed_until = max(self._closed_until, self._clock() + left)
        elif kept.state in ("failing", "open", "quarantined"):
            self._suspect_until, self._seen = self._clock() + left, kept.state
