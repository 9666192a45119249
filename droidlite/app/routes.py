"""Ways to models: opens them, and gives a model that takes over the tools it knows."""

import difflib
from fnmatch import fnmatchcase
from typing import Literal, get_args

import msgspec

from droidlite import providers, tools
from droidlite.agent.attempts import Route
from droidlite.agent.budget import Budget
from droidlite.agent.toolbox import Toolbox
from droidlite.agent.transcript import Transcript
from droidlite.app.judging import Judge
from droidlite.app.person import Person
from droidlite.app.routing import Task, ask, choose_model, find_model
from droidlite.app.setup import Setup
from droidlite.app.ways import Ways, closed
from droidlite.checks.runners import runner_of
from droidlite.checks.tests import read_tests
from droidlite.errors import Refused, UsageError
from droidlite.reliability.failover import LONGEST_WAIT_SECONDS
from droidlite.routing.chains import Pairs
from droidlite.routing.outlook import Outlook
from droidlite.routing.router import believed
from droidlite.settings.config import RouterMode
from droidlite.tool import Tool
from droidlite.types import Call, Endpoint, ModelSpec, RoutingDecision, ToolResult

EditKind = Literal["edit", "patch"]


class Routes:
    """The `ways` open to one session, which works on `task`."""

    def __init__(self, ways: Ways, person: Person, toolbox: Toolbox, task: Task, budget: Budget) -> None:
        self.ways, self._person, self._toolbox, self._task = ways, person, toolbox, task
        self._setup, self.budget, self.ask = ways.setup, budget, person.answer
        self.settings = ways.setup.settings.router
        self._judge = self._judge_on(budget)

    @property
    def judges(self) -> bool:
        """Whether a decision may ask a judge: then it has to wait for the session's ledger."""
        return self._judge is not None

    def _judge_on(self, budget: Budget) -> Judge | None:
        name = self._setup.settings.router.judge
        if not name or not self._setup.policy.router.judge:
            return None
        spec, endpoint = find_model(self._setup, name)

        def ready() -> Route:
            route = self.ways.open(spec, endpoint)
            providers.warm(endpoint.protocol, endpoint.base_url)  # waited for: the judge's own time begins after it
            return route

        return Judge(ready, budget, self._setup.places.state / "judge.json")

    def unreadable(self, call: Call) -> bool:
        """Whether the tools there are cannot make anything of a call."""
        return bool(self._toolbox.prepare(call).problem)

    def failing(self, call: Call, result: ToolResult) -> frozenset[str] | None:
        """The names of the tests that failed in a command, None where it ran none or they cannot be told."""
        if call.name != "shell":
            return None
        try:
            command = str(msgspec.json.decode(call.arguments).get("command", ""))
        except (msgspec.DecodeError, AttributeError, UnicodeEncodeError):
            return None
        tests = read_tests(runner_of(command, self._toolbox.context.folder), result.content)
        return tests.failing if tests is not None else None

    def open(self, model: str) -> Route:
        """The best way to a model by id. Raises UsageError, Refused, ProviderError where none is open for now."""
        spec = self.find(model)
        ways = self.ways.of(spec)
        best = min(ways, key=lambda way: (way.ready_in > 0, way.health.suspect))
        if best.ready_in > LONGEST_WAIT_SECONDS:
            raise closed(ways)
        return self.ways.route(best)

    def find(self, model: str) -> ModelSpec:
        """A model by id, where it may be used. Raises UsageError, Refused."""
        return find_model(self._setup, model)[0]

    def endpoint_of(self, spec: ModelSpec) -> Endpoint:
        """What a model is reached through. Raises UsageError, Refused."""
        return find_model(self._setup, spec.id)[1]

    def outfit(self, route: Route, transcript: Transcript, decision: RoutingDecision) -> None:
        """The tools of the model's family from here on."""
        self._toolbox.replace(tools_for(route.spec, self._person, decision))
        transcript.retool(self._toolbox.specs)

    def outlook(self, decision: RoutingDecision) -> Outlook:
        """What is believed of all models that may do this task, which is of the kind that `decision` names."""
        try:
            asked = ask(self._setup, self._task, self._setup.candidates(priced=True))
        except Refused:  # no model is left: nobody to turn to
            return Outlook((), Pairs(None, ()))
        if decision.kind:
            features = msgspec.structs.replace(asked.features, kind=decision.kind, confidence=decision.confidence)
            asked = msgspec.structs.replace(asked, features=features)
        return Outlook(*believed(asked))

    def aim(self, mode: RouterMode) -> None:
        """What auto aims at in the decisions to come."""
        router = msgspec.structs.replace(self._setup.settings.router, mode=mode)
        settings = msgspec.structs.replace(self._setup.settings, router=router)
        self._setup = msgspec.structs.replace(self._setup, settings=settings)

    def anew(self, prompt: str, transcript: Transcript) -> tuple[Route, RoutingDecision]:
        """What auto chooses now that the prompt is known. Raises UsageError, Refused."""
        judge = self._judge.judged if self._judge is not None else None
        self._task = msgspec.structs.replace(self._task, prompt=prompt)
        task = msgspec.structs.replace(self._task, judge=judge)
        decision, spec, endpoint = choose_model(self._setup, "auto", task=task)
        route = self.ways.open(spec, endpoint)
        self.outfit(route, transcript, decision)
        return route, decision


def make_route(setup: Setup, spec: ModelSpec, endpoint: Endpoint, *, beside: Route, compared: bool = False) -> Route:
    """The way to a model in a session that goes by `beside`, with the retries that it has left; `compared`: it will be
    held against another one."""
    ways = beside.failover
    retries = ways.retries if isinstance(ways, Ways) else None
    return Ways(setup, retries).open(spec, endpoint, compared=compared)


def check_tool_names(flag: str, names: tuple[str, ...]) -> None:
    """Raises UsageError for a name or glob that fits no tool there is: it would quietly allow or forbid nothing."""
    if not names:
        return
    known = [tool.name for edit in get_args(EditKind) for tool in tools.all_tools(edit, ask=True, escalate=True)]
    for name in names:
        if any(fnmatchcase(tool, name) for tool in known):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(dict.fromkeys(known))}."
        raise UsageError(f"{flag} {name}: there is no such tool; {hint}")


def tools_for(spec: ModelSpec, person: Person, decision: RoutingDecision) -> tuple[Tool, ...]:
    """The tools for `spec`; it may ask for a stronger model where auto chose and there is one."""
    escalate = decision.strategy == "auto" and decision.reference not in ("", spec.id)
    return tools.all_tools(spec.edit, ask=person.answer is not None, escalate=escalate)
