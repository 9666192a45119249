"""Prices: our counts are disjoint and genai-prices' are not; the worst case is never below what a call can cost."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from droidlite.settings import prices
from droidlite.settings.catalog import shipped_catalog
from droidlite.settings.config import PriceTable
from droidlite.settings.prices import Prices
from droidlite.types import ModelSpec, Usage

SHIPPED = shipped_catalog()
PRICES = Prices({})
NIGHT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
SONNET = SHIPPED["claude-sonnet-5-5"]
HAIKU = SHIPPED["claude-haiku-5-5"]
DEEPSEEK = SHIPPED["deepseek-v4-pro"]
counts = st.integers(min_value=0, max_value=400_000)


def test_each_kind_of_token_has_its_own_price() -> None:
    million = 1_000_000
    assert PRICES.cost(SONNET, Usage(input=million), NIGHT) == 2.0
    assert PRICES.cost(SONNET, Usage(output=million), NIGHT) == 10.0
    assert PRICES.cost(SONNET, Usage(cache_read=million), NIGHT) == 0.1
    assert PRICES.cost(SONNET, Usage(cache_write=million), NIGHT) == 2.5
    assert PRICES.cost(SONNET, Usage(million, million, million, million), NIGHT) == 14.6


def test_the_whole_prompt_cached_or_not_decides_the_tier() -> None:
    assert PRICES.cost(HAIKU, Usage(input=100_000), NIGHT) == 0.01
    assert PRICES.cost(HAIKU, Usage(input=1, cache_read=100_000), NIGHT) == pytest.approx(0.0050005, abs=1e-12)
    assert PRICES.cost(HAIKU, Usage(input=100_001), NIGHT) == 0.0500005


def test_the_hour_decides_where_it_does() -> None:
    peak = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    assert PRICES.cost(DEEPSEEK, Usage(input=1_000_000), NIGHT) == 0.66
    assert PRICES.cost(DEEPSEEK, Usage(input=1_000_000), peak) == 1.32


def test_the_date_decides_where_it_does() -> None:
    argon = SHIPPED["gemini-4-argon"]
    assert PRICES.cost(argon, Usage(output=1_000_000), datetime(2026, 11, 30, tzinfo=UTC)) == 10.0
    assert PRICES.cost(argon, Usage(output=1_000_000), datetime(2026, 12, 1, tzinfo=UTC)) == 20.0


def test_free_is_zero_and_unknown_is_none() -> None:
    free = ModelSpec(id="a", provider="nobody", price="free")
    unknown = ModelSpec(id="a", provider="nobody")
    no_such = ModelSpec(id="claude-imaginary-1", provider="anthropic")
    assert (PRICES.cost(free, Usage(5, 5)), PRICES.worst(free, 5, 5), PRICES.per_million(free)) == (0.0, 0.0, (0, 0))
    for spec in (unknown, no_such):
        assert (PRICES.cost(spec, Usage(5, 5)), PRICES.worst(spec, 5, 5), PRICES.per_million(spec)) == (
            None,
            None,
            None,
        )


def test_a_provider_that_only_sounds_like_a_known_one_is_unknown() -> None:
    assert PRICES.cost(ModelSpec(id="gpt-5.5", provider="my-openai-mirror"), Usage(5, 5)) is None


def test_a_model_without_an_output_price_is_unknown() -> None:
    assert PRICES.cost(ModelSpec(id="text-embedding-3-small", provider="openai"), Usage(5, 5)) is None


def test_a_model_may_be_priced_as_another() -> None:
    mine = ModelSpec(id="mine", provider="anthropic", price="claude-sonnet-5-5")
    assert PRICES.cost(mine, Usage(input=1_000_000), NIGHT) == 2.0


def test_the_persons_table_wins_even_over_free() -> None:
    table = PriceTable(input=1.0, output=3.0, cache_read=0.25, cache_write=2.0)
    own = Prices({"x": table, SONNET.id: PriceTable(input=4.0, output=6.0)})
    million = 1_000_000
    spec = ModelSpec(id="x", provider="scripted", price="free")
    assert own.cost(spec, Usage(million, million, million, million)) == 6.25
    assert own.worst(spec, million, million) == 5.0
    assert own.per_million(spec) == (1.0, 3.0)
    assert own.cost(SONNET, Usage(0, 0, million, million)) == 8.0


def test_the_worst_case_is_the_dearest_kind_of_input_and_all_output() -> None:
    assert PRICES.worst(SONNET, 100_000, 10_000, NIGHT) == 0.35
    assert PRICES.worst(HAIKU, 100_001, 1_000, NIGHT) == 0.065001


def test_the_worst_case_is_rounded_up() -> None:
    assert PRICES.cost(SONNET, Usage(input=1), NIGHT) == 0.000002
    assert PRICES.worst(SONNET, 1, 0, NIGHT) == 0.000003


def test_a_dearer_hour_that_begins_meanwhile_is_in_the_worst_case() -> None:
    before = datetime(2026, 11, 22, 5, 31, tzinfo=UTC)
    assert PRICES.worst(DEEPSEEK, 1_000_000, 0, before) == 1.32
    assert PRICES.worst(DEEPSEEK, 1_000_000, 0, before - timedelta(hours=1)) == 0.66


def test_prices_are_asked_for_now_unless_told_otherwise() -> None:
    assert PRICES.cost(SONNET, Usage(output=1_000_000)) == 10.0


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SHIPPED)),
    counts,
    counts,
    counts,
    st.integers(0, 40_000),
    st.integers(0, 50_000),
    st.integers(0, 10_000),
    st.integers(0, 2_000),
    st.integers(0, 59),
)
def test_no_mix_of_cache_kinds_costs_more_than_the_worst_case(
    model: str, plain: int, read: int, write: int, output: int, spare: int, spare_output: int, hours: int, later: int
) -> None:
    """`spare` tokens were reserved and not used; the call ends `later` minutes after its reservation."""
    spec, at = SHIPPED[model], NIGHT + timedelta(hours=hours)
    worst = PRICES.worst(spec, plain + read + write + spare, output + spare_output, at)
    spent = PRICES.cost(spec, Usage(plain, output, read, write), at + timedelta(minutes=later))
    assert worst is not None
    assert spent is not None
    assert spent <= worst


@given(
    st.builds(
        PriceTable,
        input=st.floats(0, 1000),
        output=st.floats(0, 1000),
        cache_read=st.none() | st.floats(0, 1000),
        cache_write=st.none() | st.floats(0, 1000),
    ),
    counts,
    counts,
    counts,
    counts,
)
def test_nor_under_any_table_of_the_persons(table: PriceTable, plain: int, read: int, write: int, output: int) -> None:
    own, spec = Prices({"x": table}), ModelSpec(id="x", provider="nobody")
    worst, spent = own.worst(spec, plain + read + write, output), own.cost(spec, Usage(plain, output, read, write))
    assert worst is not None
    assert spent is not None
    assert spent <= worst


class Counted:
    """A lock that counts who takes it."""

    taken = 0

    def __enter__(self) -> None:
        self.taken += 1

    def __exit__(self, *exc: object) -> None:
        return


def test_what_is_loaded_late_is_loaded_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """genai-prices imports itself in circles: two threads that began at different ends found it half made."""
    lock = Counted()
    monkeypatch.setattr(prices, "_loading", lock)
    prices._providers.__wrapped__()
    prices._tiers.__wrapped__("anthropic", "claude-sonnet-5-5")
    assert lock.taken == 2
