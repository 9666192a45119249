"""What a cache still holds: by when it was used, what was reported, and whether it is the same conversation."""

import pytest

from droidlite.routing.warmth import Used, is_warm, warm_tokens
from droidlite.types import Usage

READ = Usage(input=10, cache_read=40_000, cache_write=2_000, output=300)


@pytest.mark.parametrize(
    ("provider", "later", "warm"),
    [
        ("anthropic", 299, 42_000),
        ("anthropic", 300, 0),
        ("openai", 1_799, 42_010),
        ("openai", 1_800, 0),
        ("minimax", 299, 42_000),
        ("minimax", 300, 0),
    ],
)
def test_each_service_keeps_what_it_was_sent_for_its_time(provider: str, later: float, warm: int) -> None:
    calls = (Used("b", 1_000.0, READ), Used("a", 1_200.0, Usage(input=43_000)))
    assert warm_tokens(calls, "b", provider, context=45_000, now=1_000.0 + later) == warm


def test_a_model_that_was_never_used_or_reported_nothing_is_cold() -> None:
    calls = (Used("b", 1_000.0, None), Used("a", 1_000.0, READ))
    assert warm_tokens(calls, "b", "anthropic", context=45_000, now=1_001.0) == 0
    assert warm_tokens((), "b", "anthropic", context=45_000, now=1_001.0) == 0


def test_no_more_is_warm_than_there_is() -> None:
    assert warm_tokens((Used("b", 0.0, READ),), "b", "anthropic", context=41_000, now=1.0) == 41_000


def test_what_was_said_before_a_compaction_is_not_this_conversation() -> None:
    assert warm_tokens((Used("b", 0.0, READ),), "b", "anthropic", context=9_000, now=1.0) == 0


def test_the_model_at_work_is_warm_until_its_time_is_over() -> None:
    calls = (Used("a", 1_000.0, Usage(input=500)),)
    assert is_warm(calls, "a", "anthropic", now=1_299.0)
    assert not is_warm(calls, "a", "anthropic", now=1_300.0)
    assert not is_warm(calls, "b", "anthropic", now=1_001.0)


def test_a_clock_that_was_set_back_makes_nothing_warm_and_one_that_was_corrected_does() -> None:
    """An hour back, as with a wrong time zone put right: the cache may have gone hours ago."""
    calls = (Used("a", 10_000.0, READ),)
    for now, warm in ((6_400.0, False), (9_999.0, True), (10_001.0, True), (13_600.0, False)):
        assert is_warm(calls, "a", "anthropic", now=now) == warm
        assert bool(warm_tokens(calls, "a", "anthropic", context=45_000, now=now)) == warm
