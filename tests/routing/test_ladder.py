"""The next rung, by what holds and what was tried; and the line a person reads."""

import pytest
from msgspec import structs

from droidlite.routing.economics import Gate
from droidlite.routing.ladder import (
    Consult,
    NoteAndSwitch,
    Nudge,
    Option,
    RaiseEffort,
    State,
    Stay,
    SwitchTo,
    higher_effort,
    next_rung,
    told,
)

GATE = Gate(
    context=48_000,
    new=1_000,
    output=500,
    warm_from=48_000,
    warm_to=0,
    calls_from=10,
    calls_to=8,
    success_from=0.31,
    success_to=0.78,
    call_from_usd=0.01,
    call_to_usd=0.02,
    reading_from_usd=0.0,
    reading_to_usd=0.21,
    handoff_usd=0.0,
    premium_usd=0.21,
    worth_usd=3.0,
    margin_usd=0.0,
    stay_usd=2.17,
    switch_usd=1.08,
)
SHUT = structs.replace(GATE, switch_usd=2.5)
SIGNS = ("it repeats a call", "nothing changes and nothing new is learned")
OPEN = (Option(model="b", direct=GATE),)


def test_one_sign_is_none() -> None:
    assert next_rung(State(signs=SIGNS[:1], options=OPEN)) == Stay()
    assert next_rung(State(options=OPEN)) == Stay()


def test_signs_are_answered_by_the_gentlest_rung_not_tried_yet() -> None:
    state = State(signs=SIGNS, effort="high", adviser="b", options=OPEN)
    tried = ((), ("nudge",), ("nudge", "effort"), ("nudge", "effort", "consult"))
    climbed = [next_rung(structs.replace(state, tried=frozenset(rungs))) for rungs in tried]
    assert climbed == [Nudge(), RaiseEffort("high"), Consult("b"), SwitchTo("b", GATE)]
    nudged = frozenset({"nudge"})
    assert next_rung(structs.replace(state, effort="", tried=nudged)) == Consult("b")
    assert next_rung(structs.replace(state, effort="", adviser="", tried=nudged)) == SwitchTo("b", GATE)


def test_what_is_sure_goes_to_the_switch_at_once() -> None:
    assert next_rung(State(sure=True, effort="high", adviser="b", options=OPEN)) == SwitchTo("b", GATE)


def test_the_switch_that_saves_most_is_taken() -> None:
    better = structs.replace(GATE, switch_usd=0.9)
    options = (Option(model="b", direct=GATE, noted=better), Option(model="c", direct=SHUT))
    assert next_rung(State(sure=True, options=options)) == NoteAndSwitch("b", better)
    assert next_rung(
        State(sure=True, options=(*options, Option(model="d", direct=structs.replace(GATE, switch_usd=0.1))))
    ) == (SwitchTo("d", structs.replace(GATE, switch_usd=0.1)))


def test_a_shut_gate_opens_for_a_person_only() -> None:
    shut = (Option(model="b", direct=SHUT),)
    assert next_rung(State(sure=True, options=shut)) == Stay(
        "b would cost $1.74 more and lift success 0.31 -> 0.78, worth $1.41"
    )
    assert next_rung(State(forced=True, options=shut)) == SwitchTo("b", SHUT)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "there is no stronger model that may be used"),
        ((Option(model="b", direct=GATE, why_not="b does not fit"),), "b does not fit"),
        ((Option(model="b"),), "the conversation does not fit b"),
    ],
)
def test_why_nobody_takes_over(options: tuple[Option, ...], why: str) -> None:
    assert next_rung(State(sure=True, options=options)) == Stay(why)
    assert next_rung(State(forced=True, options=options)) == Stay(why)


def test_the_line_before_a_switch() -> None:
    lost = told("b", structs.replace(GATE, switch_usd=3.0))
    assert lost.endswith("worth -$0.62")
    line = "switching to b costs $0.21 (48k tokens cold), success 0.31 -> 0.78, worth $1.30"
    assert told("b", GATE) == line
    assert told("b", structs.replace(GATE, warm_to=47_500)).partition("(")[2].startswith("500 tokens cold)")


def test_the_next_effort() -> None:
    efforts = ("low", "medium", "high")
    assert [higher_effort(efforts, now) for now in ("", "low", "medium", "high")] == ["high", "medium", "high", ""]
    assert higher_effort((), "") == ""
