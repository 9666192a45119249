"""Budgets on one ledger: together they keep its cap, each keeps its own, and one waits for what another holds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import SPEC, Records, cost, worst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from droidlite.agent.budget import Budget, Prices
from droidlite.agent.sharing import Shared
from droidlite.errors import CapReached, DroidliteError, Interrupted, UsageError
from droidlite.events import Warned
from droidlite.session.ledger import Ledger
from droidlite.session.records import Reserved, Spent
from droidlite.types import Usage


def never(seconds: float) -> bool:
    raise AssertionError("nothing to wait for")


def budget(path: Path, cap: float = 30.0, own: float | None = None, wait: Callable[[float], bool] = never) -> Budget:
    ledger = Ledger.open(path, cap_usd=cap)
    return Budget(Prices(cost, worst), Records(), cap_usd=own, shared=Shared(ledger, wait), clock=lambda: 5.0)


calls = st.tuples(st.integers(0, 2), st.integers(0, 3_000), st.integers(0, 3_000), st.floats(0, 1), st.booleans())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(calls, max_size=12), own=st.floats(1, 40))
def test_no_cap_is_passed_whoever_calls(
    steps: list[tuple[int, int, int, float, bool]], own: float, tmp_path: Path
) -> None:
    path = tmp_path / "ledger"
    path.unlink(missing_ok=True)
    sharing = [budget(path), budget(path, own=own), budget(path)]
    held = []
    for who, bound, output, share, settles in steps:
        try:
            held.append((who, sharing[who].reserve(SPEC, bound, output), bound, share))
        except CapReached:
            continue
        if settles:
            who, reservation, bound, share = held.pop(0)
            usage = Usage(input=int(bound * share), output=int(reservation.max_output * share))
            sharing[who].settle(reservation, SPEC, usage)
        assert sharing[0].shared is not None
        book = sharing[0].shared.ledger.read()
        assert book.spent_usd <= 30.0
        assert sharing[1].spent_usd <= own
        assert book.spent_usd == pytest.approx(sum(each.spent_usd for each in sharing))


def test_a_call_is_in_the_ledger_and_in_the_journal(tmp_path: Path) -> None:
    one = budget(tmp_path / "ledger")
    reservation = one.reserve(SPEC, 1_000, 2_000)
    assert (reservation.usd, one.left_usd) == (21.0, 9.0)
    assert one.settle(reservation, SPEC, Usage(input=1_000, output=100)) == 2.0
    assert one.left_usd == 28.0
    assert one.journal == [
        Reserved(reservation=1, usd=21.0, model="fake"),
        Spent(reservation=1, model="fake", usage=Usage(input=1_000, output=100), usd=2.0, at=5.0),
    ]


def test_output_is_cut_to_what_the_ledger_affords(tmp_path: Path) -> None:
    budget(tmp_path / "ledger").reserve(SPEC, 0, 1_000)
    assert budget(tmp_path / "ledger").reserve(SPEC, 1_000, 8_000).max_output == 1_449  # of $20, $4.50 kept back, $1 in


def test_the_refusal_says_whose_cap_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with pytest.raises(CapReached) as caught:
        budget(path, own=5.0).reserve(SPEC, 0, 2_000)
    assert not caught.value.shared
    budget(path).reserve(SPEC, 0, 2_500)
    with pytest.raises(CapReached) as caught:
        budget(path).reserve(SPEC, 0, 2_000)
    assert (str(caught.value), caught.value.shared) == (
        f"The next call of fake could cost $10.2400; $5.00 of the $30.00 cap of the shared ledger {path} is left. "
        "Nothing was sent; begin another ledger to go on.",
        True,
    )


class Elsewhere(Ledger):
    """A ledger as another process on this machine has it open, which is still alive."""

    def _may_settle(self, held: object) -> bool:
        return True


def test_it_waits_for_what_another_holds_and_goes_on_when_that_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    other = budget(path)
    held = other.reserve(SPEC, 0, 2_500)
    paused: list[float] = []

    def wait(seconds: float) -> bool:
        paused.append(seconds)
        if len(paused) == 3:
            other.settle(held, SPEC, Usage(output=10))
        return False

    mine = Budget(Prices(cost, worst), Records(), shared=Shared(Elsewhere.open(path, cap_usd=30.0), wait))
    assert (mine.reserve(SPEC, 0, 2_000).usd, len(paused)) == (20.0, 3)


def test_a_wait_that_lasts_is_told_in_one_line(tmp_path: Path) -> None:
    path, now = tmp_path / "ledger", [0.0]
    other = budget(path)
    held = other.reserve(SPEC, 0, 2_500)

    def wait(seconds: float) -> bool:
        now[0] += seconds
        if now[0] > 5.0:
            other.settle(held, SPEC, Usage(output=10))
        return False

    shared = Shared(Elsewhere.open(path, cap_usd=30.0), wait, clock=lambda: now[0])
    mine = Budget(Prices(cost, worst), Records(), shared=shared)
    asked = mine.reserving(SPEC, 0, 2_000)
    assert next(asked) == Warned(
        f"$5.00 of the shared ledger {path} is left and calls of other runs hold $25.00; waiting up to 120 s for what "
        "they give back."
    )
    assert 1.0 <= now[0] < 1.5, "a short wait is not worth a line"
    with pytest.raises(StopIteration) as ended:
        next(asked)
    assert ended.value.value.usd == 20.0


def test_it_waits_no_longer_than_it_has_patience_nor_after_an_interruption(tmp_path: Path) -> None:
    path, times = tmp_path / "ledger", iter(range(1_000))
    budget(path).reserve(SPEC, 0, 2_500)
    ledger = Elsewhere.open(path, cap_usd=30.0)
    patient = Shared(ledger, lambda seconds: False, patience=5.0, clock=lambda: float(next(times)))
    with pytest.raises(CapReached):
        Budget(Prices(cost, worst), Records(), shared=patient).reserve(SPEC, 0, 2_000)
    with pytest.raises(Interrupted):
        Budget(Prices(cost, worst), Records(), shared=Shared(ledger, lambda seconds: True)).reserve(SPEC, 0, 2_000)
    with pytest.raises(CapReached):  # more than all others hold could give back
        Budget(Prices(cost, worst), Records(), shared=Shared(ledger, never)).reserve(SPEC, 40_000, 2_000)


def test_a_model_without_a_known_price_is_refused_under_a_ledger_too(tmp_path: Path) -> None:
    unknown = Prices(lambda spec, usage: None, lambda spec, tokens, output: None)
    ledger = Ledger.open(tmp_path / "ledger", cap_usd=30.0)
    with pytest.raises(UsageError, match="The price of fake is not known, so --max-cost cannot be held"):
        Budget(unknown, Records(), shared=Shared(ledger, never)).reserve(SPEC, 0, 2_000)
    assert ledger.read().last == 1


def test_what_cannot_be_journaled_is_not_sent_and_given_back(tmp_path: Path) -> None:
    class Full(Records):
        def append(self, record: object) -> int:
            raise DroidliteError("full")

    ledger = Ledger.open(tmp_path / "ledger", cap_usd=30.0)
    with pytest.raises(DroidliteError, match="full"):
        Budget(Prices(cost, worst), Full(), shared=Shared(ledger, never)).reserve(SPEC, 0, 2_000)
    assert ledger.read().spent_usd == 0.0
