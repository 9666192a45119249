"""No parser of what others wrote raises what it does not document: a few hundred examples each, the same every time.
scripts/fuzz tries more, other ones, for as long as it is told."""

from typing import Any

import pytest
from fuzz_targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = 150


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_undocumented_is_raised(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(target.given)
    def holds(example: Any) -> None:
        target.run(example)

    holds()


def test_the_targets_can_fail() -> None:
    @settings(max_examples=50, derandomize=True, database=None)
    @given(st.integers())
    def fails(number: int) -> None:
        assert number < 5

    with pytest.raises(AssertionError):
        fails()
