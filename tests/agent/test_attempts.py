"""The one retry layer, over a failover that is told what to say and a clock that nobody waits for."""

from collections.abc import Generator
from pathlib import Path

import pytest
from fakes import SPEC, FakeProvider, Records, Rig, says

from droidlite.agent.attempts import Line, Retry, Route, Trying, persist, same_model
from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.events import AttemptFailed, Event, Warned
from droidlite.session.records import AttemptFailed as AttemptFailedRecord
from droidlite.types import User

HERE, THERE = Route(SPEC, FakeProvider(), "here"), Route(SPEC, FakeProvider(), "there")
DOWN = ProviderError("It is down.", fault="server", retry="same", status=500)


class Scene:
    """`told` is what failover says, in order; `asked` what it was asked."""

    def __init__(self, *told: Retry | None) -> None:
        self.told, self.asked = list(told), list[Trying]()
        self.records, self.cancellation = Records(), Cancellation()
        self.now = 0.0
        self.sent: list[str] = []

    def failover(self, trying: Trying) -> Retry | None:
        self.asked.append(trying)
        return self.told.pop(0)

    def clock(self) -> float:
        self.now += 1.0
        return self.now

    def run(self, *failures: ProviderError) -> tuple[list[Event], str]:
        left = list(failures)

        def ask(route: Route) -> Generator[Event, None, str]:
            yield from ()
            self.sent.append(route.endpoint)
            if left:
                raise left.pop(0)
            return "answer"

        events: list[Event] = []
        line = Line(self.failover, self.cancellation, self.records, clock=self.clock)
        asked = persist(line, Trying(route=HERE), ask)
        while True:
            try:
                events.append(next(asked))
            except StopIteration as ended:
                return events, ended.value


def test_each_failure_is_journaled_and_told_with_where_it_goes_next() -> None:
    scene = Scene(None, Retry(0.0), Retry(0.0, THERE))
    events, answer = scene.run(DOWN, DOWN)
    assert (answer, scene.sent) == ("answer", ["here", "here", "there"])
    told = {"fault": "server", "message": "It is down.", "wait_seconds": 0.0, "endpoint": "here"}
    assert events == [AttemptFailed(attempt=1, **told), AttemptFailed(attempt=2, to="there", **told)]
    assert [(r.attempt, r.endpoint, r.to) for r in scene.records if isinstance(r, AttemptFailedRecord)] == [
        (1, "here", ""),
        (2, "here", "there"),
    ]
    last = scene.asked[-1]
    assert (last.attempt, last.faults, last.been) == (2, ("server", "server"), ("here", "here"))
    assert last.elapsed == 1.0, "counted from the first failure"


def test_what_is_given_up_is_journaled_and_raised() -> None:
    scene = Scene(None, None)
    with pytest.raises(ProviderError, match="It is down"):
        scene.run(DOWN)
    (record,) = scene.records
    assert isinstance(record, AttemptFailedRecord)
    assert record.wait_seconds is None


def test_before_anything_is_sent_it_may_wait_and_move() -> None:
    scene = Scene(Retry(1.0), Retry(0.0, THERE))
    scene.cancellation.wait = lambda seconds: False  # type: ignore[method-assign]
    events, _ = scene.run()
    assert (events, scene.sent) == ([Warned("here takes no requests for 1 s; waiting.")], ["there"])


@pytest.mark.parametrize("failures", [(), (DOWN,)])
def test_a_wait_can_be_interrupted(failures: tuple[ProviderError, ...]) -> None:
    scene = Scene(*([None] if failures else []), Retry(600.0))
    scene.cancellation.cancel()
    with pytest.raises(Interrupted):
        scene.run(*failures)


def test_a_note_is_asked_of_its_own_model_only() -> None:
    scene = Scene(None)
    same_model(scene.failover)(Trying(route=HERE))
    assert scene.asked[0].bound


def test_a_closing_word_by_another_model_changes_no_route(tmp_path: Path) -> None:
    rig = Rig(tmp_path, DOWN)
    other = Route(SPEC.__class__(id="other", provider="fake"), FakeProvider(says("Closing.")), "there")
    rig.driver.failover = lambda trying: Retry(0.0, other) if trying.error else None
    rig.transcript.say(User("go"))
    list(rig.driver.complete(rig.transcript, final=True))
    assert (rig.driver.route.spec, rig.driver.switches) == (SPEC, [])
