"""The gate: against an outcome tree played call by call, and how it must move with chance, price and context."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, structs

from droidlite.routing.economics import (
    Ahead,
    Gate,
    Price,
    Side,
    planned_worth,
    weigh,
    within_share,
    worth_asking,
    worth_of,
)
from droidlite.types import Usage

MILLION = 1_000_000


class Rates(Struct, frozen=True):
    """USD per million tokens; twice as much for a call of more than 200,000 input tokens where `tiered`."""

    input: float
    read: float
    write: float
    output: float
    tiered: bool = False

    def price(self, usage: Usage) -> float:
        size = usage.input + usage.cache_read + usage.cache_write
        factor = 2 if self.tiered and size > 200_000 else 1
        parts = (
            (usage.input, self.input),
            (usage.cache_read, self.read),
            (usage.cache_write, self.write),
            (usage.output, self.output),
        )
        return factor * sum(count * rate for count, rate in parts) / MILLION


class Played(Struct, frozen=True):
    """How long a model goes on: `ends[i]` is the chance that call i + 1 is its last, given that it is made; `solves[i]`
    that the task is then done."""

    ends: tuple[float, ...]
    solves: tuple[float, ...]

    @property
    def calls(self) -> float:
        reach, total = 1.0, 0.0
        for end in self.ends:
            total, reach = total + reach, reach * (1 - end)
        return total

    @property
    def success(self) -> float:
        reach, total = 1.0, 0.0
        for end, solve in zip(self.ends, self.solves, strict=True):
            total, reach = total + reach * end * solve, reach * (1 - end)
        return total


def enumerate_tree(price: Price, ahead: Ahead, warm: int, played: Played, worth: float, at: int = 0) -> float:
    """Expected USD from call number `at` on: what it costs, and below it solved, failed, or the next call."""
    held = min(warm, ahead.context) if at == 0 else ahead.context
    cost = price(Usage(cache_read=held, cache_write=ahead.context - held + ahead.new, output=ahead.output))
    assert cost is not None
    end, solve = played.ends[at], played.solves[at]
    ended = solve * 0.0 + (1 - solve) * worth
    further = enumerate_tree(price, ahead, warm, played, worth, at + 1) if end < 1 else 0.0
    return cost + end * ended + (1 - end) * further


chances = st.floats(0, 1)
prices = st.builds(
    lambda plain, read, write, output, tiered: Rates(plain, plain * read, plain * write, output, tiered),
    st.floats(0.01, 30),
    st.floats(0.02, 1),
    st.floats(1, 2),
    st.floats(0, 150),
    st.booleans(),
)
aheads = st.builds(Ahead, context=st.integers(0, 400_000), new=st.integers(0, 20_000), output=st.integers(0, 8_000))
lengths = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(chances, min_size=n - 1, max_size=n - 1).map(lambda ends: (*ends, 1.0)),
        st.lists(chances, min_size=n, max_size=n).map(tuple),
    )
)
plays = lengths.map(lambda pair: Played(*pair))


@settings(deadline=None)  # a loaded machine is no mistake
@given(prices, prices, aheads, plays, plays, st.integers(0, 400_000), st.booleans(), st.floats(0, 50), st.floats(0, 2))
def test_the_gate_is_the_expectation_over_the_outcome_tree(
    here: Rates, there: Rates, ahead: Ahead, a: Played, b: Played, warm: int, cold: bool, worth: float, handoff: float
) -> None:
    stay = Side(price=here.price, calls=a.calls, success=a.success, warm=0 if cold else ahead.context)
    switch = Side(price=there.price, calls=b.calls, success=b.success, warm=warm)
    gate = weigh(stay, switch, ahead, worth_usd=worth, handoff_usd=handoff)
    assert gate is not None
    assert gate.stay_usd == pytest.approx(enumerate_tree(here.price, ahead, stay.warm, a, worth), abs=1e-9)
    assert gate.switch_usd == pytest.approx(handoff + enumerate_tree(there.price, ahead, warm, b, worth), abs=1e-9)


def test_the_formula_as_it_is_written() -> None:
    """Opus-like prices at 48,000 tokens: every term by hand."""
    a, b = Rates(0.3, 0.03, 0.3, 1.2), Rates(5, 0.5, 6.25, 25)
    ahead = Ahead(context=48_000, new=1_000, output=500)
    gate = weigh(
        Side(price=a.price, calls=10, success=0.31, warm=48_000),
        Side(price=b.price, calls=8, success=0.78, warm=8_000),
        ahead,
        worth_usd=3.0,
    )
    assert gate is not None
    call_a = (48_000 * 0.03 + 1_000 * 0.3 + 500 * 1.2) / MILLION
    call_b = (48_000 * 0.5 + 1_000 * 6.25 + 500 * 25) / MILLION
    premium = (48_000 - 8_000) * (6.25 - 0.5) / MILLION
    assert gate.call_from_usd == pytest.approx(call_a)
    assert gate.call_to_usd == pytest.approx(call_b)
    assert gate.premium_usd == pytest.approx(premium)
    assert gate.stay_usd == pytest.approx(10 * call_a + 0.69 * 3)
    assert gate.switch_usd == pytest.approx(premium + 8 * call_b + 0.22 * 3)
    assert gate.opens


def state(chance: random.Random) -> tuple[Side, Side, Ahead, float, float]:
    """Sides, what a call looks like, the worth of the task, the cost of the handoff."""

    def side() -> Side:
        plain = chance.uniform(0.02, 20)
        rates = Rates(
            plain,
            plain * chance.uniform(0.05, 1),
            plain * chance.choice((1, 1.25, 2)),
            plain * 5,
            chance.random() < 0.2,
        )
        warm = chance.choice((0, chance.randrange(300_000)))
        return Side(price=rates.price, calls=chance.uniform(1, 60), success=chance.random(), warm=warm)

    ahead = Ahead(context=chance.randrange(300_000), new=chance.randrange(10_000), output=chance.randrange(4_000))
    return side(), side(), ahead, chance.uniform(0, 20), chance.choice((0.0, chance.random()))


def test_no_switch_loses_in_ten_thousand_random_states() -> None:
    """Seed 4; the loss is reckoned from prices alone, not from the gate's own terms."""
    chance, opened = random.Random(4), 0
    for number in range(10_000):
        stay, switch, ahead, worth, handoff = state(chance)
        gate = weigh(stay, switch, ahead, worth_usd=worth, handoff_usd=handoff)
        assert gate is not None
        if gate.opens:
            opened += 1
            gained = expected(stay, ahead, worth) - expected(switch, ahead, worth) - handoff
            assert gained > 0, f"state {number}"
    assert 2_000 < opened < 8_000


