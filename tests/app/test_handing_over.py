"""Whether a switch takes a note, and what is told of it: the dollars decide, or the new model's context."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from fakes import SPEC, FakeProvider, Rig, Step, says

from droidlite.agent.attempts import Route, give_up
from droidlite.agent.budget import Prices
from droidlite.agent.driver import Driver
from droidlite.agent.transcript import Transcript
from droidlite.app.handing_over import HandingOver
from droidlite.errors import Interrupted
from droidlite.events import Compacted, Event, ModelSwitched, SwitchAnnounced
from droidlite.routing.warmth import KEPT_ELSEWHERE
from droidlite.session import records
from droidlite.types import Endpoint, Image, ModelSpec, Switch, ToolSpec, Usage, User

LONG = Usage(cache_read=40_000, input=100, output=10)
NOTE = says("## Goal\nIt.", usage=LONG)
THERE = ModelSpec(id="there", provider="fake", context=200_000)
DEAR, CHEAP, FREE = (0.5, 6.0, 25.0), (0.01, 0.1, 0.4), (0.0, 0.0, 0.0)
"""USD per million tokens read from the cache, written to it, and put out."""


class Scene:
    """A session of one long prompt and its answer, about to go to `to`; `now` is when, in seconds after the answer."""

    def __init__(
        self,
        root: Path,
        *steps: Step,
        to: ModelSpec = THERE,
        price: tuple[float, ...] = DEAR,
        now: float = 1.0,
        gate: dict[str, float] | None = None,
    ) -> None:
        self.gate = gate or {}
        self.price = {"fake": (0.1, 1.0, 4.0), "there": price}
        self.rig = Rig(root, says("Done.", usage=LONG), *steps, prices=Prices(self.cost, lambda *asked: 0.1))
        self.rig.budget.clock = lambda: 1_000.0
        self.there = FakeProvider(says("Taken over."))
        self.outfitted: list[str] = []
        self.moved = False
        self.to, self.now = to, now
        self.rig.transcript.say(User("Facts."), host=True)
        list(self.rig.agent.run(User("Do it.", (Image("image/png", "AAAA"),))))
        self.rig.transcript.say(User("Again."))

    def cost(self, spec: ModelSpec, usage: Usage) -> float:
        read, write, out = self.price[spec.id]
        return (usage.cache_read * read + (usage.cache_write + usage.input) * write + usage.output * out) / 1_000_000

    def escalate(self, transcript: Transcript) -> Generator[Event, None, tuple[Route, Switch] | None]:
        yield from ()
        if self.moved:
            return None
        self.moved = True
        switch = Switch(
            from_model="fake", to="there", cause="it failed", price_usd=0.2, reasons=("because",), gate=self.gate
        )
        return Route(self.to, self.there, "other"), switch

    def outfit(self, route: Route, transcript: Transcript) -> None:
        self.outfitted.append(route.spec.id)
        transcript.retool((ToolSpec("patch", "", {}),))

    def events(self) -> Iterator[Event]:
        budget = self.rig.budget
        endpoint = Endpoint(name="other", protocol="anthropic")
        driver = Driver(
            Route(SPEC, self.rig.provider, "fake-endpoint"),
            budget,
            self.rig.cancellation,
            failover=give_up,
            escalate=self.escalate,
            hand_over=HandingOver(budget, lambda spec: endpoint, self.outfit, clock=lambda: 1_000.0 + self.now),
        )
        yield from driver.complete(self.rig.transcript)

    def run(self) -> Switch:
        (switch,) = [event.switch for event in self.events() if isinstance(event, ModelSwitched)]
        assert self.outfitted == ["there"]
        assert [record.switch for record in self.rig.records if isinstance(record, records.Switched)] == [switch]
        (asked,) = self.there.requests
        assert [tool.name for tool in asked.tools] == ["patch"]
        return switch


BLIND = "1 image is only named: there cannot see it"


def test_a_note_that_pays_is_taken_and_its_price_told(tmp_path: Path) -> None:
    scene = Scene(tmp_path, NOTE)
    switch = scene.run()
    assert switch.reasons == ("because", "fake left a note: $0.02 in place of $0.24 for the whole conversation")
    assert 0 < switch.price_usd < 0.05
    assert "## Goal" in str(scene.there.sent)


def test_the_price_is_shown_before_anything_is_spent_on_it(tmp_path: Path) -> None:
    kinds = [type(event) for event in Scene(tmp_path, NOTE).events()]
    assert kinds[0] is SwitchAnnounced
    assert kinds.index(Compacted) < kinds.index(ModelSwitched)


def test_a_cold_cache_makes_the_note_dearer(tmp_path: Path) -> None:
    scene = Scene(tmp_path, NOTE, now=KEPT_ELSEWHERE + 1)
    assert "fake left a note: $0.06 in place of $0.24" in scene.run().reasons[1]


def test_a_note_that_does_not_pay_is_not_asked_for(tmp_path: Path) -> None:
    scene = Scene(tmp_path, price=CHEAP)
    switch = scene.run()
    assert (switch.reasons, switch.price_usd) == (("because", BLIND), 0.2)
    assert len(scene.rig.provider.requests) == 1


def test_a_switch_that_was_weighed_goes_as_it_was_weighed(tmp_path: Path) -> None:
    assert "left a note" in Scene(tmp_path / "a", NOTE, price=CHEAP, gate={"handoff_usd": 0.01}).run().reasons[1]
    assert Scene(tmp_path / "b", gate={"handoff_usd": 0.0}).run().reasons == ("because", BLIND)


def test_a_conversation_that_does_not_fit_goes_over_as_a_note_whatever_it_costs(tmp_path: Path) -> None:
    small = ModelSpec(id="there", provider="fake", context=32_000)
    assert "left a note" in Scene(tmp_path, NOTE, to=small, price=FREE).run().reasons[1]


@pytest.mark.parametrize("answer", [says("## Go", stop="length"), says(" ")])
def test_without_a_note_the_rest_is_told_all_the_same(tmp_path: Path, answer: Step) -> None:
    scene = Scene(tmp_path, answer)
    switch = scene.run()
    assert switch.reasons == ("because", "fake left no note, so the whole conversation goes over", BLIND)
    assert switch.price_usd == 0.2


def test_an_interrupted_note_does_not_take_the_switch_back(tmp_path: Path) -> None:
    scene = Scene(tmp_path, NOTE)
    scene.rig.cancellation.cancel()
    with pytest.raises(Interrupted):
        list(scene.events())
    assert scene.outfitted == ["there"]
    assert [record.switch.to for record in scene.rig.records if isinstance(record, records.Switched)] == ["there"]
