"""The model of a terminal's session, its aim and what it may do: looked up and changed."""

from collections.abc import Sequence

import msgspec

from droidlite.agent.budget import Budget
from droidlite.agent.handoff import tell_tools
from droidlite.app.chat.opened import Open
from droidlite.app.picking import moves
from droidlite.app.routes import make_route, tools_for
from droidlite.app.routing import choose_model, find_model, survey
from droidlite.app.setup import Setup, read_setup
from droidlite.app.telling import going_on
from droidlite.errors import UsageError
from droidlite.providers.losses import losses
from droidlite.settings.config import Mode
from droidlite.types import Candidate, Effort, RoutingDecision, Switch
from droidlite.ui.conversation import Move


class Choosing(Open):
    """The part of Conversation that chooses."""

    def candidates(self, mode: str = "") -> tuple[RoutingDecision | None, tuple[Candidate, ...]]:
        found = survey(self._setup(mode), self._task())
        return found.auto, found.candidates

    def moves(self, candidates: Sequence[Candidate]) -> dict[str, Move]:
        return moves(candidates, self.session.parts)

    def decision(self) -> RoutingDecision:
        return self.session.parts.decision

    def switches(self) -> Sequence[Switch]:
        return self.session.parts.agent.driver.switches

    def _setup(self, mode: str) -> Setup:
        """As it is now, with auto in `mode` ("" = as before)."""
        options = self.options
        if mode:
            options = msgspec.structs.replace(options, router=msgspec.convert(mode, Mode))
        return read_setup(options.cwd, options=options, discover=True, brought=self.setup.brought)

    def choose(self, model: str, mode: str = "", effort: Effort | None = None) -> None:
        router = msgspec.convert(mode, Mode) if mode else self.options.router
        options = msgspec.structs.replace(self.options, model=model, router=router)
        if effort is not None:
            options = msgspec.structs.replace(options, effort=effort)
        setup = read_setup(options.cwd, options=options, discover=True, brought=self.setup.brought)
        decision, spec, endpoint = choose_model(setup, model, "The person chose it.", task=self._task())
        parts = self.session.parts
        parts.agent.driver.budget.check_priced(spec)
        parts.aim(setup.settings.router.mode)
        if effort is not None:
            parts.agent.driver.effort = effort
        driver = parts.agent.driver
        route = make_route(setup, spec, endpoint, beside=driver.route, compared=bool(decision.reference))
        self.session.route_to(route, decision)
        transcript = parts.agent.transcript
        before = transcript.tools
        parts.agent.toolbox.replace(tools_for(spec, self._person, decision))
        transcript.retool(parts.agent.toolbox.specs)
        tell_tools(transcript, before)
        parts.warnings += losses(transcript.messages, spec, endpoint.protocol, endpoint.name)
        self.setup, self.options = setup, options

    def think(self, effort: Effort) -> None:
        driver = self.session.parts.agent.driver
        spec = driver.route.spec
        if effort and effort not in spec.efforts:
            has = f"only {', '.join(spec.efforts)}" if spec.efforts else "no efforts to choose from"
            raise UsageError(f"{spec.id} has {has}.")
        driver.effort = effort
        self.options = msgspec.structs.replace(self.options, effort=effort)

    def aim(self, mode: str) -> str:
        parts = self.session.parts
        if not parts.turns:
            self.choose("auto", mode)
            return ""
        self.setup = self._setup(mode)
        self.options = msgspec.structs.replace(self.options, router=msgspec.convert(mode, Mode))
        parts.aim(self.setup.settings.router.mode)
        parts.escalation.aim(self.setup.settings.router.mode)
        return f"aim: {self.setup.settings.router.mode}; {going_on(parts)}; /model auto decides anew"

    def escalate(self, model: str) -> str:
        spec = find_model(self.setup, model)[0].id if model else ""
        return self.session.parts.escalation.request(spec)

    def cap(self, cap_usd: float | None) -> None:
        driver = self.session.parts.agent.driver
        budget, before = driver.budget, driver.budget.cap_usd
        self._may_cap(cap_usd, budget)
        budget.cap_usd = cap_usd
        try:
            budget.check_priced(driver.route.spec)
        except UsageError:
            budget.cap_usd = before
            raise
        self.options = msgspec.structs.replace(self.options, max_cost=cap_usd)  # a new session begins with it too
        settings = msgspec.structs.replace(self.setup.settings, max_cost_usd=cap_usd)
        self.setup = msgspec.structs.replace(self.setup, settings=settings)

    def _may_cap(self, cap_usd: float | None, budget: Budget) -> None:
        policy = self.setup.policy
        most, where = policy.budget.max_cost_usd, policy.where("budget.max_cost_usd")
        if most is not None and (cap_usd is None or cap_usd > most):
            lifted = "The cap cannot be lifted: policy" if cap_usd is None else "Policy"
            raise UsageError(f"{lifted} {where} allows at most ${most:g} a session.")
        if cap_usd is None and budget.shared:
            shared = budget.shared.ledger
            raise UsageError(
                f"The cap cannot be lifted: all that name the shared ledger {shared.path} spend one cap of "
                f"${shared.cap_usd:g}."
            )
        if cap_usd is not None and cap_usd <= budget.spent_usd:
            raise UsageError(f"${budget.spent_usd:.4f} is spent already; name a cap above that.")
