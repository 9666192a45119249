"""The dollars of both ways to hand a conversation over: the formula of the module, and how it moves."""

from hypothesis import given
from hypothesis import strategies as st

from droidlite.routing.handoff_cost import LEAST_SAVING_USD, NOTE, QUESTION, HandoffCost, Load, handoff_cost
from droidlite.types import ModelSpec, Usage

OLD, NEW = ModelSpec(id="old", provider="x"), ModelSpec(id="new", provider="x")
PRICES = {"old": (0.03e-6, 0.375e-6, 1.2e-6), "new": (0.5e-6, 6.25e-6, 25e-6)}
"""USD a token read from the cache, written to it, and put out."""
TOKENS = st.integers(0, 400_000)


def cost(spec: ModelSpec, usage: Usage) -> float | None:
    read, write, out = PRICES[spec.id]
    return usage.cache_read * read + (usage.cache_write + usage.input) * write + usage.output * out


def of(**load: int) -> HandoffCost:
    found = handoff_cost(cost, OLD, NEW, Load(**load))
    assert found is not None
    return found


def test_the_sums_are_those_of_the_formula() -> None:
    found = of(whole=48_000, kept=6_000, warm=40_000)
    writing = 40_000 * 0.03e-6 + (8_000 + QUESTION) * 0.375e-6 + NOTE * 1.2e-6
    note = writing + (6_000 + NOTE) * 6.25e-6
    assert abs(found.writing_usd - writing) < 1e-12
    assert abs(found.note_usd - note) < 1e-12
    assert abs(found.whole_usd - 48_000 * 6.25e-6) < 1e-12
    assert found.note_pays


@given(whole=TOKENS, kept=TOKENS, warm=TOKENS, more=st.integers(0, 50_000))
def test_warmth_never_makes_it_dearer_and_a_longer_conversation_never_cheaper(
    whole: int, kept: int, warm: int, more: int
) -> None:
    here = of(whole=whole, kept=kept, warm=warm)
    assert of(whole=whole, kept=kept, warm=warm + more).note_usd <= here.note_usd
    assert of(whole=whole + more, kept=kept, warm=warm).note_usd >= here.note_usd - 1e-12
    assert of(whole=whole, kept=kept + more, warm=warm).note_usd >= here.note_usd
    assert here.note_pays == (here.whole_usd - here.note_usd > LEAST_SAVING_USD)


def test_a_short_conversation_goes_over_whole() -> None:
    assert not of(whole=5_000, kept=4_500, warm=5_000).note_pays


def test_a_dear_cold_model_writes_no_note() -> None:
    assert not handoff_cost(cost, NEW, OLD, Load(whole=48_000, kept=6_000)).note_pays  # type: ignore[union-attr]


def test_without_a_price_there_is_no_sum() -> None:
    for unknown in (OLD, NEW):
        found = handoff_cost(
            lambda spec, usage, unknown=unknown: None if spec == unknown else 1.0, OLD, NEW, Load(whole=1, kept=1)
        )
        assert found is None