def expected(side: Side, ahead: Ahead, worth: float) -> float:
    """A first call as cold as it is, warm ones after it, and what a failure loses."""
    held = min(side.warm, ahead.context)
    first = side.price(Usage(cache_read=held, cache_write=ahead.context - held + ahead.new, output=ahead.output))
    later = side.price(Usage(cache_read=ahead.context, cache_write=ahead.new, output=ahead.output))
    assert first is not None
    assert later is not None
    return first + (side.calls - 1) * later + (1 - side.success) * worth


def gates(change: Callable[[Side, Ahead], tuple[Side, Ahead]], seed: int) -> list[tuple[Gate, Gate]]:
    """Gates before and after a change of the model to switch to, in a thousand random states."""
    chance, pairs = random.Random(seed), []
    for _ in range(1_000):
        stay, switch, ahead, worth, handoff = state(chance)
        other, then = change(switch, ahead)
        one = weigh(stay, switch, ahead, worth_usd=worth, handoff_usd=handoff)
        two = weigh(stay, other, then, worth_usd=worth, handoff_usd=handoff)
        assert one is not None
        assert two is not None
        pairs.append((one, two))
    return pairs


def test_more_chance_never_closes_the_gate() -> None:
    for one, two in gates(lambda b, ahead: (structs.replace(b, success=(1 + b.success) / 2), ahead), 5):
        assert two.benefit_usd >= one.benefit_usd


def test_a_dearer_model_never_opens_the_gate() -> None:
    def dearer(side: Side, ahead: Ahead) -> tuple[Side, Ahead]:
        return structs.replace(side, price=lambda usage: 1.3 * (side.price(usage) or 0.0)), ahead

    for one, two in gates(dearer, 6):
        assert two.benefit_usd <= one.benefit_usd + 1e-12


