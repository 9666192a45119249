"""What calls cost in USD, by genai-prices at the real context size, time and kind of cache, or by the person's own
tables. An unknown price is None, never zero."""

import math
from bisect import bisect_left
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from droidlite.settings.config import PriceTable
from droidlite.types import ModelSpec, Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

_loading = Lock()
MILLION = Decimal(1_000_000)
_LISTED_AT = 1_000
"""Input tokens at which table prices are asked: below every tier of long-context prices."""
_MICRO = Decimal("0.000001")
_WAIT = (timedelta(0), timedelta(minutes=30), timedelta(minutes=60))
"""A call may start or end after a dearer hour has begun: its worst case is asked at these distances from now."""


class Prices:
    """`overrides` are the person's own tables by model id."""

    def __init__(self, overrides: Mapping[str, PriceTable]) -> None:
        self._overrides = dict(overrides)

    def cost(self, spec: ModelSpec, usage: Usage, at: datetime | None = None) -> float | None:
        """USD for one call that used `usage` at `at` (now). None where no price is known."""
        exact = self._cost(spec, usage, at or datetime.now(UTC))
        return None if exact is None else float(exact)

    def worst(self, spec: ModelSpec, input_tokens: int, output_tokens: int, at: datetime | None = None) -> float | None:
        """The most one call can cost, in USD, rounded up: all input at the dearest of plain, cache-read and
        cache-write rates, all output used, at the dearest tier up to that size, within the hour after `at`."""
        start = at or datetime.now(UTC)
        worst = Decimal(0)
        for size in self._sizes(spec, input_tokens):
            for usage in (
                Usage(input=size, output=output_tokens),
                Usage(cache_read=size, output=output_tokens),
                Usage(cache_write=size, output=output_tokens),
            ):
                for wait in _WAIT:
                    exact = self._cost(spec, usage, start + wait)
                    if exact is None:
                        return None
                    worst = max(worst, exact)
        return float(math.ceil(worst / _MICRO) * _MICRO)

    def per_million(self, spec: ModelSpec) -> tuple[float, float] | None:
        """List prices (input, output) in USD per million tokens at a small context, for tables a person reads."""
        now = datetime.now(UTC)
        entry = self._cost(spec, Usage(input=_LISTED_AT), now)
        both = self._cost(spec, Usage(input=_LISTED_AT, output=_LISTED_AT), now)
        if entry is None or both is None:
            return None
        return float(entry * 1_000_000 / _LISTED_AT), float((both - entry) * 1_000_000 / _LISTED_AT)

    def warm(self) -> None:
        """Loads the price data (0.2 s), for a thread that has nothing better to do."""
        _providers()

    def ready(self, spec: ModelSpec) -> bool:
        """Whether asking for this model's price takes no time: its data is loaded, or none is needed."""
        return spec.id in self._overrides or spec.price == "free" or _providers.cache_info().currsize > 0

    def rates(self, spec: ModelSpec, input_tokens: int, at: datetime) -> Hashable:
        """What tells one price list from another: calls with the same answer are billed at the same rates a token.
        `input_tokens` includes the cached ones."""
        if spec.id in self._overrides or spec.price == "free":
            return None
        name = spec.price or spec.name or spec.id
        info = _info(spec.provider, name)
        if info is None:
            return None
        return id(info.get_prices(at)), bisect_left(_tiers(spec.provider, name), input_tokens)

    def _cost(self, spec: ModelSpec, usage: Usage, at: datetime) -> Decimal | None:
        if table := self._overrides.get(spec.id):
            return _by_table(table, usage)
        if spec.price == "free":
            return Decimal(0)
        return _by_data(spec.provider, spec.price or spec.name or spec.id, usage, at)

    def _sizes(self, spec: ModelSpec, most: int) -> list[int]:
        """`most`, and every tier's end below it, should a larger size ever be cheaper than a smaller one."""
        if spec.id in self._overrides or spec.price == "free":
            return [most]
        return [start for start in _tiers(spec.provider, spec.price or spec.name or spec.id) if start < most] + [most]


def _by_table(table: PriceTable, usage: Usage) -> Decimal:
    read = table.input if table.cache_read is None else table.cache_read
    write = table.input if table.cache_write is None else table.cache_write
    counts = (
        (usage.input, table.input),
        (usage.output, table.output),
        (usage.cache_read, read),
        (usage.cache_write, write),
    )
    return sum((count * Decimal(repr(price)) for count, price in counts), Decimal(0)) / MILLION


def _by_data(provider: str, model: str, usage: Usage, at: datetime) -> Decimal | None:
    """By genai-prices, whose input_tokens include the cached ones, which ours do not."""
    if provider not in _providers():
        return None
    import genai_prices

    counts = genai_prices.Usage(
        input_tokens=usage.input + usage.cache_read + usage.cache_write,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        output_tokens=usage.output,
    )
    try:
        found = genai_prices.calc_price(counts, model, provider_id=provider, genai_request_timestamp=at)
    except LookupError:
        return None
    if found.model_price.input_mtok is None or found.model_price.output_mtok is None:
        return None
    return found.total_price


def _load() -> None:
    """Imports all of genai-prices, whose modules import each other: of two threads that began with different ones at
    once each would find some half made."""
    with _loading:
        import genai_prices.data
        import genai_prices.data_snapshot
        import genai_prices.types  # noqa: F401


@cache
def _providers() -> frozenset[str]:
    """The exact provider ids genai-prices has data for: its own lookup would also take any name containing one."""
    _load()
    from genai_prices.data import providers

    return frozenset(provider.id for provider in providers)


@cache
def _tiers(provider: str, model: str) -> tuple[int, ...]:
    """The sizes at which the price of this model changes, in input tokens, over all its dates."""
    _load()
    from genai_prices.types import ModelPrice, TieredPrices

    info = _info(provider, model)
    if info is None:
        return ()
    listed = [info.prices] if isinstance(info.prices, ModelPrice) else [dated.prices for dated in info.prices]
    values = [value for price in listed for value in vars(price).values()]
    return tuple(sorted({tier.start for value in values if isinstance(value, TieredPrices) for tier in value.tiers}))


@cache
def _info(provider: str, model: str) -> "ModelInfo | None":
    """All that is known of a model's prices; None where nothing is."""
    if provider not in _providers():
        return None
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(model, None, provider, None)[1]
    except LookupError:
        return None
