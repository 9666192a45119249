"""The dollar cap: never passed by any mix of calls, failures and reports; summed up where that can be afforded."""

from pathlib import Path

import pytest
from fakes import SPEC, Records, Rig, cost, says, worst
from hypothesis import given
from hypothesis import strategies as st

from droidlite.agent.budget import Budget, Prices
from droidlite.agent.driver import Retry
from droidlite.errors import CapReached, ProviderError, UsageError
from droidlite.events import ModelUsage
from droidlite.session import records
from droidlite.types import Assistant, Call, Request, Usage, User


@given(
    cap=st.floats(0.01, 50),
    calls=st.lists(
        st.tuples(st.integers(0, 9_000), st.integers(0, 20_000), st.floats(0, 1), st.floats(0, 1), st.booleans()),
        max_size=30,
    ),
)
def test_spent_never_passes_the_cap(cap: float, calls: list[tuple[int, int, float, float, bool]]) -> None:
    budget = Budget(Prices(cost, worst), Records(), cap_usd=cap)
    for bound, max_output, share_in, share_out, reported in calls:
        try:
            held = budget.reserve(SPEC, bound, max_output)
        except CapReached:
            continue
        assert budget.spent_usd <= cap
        usage = Usage(input=int(bound * share_in), output=int(held.max_output * share_out))
        budget.settle(held, SPEC, usage if reported else None)
        assert budget.spent_usd <= cap


def test_a_call_that_was_never_answered_is_charged_its_reservation() -> None:
    kept = Records()
    budget = Budget(Prices(cost, worst), kept, cap_usd=100.0, clock=lambda: 1_764_000_000.5)
    held = budget.reserve(SPEC, 1_000, 2_000)
    assert (held.usd, budget.spent_usd) == (21.0, 21.0)
    assert budget.settle(held, SPEC, None) == 21.0
    assert budget.spent_usd == 21.0
    assert list(kept) == [
        records.Reserved(reservation=1, usd=21.0, model="fake"),
        records.Spent(reservation=1, model="fake", usage=None, usd=21.0, at=1_764_000_000.5),
    ]


def test_a_refused_call_costs_nothing() -> None:
    budget = Budget(Prices(cost, worst), Records(), cap_usd=100.0)
    budget.settle(budget.reserve(SPEC, 1_000, 2_000), SPEC, None, billed=False)
    assert budget.spent_usd == 0.0


def test_a_call_without_a_known_price_is_booked_as_such() -> None:
    kept = Records()
    budget = Budget(Prices(lambda spec, usage: None, worst), kept, clock=lambda: 5.0)
    assert budget.settle(budget.reserve(SPEC, 1_000, 2_000), SPEC, Usage(input=7)) is None
    assert list(kept) == [
        records.Spent(reservation=1, model="fake", usage=Usage(input=7), usd=0.0, at=5.0, unpriced=True)
    ]
    assert budget.by_model == {"fake": ModelUsage(usage=Usage(input=7), cost_usd=0.0, calls=1, unpriced=1)}


def test_output_is_cut_to_what_the_cap_affords() -> None:
    budget = Budget(Prices(cost, worst), Records(), cap_usd=20.0)
    held = budget.reserve(SPEC, 1_000, 8_000)
    assert held.max_output == 1_599  # $1 input, $3 kept back for the closing summary, $0.01 a token
    assert held.usd == pytest.approx(16.99)


def test_an_unpriced_model_under_a_cap_is_refused_before_any_request(tmp_path: Path) -> None:
    unknown = Prices(lambda spec, usage: None, lambda spec, i, o: None)
    rig = Rig(tmp_path, says("never"), cap=1.0, prices=unknown)
    with pytest.raises(UsageError) as caught:
        list(rig.agent.run(User("go")))
    assert str(caught.value) == (
        "The price of fake is not known, so --max-cost cannot be held. Give it a price under [[models]] in your "
        "settings, or choose a model that `droidlite models` shows with a price."
    )
    assert rig.provider.requests == []


def test_an_unpriced_model_without_a_cap_is_used_and_its_cost_is_none(tmp_path: Path) -> None:
    rig = Rig(tmp_path, says("Done."), prices=Prices(lambda spec, usage: None, lambda spec, i, o: None))
    list(rig.agent.run(User("go")))
    assert rig.budget.spent_usd == 0.0


def test_the_cap_ends_the_run_with_a_closing_summary(tmp_path: Path) -> None:
    def answer(request: Request) -> Assistant:
        if request.final:
            return says("Half of it is done.", usage=Usage(input=10, output=20))
        number = str(len(request.messages))
        return says("", Call(number, "echo", "{}"), usage=Usage(input=500, output=900))

    rig = Rig(tmp_path, *[answer] * 20, cap=50.0)
    with pytest.raises(CapReached) as caught:
        list(rig.agent.run(User("go")))
    assert (str(caught.value), caught.value.subtype) == ("Half of it is done.", "error_max_cost")
    assert rig.budget.spent_usd <= 50.0
    assert rig.provider.requests[-1].final
    assert rig.provider.requests[-1].tools == rig.provider.requests[0].tools


def test_a_cap_too_small_for_one_call_sends_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, says("never"), cap=0.01)
    with pytest.raises(CapReached, match=r"Nothing was sent; raise --max-cost to go on\."):
        list(rig.agent.run(User("go")))
    assert rig.provider.requests == []


def test_a_raised_cap_goes_on(tmp_path: Path) -> None:
    def raise_it(reached: CapReached) -> bool:
        rig.budget.cap_usd = 100.0
        return True

    rig = Rig(tmp_path, says("Done."), cap=0.01, raise_cap=raise_it)
    list(rig.agent.run(User("go")))
    assert len(rig.provider.requests) == 1


def test_failed_attempts_count_against_the_cap(tmp_path: Path) -> None:
    stalled = ProviderError("stalled", fault="stalled", retry="same")
    rig = Rig(tmp_path, stalled, stalled, says("never"), cap=30.0, retry=Retry(0.0))
    with pytest.raises(CapReached):
        list(rig.agent.run(User("go")))
    assert len(rig.provider.requests) == 1
    assert rig.budget.spent_usd <= 30.0


def test_attempts_that_never_connected_cost_nothing(tmp_path: Path) -> None:
    refused = ProviderError("refused", fault="network", retry="same", sent=False)
    rig = Rig(tmp_path, refused, refused, says("Done."), cap=30.0, retry=Retry(0.0))
    list(rig.agent.run(User("go")))
    assert rig.budget.spent_usd == pytest.approx(0.2)


def test_a_stream_that_breaks_off_without_a_cap_is_booked_at_a_guess(tmp_path: Path) -> None:
    stalled = ProviderError("stalled", fault="stalled", retry="never")
    rig = Rig(tmp_path, stalled)
    with pytest.raises(ProviderError):
        list(rig.agent.run(User("go")))
    assert 0 < rig.budget.spent_usd < 1
