"""Prices thousands of past calls on another model: the same tokens, at that model's prices at each call's time."""

from collections.abc import Hashable, Iterable
from datetime import UTC, datetime

from msgspec import Struct

from droidlite.settings.prices import Prices
from droidlite.types import ModelSpec, Usage

_PROBE = 1_000_000
"""Output tokens asked for to learn what one costs."""
_NEAR = 1e-9
"""USD by which a price by rates may differ from the price library's own."""


class _Rates(Struct, frozen=True):
    """USD per token of each kind; `exact` where a call cannot be priced by them."""

    input: float = 0.0
    output: float = 0.0
    cache_read: float = 0.0
    cache_write: float = 0.0
    exact: bool = False

    def cost(self, usage: Usage) -> float:
        return (
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_read * self.cache_read
            + usage.cache_write * self.cache_write
        )


class Repricer:
    """Learns each price list's rates from the price library once, which takes 0.06 ms a call; then a call takes 2 µs.
    The first call under a price list is priced both ways: where they differ, the library prices them all."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._rates: dict[tuple[str, Hashable], _Rates | None] = {}

    def cost(self, spec: ModelSpec, usage: Usage, at: float) -> float | None:
        """USD of one call that used `usage` at `at` (seconds since 1970). None where no price is known."""
        size = usage.input + usage.cache_read + usage.cache_write
        when = datetime.fromtimestamp(at, UTC)
        if size == 0:
            return self._prices.cost(spec, usage, when)
        key = (spec.id, self._prices.rates(spec, size, when))
        if key not in self._rates:
            self._rates[key] = self._learn(spec, usage, when)
        rates = self._rates[key]
        if rates is None:
            return None
        return self._prices.cost(spec, usage, when) if rates.exact else rates.cost(usage)

    def total(self, spec: ModelSpec, calls: Iterable[tuple[Usage, float]]) -> float | None:
        """USD of many calls, each (usage, seconds since 1970). None where the price of one is not known."""
        costs = [self.cost(spec, usage, at) for usage, at in calls]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    def _learn(self, spec: ModelSpec, usage: Usage, when: datetime) -> _Rates | None:
        size = usage.input + usage.cache_read + usage.cache_write  # the same tier of long-context prices
        probes = (Usage(input=size), Usage(input=size, output=_PROBE), Usage(cache_read=size), Usage(cache_write=size))
        costs = [cost for probe in probes if (cost := self._prices.cost(spec, probe, when)) is not None]
        if len(costs) < len(probes):
            return None
        plain, both, read, write = costs
        rates = _Rates(plain / size, (both - plain) / _PROBE, read / size, write / size)
        exact, nothing = self._prices.cost(spec, usage, when), self._prices.cost(spec, Usage(), when)
        by_tokens = exact is not None and abs(rates.cost(usage) - exact) < _NEAR and not nothing
        return rates if by_tokens else _Rates(exact=True)
