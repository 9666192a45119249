"""A session's ladder at work: looks before each call whether the model gets on, and helps, hands over or stays."""

from collections.abc import Callable, Generator

from msgspec import structs

from droidlite.agent.attempts import Route
from droidlite.agent.budget import Budget
from droidlite.agent.driver import Driver
from droidlite.agent.prompt import read_prompt
from droidlite.agent.transcript import Transcript
from droidlite.app.consulting import consult, digest
from droidlite.app.steps import Failing
from droidlite.app.watching import Watch
from droidlite.app.weighing import Weighing
from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.events import Event, Helped, Warned
from droidlite.routing import ladder
from droidlite.routing.course import ASKED, PERSON, Course
from droidlite.routing.escalation import FAILED_CHECK
from droidlite.routing.ladder import Consult, NoteAndSwitch, Nudge, RaiseEffort, Rung, Stay, SwitchTo, told
from droidlite.routing.signals import TAIL
from droidlite.routing.weighing import Case
from droidlite.tool import Question
from droidlite.types import Call, ModelSpec, RoutingDecision, Switch, User

_CONFIRM, _REFUSE = "Switch", "Stay"
Found = tuple[Route, Switch] | None


class Escalation:
    """Follows the plan of a decision and the ladder beyond it. `open_route` gives the way to a model by id
    (DroidliteError where there is none); `unreadable` tells calls that cannot be read; `ask` puts a question to a
    person (None: nobody is there); `failing` tells which tests failed in a call. The switch itself, its note and its
    tools are HandingOver's."""

    def __init__(
        self,
        budget: Budget,
        weighing: Weighing,
        open_route: Callable[[str], Route],
        *,
        unreadable: Callable[[Call], bool] = lambda call: False,
        ask: Callable[[Question], str] | None = None,
        failing: Failing = lambda call, result: None,
    ) -> None:
        self._budget, self._weighing, self._open_route = budget, weighing, open_route
        self._unreadable, self._ask, self._failing = unreadable, ask, failing
        self._driver: Driver | None = None
        self._transcript: Transcript | None = None
        self._watch: Watch | None = None
        self._decision: RoutingDecision | None = None
        self._course = Course()
        self._cause, self._target = "", ""
        self._notes: list[str] = []
        self.begin_task()

    # --- what the session tells it ------------------------------------------------------------------------------------

    def attach(self, driver: Driver, transcript: Transcript) -> None:
        """The session it watches; called once, before anything runs."""
        self._driver, self._transcript = driver, transcript
        self._watch = Watch(self._budget, transcript, self._unreadable, self._failing)

    def follow(self, decision: RoutingDecision) -> None:
        """Takes up another plan, at the stage of the model that `decision` names."""
        estimate = decision.estimate
        self._decision = decision
        self._course.follow(estimate.stages if estimate is not None else (), decision.model)
        self._weighing.follow(decision)
        self.begin_task()

    def aim(self, mode: str) -> None:
        """What a solved task is worth from here on; the plan and the model stay."""
        self._decision = structs.replace(self.decision, mode=mode)
        self._weighing.follow(self._decision)

    @property
    def switch_share(self) -> float:
        """What changes of model may cost, as a part of the task's own cost."""
        return self._weighing.settings.max_switch_share

    @property
    def is_warm(self) -> bool:
        """Whether a change of model would lose something in the cache of the one at work."""
        return not self._weighing.scales.is_cold(self._now())

    def reading(self, spec: ModelSpec) -> tuple[int, float | None]:
        """What `spec` has of this conversation in its cache, and what reading the rest costs: routing.weighing."""
        return self._weighing.scales.reading(self._now(), spec)

    @property
    def decision(self) -> RoutingDecision:
        """What is followed."""
        assert self._decision is not None
        return self._decision

    def begin_task(self) -> None:
        """What a stage may spend, and the ladder, are meant for one task: each prompt begins one."""
        self._course.begin(self._budget.spent_usd)
        if self._cause != PERSON:  # what a person asked for between two prompts is meant for the next
            self._cause = ""
        self._told: set[str] = set()
        if self._watch is not None:
            self._watch.forget()

    def after_failed_check(self) -> bool:
        """Notes that the check still fails; whether another model takes over. If not, `told` says why."""
        if not self._may_move() or not self._models():
            return False
        rung = self._rung(FAILED_CHECK, ())
        if isinstance(rung, Stay):
            self._note(f"The check still fails and no other model takes over: {rung.why}.")
            return False
        self._cause = FAILED_CHECK
        return True

    def asked(self, reason: str) -> str:
        """The model asks for a stronger one, in the middle of its calls; what comes of it, for the model."""
        rung = self._rung(ASKED, ())
        if isinstance(rung, SwitchTo | NoteAndSwitch):
            self._cause = ASKED
            return f"{rung.model} takes over when this reply's calls are answered."
        if adviser := self._adviser(ASKED):
            self._cause = ASKED
            return f"No switch: {_why(rung)}. {adviser} will look at your last steps and advise you."
        return f"No switch: {_why(rung)}. Go on yourself: try something else, or say what is missing."

    def request(self, model: str) -> str:
        """A person asks for a stronger model ("" = whichever is best), now or in the middle of a call: it takes over
        before the next call. Returns the line to show. Raises UsageError where there is none."""
        rung = self._rung(PERSON, (), model)
        if isinstance(rung, SwitchTo | NoteAndSwitch):
            self._cause, self._target = PERSON, rung.model
            return f"{told(rung.model, rung.gate)}; it takes over before the next call"
        raise UsageError(f"No switch: {_why(rung)}.")

    def told(self) -> Generator[Event, None, None]:
        """What a person should know of switches that did not happen; each once."""
        while self._notes:
            yield Warned(self._notes.pop(0))

    # --- before each call ---------------------------------------------------------------------------------------------

    def __call__(self, transcript: Transcript) -> Generator[Event, None, Found]:
        self._seen.look(transcript, self._budget.spent_usd - self._course.before)
        yield from self.told()
        cause, signs = self._cause or self._planned_cause(), self._signs()
        if not (cause or len(signs) >= ladder.TOGETHER) or not (cause == PERSON or self._may_move()):
            return None
        rung = self._rung(cause, signs, self._target)
        if isinstance(rung, Stay) and cause == ASKED and (adviser := self._adviser(cause)):
            rung = Consult(adviser)
        self._cause, self._target = "", ""
        self._seen.forget()  # one-way: the next rung needs new signs
        return (yield from self._climb(rung, cause or "; ".join(signs), signs, transcript))

    def _climb(
        self, rung: Rung, cause: str, signs: tuple[str, ...], transcript: Transcript
    ) -> Generator[Event, None, Found]:
        match rung:
            case Stay(why=why):
                self._stay(cause, why)
            case Nudge():
                self._course.tried.add("nudge")
                transcript.say(User(read_prompt("nudge").format(signs="; ".join(signs))), host=True)
                yield Helped(rung="nudge", cause=cause)
            case RaiseEffort(effort=effort):
                self._course.tried.add("effort")
                self._here.effort = effort
                yield Helped(rung="effort", cause=cause, text=effort)
            case Consult(model=model):
                yield from self._consult(model, cause, signs, transcript)
            case SwitchTo() | NoteAndSwitch():
                return (yield from self._switch(rung, cause))
        yield from self.told()
        return None

    def _consult(
        self, model: str, cause: str, signs: tuple[str, ...], transcript: Transcript
    ) -> Generator[Event, None, None]:
        self._course.tried.add("consult")
        task = next(iter(transcript.prompts[-1:]), "")
        shown = digest(transcript.messages, task=task, check=transcript.check, signs=signs)
        try:
            asked = consult(self._open_route(model), self._budget, shown, self._here.cancellation)
            advice, cost = yield from asked
        except Interrupted:
            raise
        except DroidliteError as error:
            self._note(f"{model} could not be consulted: {error}")
            return
        if advice:
            transcript.say(User(read_prompt("advice").format(advice=advice)), host=True)
        yield Helped(rung="consult", cause=cause, model=model, text=advice, cost_usd=cost)

    def _switch(self, rung: SwitchTo | NoteAndSwitch, cause: str) -> Generator[Event, None, Found]:
        asks = self._weighing.settings.ask_before_switch and self._ask is not None and cause != PERSON
        if asks and not self._agreed(f"{cause}; {told(rung.model, rung.gate)}. Switch?"):
            self._course.left.add(rung.model)
            return None
        try:
            route = self._open_route(rung.model)
        except DroidliteError as error:
            self._course.left.add(rung.model)
            self._note(f"No switch to {rung.model}: {error}")
            yield from self.told()
            return None
        switch = ladder.switch_of(rung, here=self._here.route.spec.id, cause=cause)
        self.move(switch)
        return route, switch

    def move(self, switch: Switch) -> None:
        """Another model takes over."""
        spent = self._budget.spent_usd
        self._course.move(switch.from_model, switch.to, premium_usd=switch.price_usd, spent_usd=spent)

    def _agreed(self, question: str) -> bool:
        return self._ask is not None and self._ask(Question(question, (_CONFIRM, _REFUSE))) == _CONFIRM

    # --- what it knows ------------------------------------------------------------------------------------------------

    @property
    def _here(self) -> Driver:
        assert self._driver is not None
        return self._driver

    @property
    def _seen(self) -> Watch:
        assert self._watch is not None
        return self._watch

    def _signs(self) -> tuple[str, ...]:
        signs = self._seen.signs()
        if not signs or not self._may_move():
            return ()
        return self._seen.signs(self._weighing.scales.outlook.tail_usd(self._here.route.spec.id, TAIL))

    def _may_move(self) -> bool:
        """Whether the session was routed: a model that a person chose is theirs to change."""
        return self._decision is not None and self._decision.strategy == "auto"

    def _planned_cause(self) -> str:
        return self._course.planned_cause(self._budget.spent_usd)

    def _rung(self, cause: str, signs: tuple[str, ...], model: str = "") -> Rung:
        return self._course.rung(self._weighing.scales, self._now(), cause=cause, signs=signs, to=model)

    def _now(self) -> Case:
        assert self._transcript is not None
        here = self._here
        return self._weighing.case(here.route.spec, here.effort, self._transcript, self._seen.calls)

    def _models(self) -> tuple[str, ...]:
        return self._course.models(self._here.route.spec.id, self._weighing.scales)

    def _adviser(self, cause: str) -> str:
        return self._course.adviser(self._weighing.scales, self._now(), cause)

    def _stay(self, cause: str, why: str) -> None:
        self._course.stay(self._budget.spent_usd)
        if why:
            self._note(f"{cause[:1].upper()}{cause[1:]}. No other model takes over: {why}.")

    def _note(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._notes.append(text)


def _why(rung: Rung) -> str:
    return rung.why if isinstance(rung, Stay) and rung.why else "there is no stronger model that may be used"
