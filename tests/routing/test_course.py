"""One task on the ladder: who may take over, what earlier switches have cost, and where a plan goes on or ends."""

from collections.abc import Sequence

from msgspec.structs import replace

from droidlite.routing.belief import Belief, Option
from droidlite.routing.chains import Pairs
from droidlite.routing.course import PERSON, Course
from droidlite.routing.escalation import FAILED_CHECK
from droidlite.routing.ladder import Stay, SwitchTo
from droidlite.routing.outlook import Outlook
from droidlite.routing.warmth import Used
from droidlite.routing.weighing import Case, Scales
from droidlite.settings.config import RouterSettings
from droidlite.types import ModelSpec, RoutingDecision, Stage, Usage

SPECS = {name: ModelSpec(id=name, provider="house") for name in ("a", "b", "c")}
BELIEFS = [
    Belief(option=Option(model=name), success=success, runs=100, cost=0.5, key=name)
    for name, success in (("a", 0.5), ("b", 0.7), ("c", 0.9))
]
PLAN = (Stage("a", 0.2), Stage("b", 0.6), Stage("c"))


def scales(beliefs: Sequence[Belief]) -> Scales:
    return Scales(
        lambda spec, usage: (usage.input + usage.cache_write + usage.cache_read / 10 + 5 * usage.output) / 1_000_000,
        SPECS.__getitem__,
        Outlook(beliefs, Pairs(None, beliefs)),
        RoutingDecision(model="a", endpoint="e", strategy="auto"),
        RouterSettings(task_value_usd=5.0),
    )


SCALES = scales(BELIEFS)
NOW = Case(
    spec=SPECS["a"],
    context=50_000,
    kept=lambda to: 50_000,
    calls=(Used("a", 0.0, Usage(cache_write=50_000, output=500)),),
    now=1.0,
    spent_usd=1.2,
)
"""50,000 tokens cold cost $0.045 beyond a warm call."""


def planned() -> Course:
    course = Course()
    course.follow(PLAN, "a")
    course.begin(1.0)
    return course


def test_a_plan_goes_on_stage_by_stage_and_nobody_comes_twice() -> None:
    course = planned()
    assert course.models("a", SCALES) == ("b", "c")
    assert course.planned_cause(1.19) == ""
    assert course.planned_cause(1.25) == "a has spent $0.25; few of the tasks it solves cost more than $0.20"
    course.move("a", "b", premium_usd=0.1, spent_usd=1.2)
    assert (course.models("b", SCALES), course.planned_cause(1.7), course.planned_cause(1.85)[:17]) == (
        ("c",), "", "b has spent $0.65",
    )  # fmt: skip
    course.stay(1.85)
    assert course.planned_cause(9.0) == ""
    assert course.models("b", SCALES) == ("c",)  # the plan is over; more is expected of c


def test_a_model_beside_the_plan_ends_it() -> None:
    course = Course()
    course.follow((Stage("a", 0.2), Stage("b")), "a")
    course.move("a", "c", premium_usd=0.1, spent_usd=1.2)
    assert (course.stages, course.models("c", SCALES)) == ((), ())


def test_what_switches_have_cost_counts_against_the_next() -> None:
    course = planned()
    rung = course.rung(SCALES, NOW, cause=FAILED_CHECK)
    assert isinstance(rung, SwitchTo)
    assert rung.gate.premium_usd == 50_000 * 0.9 / 1_000_000
    course.paid = 2.0
    assert course.rung(SCALES, NOW, cause=FAILED_CHECK) == Stay(
        "the switch to b would cost $0.04, more than 20% of the task"
    )
    assert isinstance(course.rung(SCALES, NOW, cause=PERSON), SwitchTo)
    course.begin(1.2)
    assert isinstance(course.rung(SCALES, replace(NOW, spent_usd=1.4), cause=FAILED_CHECK), SwitchTo)


def test_a_move_is_paid_for() -> None:
    course = planned()
    course.move("a", "b", premium_usd=2.0, spent_usd=3.2)
    now = replace(NOW, spec=SPECS["b"], calls=(Used("b", 0.0, None),), spent_usd=3.3)
    assert course.rung(SCALES, now, cause=FAILED_CHECK) == Stay(
        "the switch to c would cost $0.04, more than 20% of the task"
    )


def test_to_itself_is_no_switch() -> None:
    assert planned().rung(SCALES, NOW, cause=PERSON, to="a") == Stay("a is at work already")


def test_a_model_that_took_over_is_judged_by_what_it_has_spent_itself() -> None:
    """b, which has just taken over after $1.00 of a, is not the worse for it."""
    solved = tuple(0.02 * step for step in range(21))
    failed = tuple(0.1 + 0.05 * step for step in range(21))
    known = [replace(belief, solved_cost=solved, failed_cost=failed) for belief in BELIEFS]
    course = Course()
    course.begin(0.0)
    course.move("a", "b", premium_usd=0.0, spent_usd=1.0)
    now = replace(NOW, spec=SPECS["b"], spent_usd=1.01)
    rung = course.rung(scales(known), now, cause=PERSON, to="c")
    assert isinstance(rung, SwitchTo)
    assert rung.gate.success_from > 0.6
