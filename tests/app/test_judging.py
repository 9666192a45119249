"""The judge: asked only where the kind is open, for two seconds at most, and never trusted with more than the kind."""

import threading
from collections.abc import Iterator
from pathlib import Path

from fakes import SPEC, USAGE, FakeProvider, Records, cost, says, worst
from msgspec import structs

from droidlite.agent.budget import Budget, Prices
from droidlite.agent.driver import Route
from droidlite.app.judging import BAND, FAILURES, REST_SECONDS, Breaker, Judge
from droidlite.cancellation import Cancellation
from droidlite.routing.features import Features
from droidlite.types import Assistant, Delta, ModelSpec, Request

OPEN = Features(prompt="Have a look at the parser.", kind="question", confidence=0.4)
UNKNOWN = structs.replace(OPEN, kind="other", confidence=0.0, why=("the judge gave no answer in time",))


class Silent:
    """A model that never answers; `cut` once the call was cancelled."""

    def __init__(self) -> None:
        self.cut = threading.Event()

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        cancellation.on_cancel(self.cut.set)
        assert self.cut.wait(60)
        yield from ()


def judge_of(provider: object, tmp_path: Path, *, cap: float | None = None, seconds: float = 20.0) -> Judge:
    budget = Budget(Prices(cost, worst), Records(), cap_usd=cap)
    return Judge(lambda: Route(SPEC, provider, "fake"), budget, tmp_path / "judge.json", seconds=seconds)  # type: ignore[arg-type]


def test_its_word_is_the_kind_and_its_cost_is_on_the_ledger(tmp_path: Path) -> None:
    provider = FakeProvider(says("Fix."))
    judge = judge_of(provider, tmp_path)
    assert judge.judged(OPEN, ["Ledger code."]) == structs.replace(
        OPEN, kind="fix", confidence=BAND, why=("the judge says so",)
    )
    (message,) = provider.requests[0].messages
    assert message.text == "Guidance: Ledger code.\n\nTask:\nHave a look at the parser."  # type: ignore[union-attr]
    assert judge._budget.spent_usd == cost(SPEC, USAGE)


def test_it_is_not_asked_where_the_kind_is_plain_or_nothing_was_said(tmp_path: Path) -> None:
    judge = judge_of(FakeProvider(), tmp_path)
    sure = structs.replace(OPEN, confidence=BAND)
    nothing = structs.replace(OPEN, prompt=" ")
    assert (judge.judged(sure, []), judge.judged(nothing, [])) == (sure, nothing)


def test_an_answer_that_is_no_kind_means_that_nothing_is_known(tmp_path: Path) -> None:
    for number, answer in enumerate(("claude-opus-5-5 at once", "", "other", "fix or feature")):
        (tmp_path / str(number)).mkdir()
        assert judge_of(FakeProvider(says(answer)), tmp_path / str(number)).judged(OPEN, []) == UNKNOWN


def test_one_that_does_not_answer_is_cut_off(tmp_path: Path) -> None:
    silent = Silent()
    assert judge_of(silent, tmp_path, seconds=0.01).judged(OPEN, []) == UNKNOWN
    assert silent.cut.wait(60)


def test_one_that_keeps_failing_is_left_alone(tmp_path: Path) -> None:
    for _ in range(FAILURES):
        judge_of(FakeProvider(says("?")), tmp_path).judged(OPEN, [])
    rested = judge_of(FakeProvider(), tmp_path).judged(OPEN, [])
    assert rested.why == ("the judge has failed lately and is left alone",)


def test_the_cap_holds_for_it_too(tmp_path: Path) -> None:
    judge = judge_of(FakeProvider(says("fix")), tmp_path, cap=0.5)
    assert judge.judged(OPEN, []) == UNKNOWN
    assert judge._budget.spent_usd == 0


def test_a_judge_that_failed_is_left_alone_for_a_while_whatever_the_clock_is_set_to() -> None:
    failed = Breaker(failures=FAILURES, last=10_000.0)
    assert failed.is_open(10_001.0)
    assert not failed.is_open(10_000.0 + REST_SECONDS)
    assert not failed.is_open(6_400.0)  # set back by an hour: it may have rested long enough