def test_more_context_makes_premium_and_both_sums_dearer() -> None:
    def longer(side: Side, ahead: Ahead) -> tuple[Side, Ahead]:
        return side, structs.replace(ahead, context=ahead.context + 5_000)

    for one, two in gates(longer, 7):
        assert two.switch_usd >= one.switch_usd - 1e-12
        assert two.stay_usd >= one.stay_usd - 1e-12
        assert two.premium_usd >= one.premium_usd - 1e-12


def test_a_warm_cache_is_worth_what_it_saves() -> None:
    def warmer(side: Side, ahead: Ahead) -> tuple[Side, Ahead]:
        return structs.replace(side, warm=side.warm + 10_000), ahead

    for one, two in gates(warmer, 8):
        assert two.benefit_usd >= one.benefit_usd - 1e-12


def test_where_both_are_cold_reading_is_no_premium_but_still_paid() -> None:
    a, b = Rates(1, 0.1, 1.25, 5), Rates(5, 0.5, 6.25, 25)
    cold, warm = (Side(price=a.price, calls=5, success=0.4, warm=held) for held in (0, 100_000))
    strong = Side(price=b.price, calls=5, success=0.8)
    ahead = Ahead(context=100_000, new=1_000, output=500)
    both, one = (weigh(side, strong, ahead, worth_usd=2.0) for side in (cold, warm))
    assert both is not None
    assert one is not None
    assert (both.premium_usd, one.premium_usd) == (0.0, pytest.approx(0.575))
    assert both.switch_usd == one.switch_usd
    assert both.stay_usd == pytest.approx(one.stay_usd + 100_000 * (1.25 - 0.1) / MILLION)


def test_an_unknown_price_is_no_gate() -> None:
    known = Side(price=Rates(1, 0.1, 1.25, 5).price, calls=1, success=0.5)
    unknown = structs.replace(known, price=lambda usage: None)
    ahead = Ahead(context=1_000, new=100, output=100)
    assert weigh(known, unknown, ahead, worth_usd=1.0) is None
    assert weigh(unknown, known, ahead, worth_usd=1.0) is None


def test_premiums_stay_below_a_share_of_what_never_switching_costs() -> None:
    a, b = Rates(1, 0.1, 1.25, 5), Rates(5, 0.5, 6.25, 25)
    gate = weigh(
        Side(price=a.price, calls=10, success=0.5, warm=100_000),
        Side(price=b.price, calls=5, success=0.9),
        Ahead(context=100_000, new=0, output=0),
        worth_usd=4.0,
    )
    assert gate is not None
    assert (gate.premium_usd, gate.stay_usd) == (pytest.approx(0.575), pytest.approx(0.1 + 2.0))
    assert within_share(gate, paid_usd=0.0, spent_usd=0.8, share=0.2)
    assert not within_share(gate, paid_usd=0.0, spent_usd=0.7, share=0.2)
    assert not within_share(gate, paid_usd=0.1, spent_usd=0.9, share=0.2)


def test_what_a_solved_task_is_worth() -> None:
    assert worth_of("cost", 0.6, 0.8) == pytest.approx(0.75)
    assert worth_of("balanced", 0.6, 0.8) == pytest.approx(3.0)
    assert worth_of("quality", 0.6, 0.8) == pytest.approx(15.0)


def test_a_stage_of_the_plan_is_worth_what_the_plan_pays_for_it() -> None:
    a, b = Rates(1, 0.1, 1.25, 5), Rates(5, 0.5, 6.25, 25)
    ended, strong = Side(price=a.price, calls=0, success=0.0, warm=50_000), Side(price=b.price, calls=10, success=0.5)
    ahead = Ahead(context=50_000, new=1_000, output=500)
    gate = weigh(ended, strong, ahead, worth_usd=0.1)
    assert gate is not None
    worth = planned_worth(gate, 0.2)
    assert worth == pytest.approx(10 * gate.call_to_usd * 1.2 / 0.5)
    again = weigh(ended, structs.replace(strong, warm=50_000), ahead, worth_usd=worth)
    assert again is not None
    assert again.opens
    assert planned_worth(structs.replace(gate, success_to=0.0), 0.2) == 0.0


def test_advice_pays_where_it_costs_less_than_it_brings() -> None:
    assert worth_asking(0.05, success_from=0.3, success_to=0.7, worth_usd=1.0)
    assert not worth_asking(0.08, success_from=0.3, success_to=0.7, worth_usd=1.0)
    assert not worth_asking(0.0, success_from=0.7, success_to=0.3, worth_usd=1.0)
