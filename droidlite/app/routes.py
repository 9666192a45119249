"""Ways to models: opens them, and gives a model that takes over the tools it knows."""

import difflib
import threading
from fnmatch import fnmatchcase
from typing import Literal, get_args

import msgspec

from droidlite import providers, tools
from droidlite.agent.budget import Budget
from droidlite.agent.driver import Route
from droidlite.agent.toolbox import Toolbox
from droidlite.agent.transcript import Transcript
from droidlite.app.judging import Judge
from droidlite.app.person import Person
from droidlite.app.routing import Task, choose_model, find_model
from droidlite.app.setup import Setup
from droidlite.errors import UsageError
from droidlite.settings.endpoints import weights_path
from droidlite.tool import Tool
from droidlite.types import Endpoint, ModelSpec, RoutingDecision

EditKind = Literal["edit", "patch"]


class Routes:
    """The ways open to one session, which works on `task`."""

    def __init__(self, setup: Setup, person: Person, toolbox: Toolbox, task: Task, budget: Budget) -> None:
        self._setup, self._person, self._toolbox, self._task = setup, person, toolbox, task
        self._judge = self._judge_on(budget)

    @property
    def judges(self) -> bool:
        """Whether a decision may ask a judge: then it has to wait for the session's ledger."""
        return self._judge is not None

    def _judge_on(self, budget: Budget) -> Judge | None:
        name = self._setup.settings.router.judge
        if not name or not self._setup.policy.router.judge:
            return None
        found = find_model(self._setup, name)
        return Judge(lambda: make_route(self._setup, *found), budget, self._setup.places.state / "judge.json")

    def open(self, model: str) -> Route:
        """The way to a model by id. Raises UsageError, Refused."""
        return make_route(self._setup, *find_model(self._setup, model))

    def endpoint_of(self, spec: ModelSpec) -> Endpoint:
        """What a model is reached through. Raises UsageError, Refused."""
        return find_model(self._setup, spec.id)[1]

    def outfit(self, route: Route, transcript: Transcript) -> None:
        """The tools of the model's family from here on."""
        self._toolbox.replace(tools_for(route.spec, self._person))
        transcript.retool(self._toolbox.specs)

    def anew(self, prompt: str, transcript: Transcript) -> tuple[Route, RoutingDecision]:
        """What auto chooses now that the prompt is known. Raises UsageError, Refused."""
        judge = self._judge.judged if self._judge is not None else None
        task = msgspec.structs.replace(self._task, prompt=prompt, judge=judge)
        decision, spec, endpoint = choose_model(self._setup, "auto", task=task)
        route = make_route(self._setup, spec, endpoint)
        self.outfit(route, transcript)
        return route, decision


def make_route(setup: Setup, spec: ModelSpec, endpoint: Endpoint, *, compared: bool = False) -> Route:
    """The way to a model. Its SDK is loaded in a thread meanwhile: that takes longer than everything else together.
    `compared`: it will be held against another model, so prices are needed though it may be free itself."""

    def warm() -> None:
        providers.warm(endpoint.protocol, endpoint.base_url)
        if spec.price != "free" or compared:
            setup.prices.warm()  # needed when the first reply is paid for, if not before

    threading.Thread(target=warm, daemon=True).start()
    if endpoint.protocol == "local":
        from droidlite.app.weights import require_official

        weights = weights_path(setup.places, setup.env)
        require_official(weights)
        endpoint = msgspec.structs.replace(endpoint, base_url=str(weights))
    stall = setup.settings.stall_seconds or providers.STALL_SECONDS
    return Route(spec, providers.make(endpoint, stall=stall), endpoint.name)


def check_tool_names(flag: str, names: tuple[str, ...]) -> None:
    """Raises UsageError for a name or glob that fits no tool there is: it would quietly allow or forbid nothing."""
    if not names:
        return
    known = [tool.name for edit in get_args(EditKind) for tool in tools.all_tools(edit, ask=True)]
    for name in names:
        if any(fnmatchcase(tool, name) for tool in known):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(dict.fromkeys(known))}."
        raise UsageError(f"{flag} {name}: there is no such tool; {hint}")


def tools_for(spec: ModelSpec, person: Person) -> tuple[Tool, ...]:
    return tools.all_tools(spec.edit, ask=person.answer is not None)
