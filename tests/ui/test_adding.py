"""Rounded figures add up to what stands below them."""

from hypothesis import given
from hypothesis import strategies as st

from droidlite.ui.adding import apportioned, column_of_dollars, column_of_shares, lengths

AMOUNTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=12)


@given(AMOUNTS, st.integers(0, 10**7))
def test_shares_add_up_and_each_is_its_own_rounded_up_or_down(amounts: list[float], total: int) -> None:
    found = apportioned(amounts, total)
    whole = sum(amounts)
    assert sum(found) == (total if whole > 0 else 0)
    assert all(abs(share - amount / whole * total) <= 1 for share, amount in zip(found, amounts, strict=True) if whole)
    assert all(share == 0 for share, amount in zip(found, amounts, strict=True) if amount == 0)


@given(AMOUNTS, st.integers(0, 200))
def test_what_is_drawn_is_seen(amounts: list[float], total: int) -> None:
    found = lengths(amounts, total)
    parts = sum(amount > 0 for amount in amounts)
    assert sum(found) == (total if parts else 0)
    assert total < parts or all(length > 0 for length, amount in zip(found, amounts, strict=True) if amount > 0)


def test_dollars_that_are_written_add_up() -> None:
    assert column_of_dollars([0.00005, 0.00005, 0.00005]) == ("$0.0001", "$0.0001", "$0.0000", "$0.0002")
    assert column_of_dollars([0.02145]) == ("$0.0215", "$0.0215")  # as it is written elsewhere
    assert column_of_dollars([1234.5]) == ("$1,234.5000", "$1,234.5000")
    assert column_of_dollars([]) == ("$0.0000",)


def test_per_cents_of_a_whole_add_up_to_a_hundred() -> None:
    assert column_of_shares([1, 1, 1], 3) == ("33.4%", "33.3%", "33.3%")
    assert column_of_shares([3], 2) == ("150.0%",)
    assert column_of_shares([1], 0) == ("0.0%",)
