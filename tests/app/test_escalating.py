"""A session's plan at work: when its next model takes over, and what is said where it cannot."""

from pathlib import Path

from fakes import SPEC, FakeProvider, Rig, says
from msgspec import structs

from droidlite.agent.budget import Prices
from droidlite.agent.driver import Route
from droidlite.app.escalating import Escalation
from droidlite.errors import UsageError
from droidlite.events import ModelSwitched, Warned
from droidlite.types import Estimate, Interval, RoutingDecision, Stage, Switch, User

ONE, TWO = structs.replace(SPEC, id="one"), structs.replace(SPEC, id="two")


def planned(*stages: Stage) -> RoutingDecision:
    number = Interval(0.5, 0.4, 0.6)
    return RoutingDecision(
        model="one",
        endpoint="fake",
        strategy="auto",
        estimate=Estimate(stages=stages, success=number, cost=number),
    )


def rig_with(tmp_path: Path, decision: RoutingDecision, **more: object) -> tuple[Rig, Escalation]:
    """An agent on model one whose replies cost $0.20 each by the fakes' prices, under this plan."""
    rig = Rig(tmp_path, says("first"), says("second"), spec=ONE, **more)  # type: ignore[arg-type]
    escalation = Escalation(rig.budget, lambda model: Route(TWO, FakeProvider(says("from two")), "fake"))
    escalation.follow(decision)
    rig.driver.escalate = escalation
    return rig, escalation


def answers(rig: Rig) -> list[str]:
    """What two prompts after each other are answered with, and what was told of the model between them."""
    told: list[str] = []
    for prompt in ("one", "two"):
        run = rig.agent.run(User(prompt))
        while True:
            try:
                event = next(run)
            except StopIteration as ended:
                told.append(ended.value)
                break
            if isinstance(event, Warned | ModelSwitched):
                told.append(event.message if isinstance(event, Warned) else event.switch.cause)
    return told


def test_the_spend_of_a_stage_hands_over_to_the_next(tmp_path: Path) -> None:
    rig, _ = rig_with(tmp_path, planned(Stage("one", 0.1), Stage("two")))
    cause = "one has spent $0.20; few of the tasks it solves cost more than $0.10"
    assert answers(rig) == ["first", cause, "from two"]


def test_a_new_task_has_all_of_its_stage_to_spend(tmp_path: Path) -> None:
    rig, escalation = rig_with(tmp_path, planned(Stage("one", 0.3), Stage("two")))
    list(rig.agent.run(User("one")))
    escalation.begin_task()
    assert escalation(rig.transcript) is None


def test_a_failed_check_hands_over_once_for_each_stage(tmp_path: Path) -> None:
    rig, escalation = rig_with(tmp_path, planned(Stage("one"), Stage("two")))
    assert escalation.after_failed_check()
    found = escalation(rig.transcript)
    assert isinstance(found, tuple)
    assert found[1].cause == "the check still fails"
    assert not escalation.after_failed_check()
    assert escalation(rig.transcript) is None


def test_a_model_without_a_known_price_takes_over_where_there_is_no_cap(tmp_path: Path) -> None:
    unknown = Prices(lambda spec, usage: None, lambda spec, tokens, output: None)
    rig, escalation = rig_with(tmp_path, planned(Stage("one"), Stage("two")), prices=unknown)
    escalation.after_failed_check()
    found = escalation(rig.transcript)
    assert isinstance(found, tuple)
    tokens = rig.transcript.estimate()
    assert found[1] == Switch(
        from_model="one",
        to="two",
        cause="the check still fails",
        price_usd=0.0,
        reasons=(f"{tokens:,} tokens are read anew by two",),
    )


def test_a_model_that_cannot_be_opened_is_told_once_and_the_work_goes_on(tmp_path: Path) -> None:
    rig, _ = rig_with(tmp_path, planned(Stage("one", 0.1), Stage("two")))

    def gone(model: str) -> Route:
        raise UsageError(f"{model} cannot be used: no key.")

    rig.driver.escalate = escalation = Escalation(rig.budget, gone)
    escalation.follow(planned(Stage("one", 0.1), Stage("two")))
    cause = "one has spent $0.20; few of the tasks it solves cost more than $0.10"
    assert answers(rig) == [
        "first",
        f"two should take over ({cause}), but it cannot: two cannot be used: no key.",
        "second",
    ]


def test_a_switch_that_the_cap_does_not_hold_is_told_and_not_made(tmp_path: Path) -> None:
    dear = Prices(lambda spec, usage: usage.cache_write * 1.0, lambda spec, tokens, output: 0.0)
    rig, escalation = rig_with(tmp_path, planned(Stage("one"), Stage("two")), prices=dear, cap=0.5)
    escalation.after_failed_check()
    price = rig.transcript.estimate() * 1.0
    assert escalation(rig.transcript) == (
        f"two should take over (the check still fails) for ${price:.2f}, but $0.50 of the cap is left; one goes on."
    )
    assert escalation(rig.transcript) is None
