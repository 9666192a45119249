"""Signs of life while a call runs: what is drawn, when, and what never reaches a file."""

import io

from droidlite.events import (
    AttemptFailed,
    CallFinished,
    CallStarted,
    ModelSwitched,
    ReplyFinished,
    TurnStarted,
    VerifyFinished,
    VerifyStarted,
)
from droidlite.types import Switch
from droidlite.ui.waiting import EVERY, Waiting


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_a_terminal_there_is_one_line_every_thirty_seconds() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, live=False, clock=clock)
    waiting.tick()
    waiting.follow(TurnStarted(1))
    for _ in range(13):
        clock.now += EVERY / 6
        waiting.tick()
    waiting.follow(ReplyFinished(text="", model="m", usage=None, cost_usd=None, context_tokens=0))
    clock.now += 100
    waiting.tick()
    assert told.getvalue() == "... the model is still at it, 30 s\n... the model is still at it, 60 s\n"


def test_a_terminal_shows_one_line_that_counts_and_is_gone_when_something_is_said() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, live=True, clock=clock)
    waiting.follow(TurnStarted(1))
    clock.now += 7
    waiting.tick()
    with waiting.aside():
        told.write("said\n")
    with waiting.aside():
        told.write("again\n")
    assert told.getvalue() == "\r\x1b[K⠙ the model · 7 s\r\x1b[Ksaid\nagain\n"


def test_tools_and_checks_count_too_the_longest_first() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, live=False, clock=clock)
    for call_id, command in (("1", "make"), ("2", "make \x1b[2Jtest")):
        waiting.follow(CallStarted(call_id=call_id, name="shell", summary=command))
        clock.now += 20
        waiting.tick()
    clock.now += 5
    waiting.tick()
    waiting.follow(CallFinished(call_id="1", name="shell", content=""))
    clock.now += 5
    waiting.tick()
    waiting.follow(CallFinished(call_id="2", name="shell", content=""))
    waiting.follow(VerifyStarted("pytest -q"))
    clock.now += 31
    waiting.tick()
    waiting.follow(VerifyFinished(command="pytest -q", exit_code=0, output="", seconds=31))
    clock.now += 100
    waiting.tick()
    assert told.getvalue() == (
        "... shell  make is still at it, 40 s\n"
        "... shell  make ␛[2Jtest is still at it, 30 s\n"
        "... verify  pytest -q is still at it, 31 s\n"
    )


def test_a_terminal_of_an_old_encoding_gets_a_line_it_can_show() -> None:
    told, clock = io.TextIOWrapper(io.BytesIO(), encoding="ascii"), Clock()
    waiting = Waiting(told, live=True, clock=clock)
    waiting.follow(TurnStarted(1))
    for _ in range(4):
        waiting.tick()
    assert told.buffer.getvalue().decode().split("\r\x1b[K")[1:] == [  # type: ignore[attr-defined]
        f"{frame} the model - 0 s" for frame in ("/", "-", "\\", "|")
    ]


def test_the_model_that_takes_over_is_the_one_waited_for() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, live=True, clock=clock)
    waiting.follow(TurnStarted(1))
    waiting.follow(ModelSwitched(Switch(from_model="a", to="b", cause="the check still fails")))
    clock.now += 2
    waiting.tick()
    assert told.getvalue() == "\r\x1b[K⠙ b · 2 s"


def test_a_wait_before_the_next_attempt_says_how_long_it_still_is() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, live=False, clock=clock)
    waiting.follow(TurnStarted(1))
    waiting.follow(AttemptFailed(fault="rate_limit", message="Later.", attempt=1, wait_seconds=50.0))
    for _ in range(2):
        clock.now += EVERY
        waiting.tick()
    assert told.getvalue() == "... trying again in 20 s\n... the model is still at it, 60 s\n"
