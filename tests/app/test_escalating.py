"""A session's ladder over fakes: what a person is asked, what is reckoned with, and that it is one-way."""

from collections.abc import Callable
from pathlib import Path

from fakes import ECHO, FakeProvider, Rig, says
from msgspec import structs

from droidlite.agent.budget import Prices
from droidlite.agent.driver import Route
from droidlite.app.escalating import Escalation
from droidlite.app.weighing import Weighing
from droidlite.errors import UsageError
from droidlite.events import Event, Helped, ModelSwitched, Warned
from droidlite.routing.belief import Belief, Option
from droidlite.routing.chains import Pairs
from droidlite.routing.outlook import Outlook
from droidlite.settings.config import RouterSettings
from droidlite.tool import Question
from droidlite.types import Call, ModelSpec, RoutingDecision, Usage, User

WEAK = ModelSpec(id="fake", provider="fake", context=100_000, max_output=8_000)
STRONG = ModelSpec(id="strong", provider="anthropic", context=100_000, max_output=8_000)
SAME = Call("1", "echo", '{"word": "again"}')


def price(spec: ModelSpec, usage: Usage) -> float | None:
    """USD 1, or 5 where it is strong, for a million tokens in; a tenth from the cache; five times as much out."""
    rate = 5 if spec is STRONG else 1
    return rate * (usage.input + usage.cache_write + usage.cache_read / 10 + 5 * usage.output) / 1_000_000


def worst(spec: ModelSpec, input_tokens: int, output_tokens: int) -> float | None:
    return price(spec, Usage(input=input_tokens, output=output_tokens))


class Watched(Rig):
    """A rig whose driver follows a ladder; `strong` answers as the stronger model."""

    def __init__(
        self, root: Path, *replies: object, settings: RouterSettings, ask: Callable[[Question], str] | None = None
    ) -> None:
        super().__init__(root, *replies, tools=(ECHO,), prices=Prices(price, worst), spec=WEAK)  # type: ignore[arg-type]
        self.strong = FakeProvider(*[says("From the strong one.")] * 5)
        self.asked: list[str] = []
        beliefs = [believed("fake", 0.5, 0.2), believed("strong", 0.9, 0.6)]
        weighing = Weighing(self.budget, self.find, lambda decision: Outlook(beliefs, Pairs(None, beliefs)), settings)
        self.ladder = Escalation(self.budget, weighing, self.open, ask=ask)
        self.ladder.attach(self.driver, self.transcript)
        self.ladder.follow(RoutingDecision(model="fake", endpoint="e", strategy="auto", kind="fix"))
        self.driver.escalate = self.ladder

    def find(self, model: str) -> ModelSpec:
        if model not in ("fake", "strong"):
            raise UsageError(f"{model} cannot be used: no key.")
        return STRONG if model == "strong" else WEAK

    def open(self, model: str) -> Route:
        return Route(self.find(model), self.strong, "strong-endpoint")

    def go(self) -> list[Event]:
        return list(self.agent.run(User("go")))


def believed(model: str, success: float, cost: float) -> Belief:
    return Belief(option=Option(model=model), success=success, runs=100, cost=cost, key=model)


VALUED = RouterSettings(task_value_usd=20.0)


def test_rungs_in_their_order_and_no_way_back(tmp_path: Path) -> None:
    rig = Watched(tmp_path, *[says("", SAME)] * 40, settings=VALUED)
    rig.strong.steps = [says("Try b."), *[says("", SAME)] * 30, says("Done.")]
    events = rig.go()
    climbed = [event.rung for event in events if isinstance(event, Helped)]
    switches = [event.switch for event in events if isinstance(event, ModelSwitched)]
    assert climbed == ["nudge", "consult"]
    assert [(switch.from_model, switch.to) for switch in switches] == [("fake", "strong")]
    assert switches[0].gate["worth_usd"] == 20.0


def test_a_person_who_says_no_is_not_asked_again(tmp_path: Path) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return "Stay"

    settings = structs.replace(VALUED, ask_before_switch=True)
    rig = Watched(tmp_path, *[says("", SAME)] * 40, says("Done alone."), settings=settings, ask=ask)
    rig.strong.steps = [says("Try b.")]
    events = rig.go()
    assert not [event for event in events if isinstance(event, ModelSwitched)]
    (question,) = asked
    assert "switching to strong costs $" in question.text
    assert question.options == ("Switch", "Stay")


def test_a_failed_check_hands_over_or_says_why_not(tmp_path: Path) -> None:
    rig = Watched(tmp_path, says("Done."), settings=VALUED)
    rig.go()
    assert rig.ladder.after_failed_check()
    (switch,) = [event.switch for event in rig.go() if isinstance(event, ModelSwitched)]
    assert (switch.cause, switch.gate["calls_from"], switch.gate["success_from"]) == ("the check still fails", 0, 0)
    assert not rig.ladder.after_failed_check()  # there is nobody left
    assert list(rig.ladder.told()) == []


def test_a_failed_check_that_is_not_worth_a_switch(tmp_path: Path) -> None:
    rig = Watched(tmp_path, says("Done."), settings=RouterSettings(task_value_usd=0.01))
    rig.go()
    assert not rig.ladder.after_failed_check()
    (warned,) = rig.ladder.told()
    assert isinstance(warned, Warned)
    assert warned.message.startswith("The check still fails and no other model takes over: strong would cost $")


def test_what_a_person_asks_for_between_two_prompts_holds_for_the_next(tmp_path: Path) -> None:
    rig = Watched(tmp_path, says("Half."), settings=RouterSettings(task_value_usd=0.0))
    rig.go()
    line = rig.ladder.request("")
    rig.ladder.begin_task()
    (switch,) = [event.switch for event in rig.go() if isinstance(event, ModelSwitched)]
    assert line.startswith("switching to strong costs $0.0007 (")
    assert line.endswith("; it takes over before the next call")
    assert switch.cause == "the person asks for a stronger one"


def test_switching_back_to_a_warm_model_is_cheaper(tmp_path: Path) -> None:
    rig = Watched(tmp_path, says("Half."), settings=VALUED)
    rig.strong.steps = [says("More.", usage=Usage(cache_write=90, output=10))] * 5
    rig.go()
    rig.ladder.request("strong")
    (first,) = [event.switch for event in rig.go() if isinstance(event, ModelSwitched)]
    rig.ladder.begin_task()
    rig.provider.steps = [says("Less.")] * 5
    rig.driver.route = Route(WEAK, rig.provider, "fake-endpoint")
    rig.go()
    rig.ladder.request("strong")
    (again,) = [event.switch for event in rig.go() if isinstance(event, ModelSwitched)]
    assert (first.gate["warm_to"], again.gate["warm_to"]) == (0, 90)
    assert again.gate["reading_to_usd"] < first.gate["reading_to_usd"] + 5e-6 * 90


def test_an_adviser_is_shown_the_newest_task_and_no_command_of_the_persons(tmp_path: Path) -> None:
    rig = Watched(tmp_path, *[says("", SAME)] * 40, settings=VALUED)
    rig.strong.steps = [says("Try b."), *[says("", SAME)] * 30, says("Done.")]
    for said in ("Where you are.", "I ran this command myself:\n$ ls"):
        rig.transcript.say(User(said), host=True)
    rig.go()
    (shown,) = rig.strong.requests[0].messages
    assert isinstance(shown, User)
    assert shown.text.startswith("<task>\ngo\n</task>")
