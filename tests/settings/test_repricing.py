"""Many calls priced fast cost to the cent what the price library says of each."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.settings.catalog import shipped_catalog
from droidlite.settings.config import PriceTable
from droidlite.settings.prices import Prices
from droidlite.settings.repricing import Repricer
from droidlite.types import ModelSpec, Usage

PRICES = Prices({"house": PriceTable(input=0.5, output=2.0)})
SPECS = [*shipped_catalog().values(), ModelSpec(id="house", provider=""), ModelSpec(id="nobody", provider="")]
SIZES = st.one_of(st.integers(0, 400_000), st.sampled_from([0, 1, 128_000, 200_000, 200_001, 272_000, 272_001]))
REPRICER = Repricer(PRICES)


@given(
    spec=st.sampled_from(SPECS),
    usage=st.builds(Usage, input=SIZES, output=st.integers(0, 50_000), cache_read=SIZES, cache_write=SIZES),
    at=st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2026, 11, 24), timezones=st.just(datetime.UTC)),
)
def test_a_call_costs_what_the_library_says(spec: ModelSpec, usage: Usage, at: datetime.datetime) -> None:
    fast = REPRICER.cost(spec, usage, at.timestamp())
    exact = PRICES.cost(spec, usage, datetime.datetime.fromtimestamp(at.timestamp(), datetime.UTC))
    assert fast == (None if exact is None else pytest.approx(exact, abs=1e-9, rel=1e-9))


def test_many_calls_are_added_up_and_one_without_a_price_leaves_no_sum() -> None:
    calls = [(Usage(input=1_000_000), 1_764_000_000.0), (Usage(output=1_000_000), 1_764_000_000.0)]
    assert Repricer(PRICES).total(ModelSpec(id="house", provider=""), calls) == 2.5
    assert Repricer(PRICES).total(ModelSpec(id="nobody", provider=""), calls) is None
    assert Repricer(PRICES).total(ModelSpec(id="nobody", provider=""), []) == 0


def test_where_money_depends_on_more_than_tokens_the_library_prices_every_call() -> None:
    class PerCall(Prices):
        """A cent a call, whatever it uses."""

        def cost(self, spec: ModelSpec, usage: Usage, at: datetime.datetime | None = None) -> float | None:
            return 0.01 + usage.input * 1e-6

    repricer = Repricer(PerCall({}))
    costs = [repricer.cost(SPECS[0], Usage(input=size), 0.0) for size in (1, 1_000)]
    assert costs == [0.01 + 1e-6, 0.01 + 1e-3]
