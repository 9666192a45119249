"""Signs of life while a call runs: what is drawn, when, and what never reaches a file."""

import io

from droidlite.events import AttemptFailed, ReplyFinished, TurnStarted
from droidlite.ui.waiting import EVERY, Waiting


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_a_terminal_there_is_one_line_every_thirty_seconds() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, clock)
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
    told, clock = Screen(), Clock()
    waiting = Waiting(told, clock)
    waiting.follow(TurnStarted(1))
    clock.now += 7
    waiting.tick()
    with waiting.aside():
        told.write("said\n")
    with waiting.aside():
        told.write("again\n")
    assert told.getvalue() == "\r\x1b[K⠙ the model · 7 s\r\x1b[Ksaid\nagain\n"


def test_a_wait_before_the_next_attempt_says_how_long_it_still_is() -> None:
    told, clock = io.StringIO(), Clock()
    waiting = Waiting(told, clock)
    waiting.follow(TurnStarted(1))
    waiting.follow(AttemptFailed(fault="rate_limit", message="Later.", attempt=1, wait_seconds=50.0))
    for _ in range(2):
        clock.now += EVERY
        waiting.tick()
    assert told.getvalue() == "... trying again in 20 s\n... the model is still at it, 60 s\n"
