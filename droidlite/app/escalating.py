"""A session's plan at work: looks before each call whether its next model should take over, and hands over."""

from collections.abc import Callable

from droidlite.agent.budget import Budget
from droidlite.agent.driver import Route
from droidlite.agent.transcript import Transcript
from droidlite.errors import DroidliteError
from droidlite.routing.escalation import cause_to_move, switch_price
from droidlite.types import RoutingDecision, Stage, Switch


class Escalation:
    """Follows the plan of `decision`. `open_route` gives the way to a model by id (DroidliteError where there is none).
    The switch itself, its note and its tools are HandingOver's."""

    def __init__(self, budget: Budget, open_route: Callable[[str], Route]) -> None:
        self._budget, self._open_route = budget, open_route
        self._stages: tuple[Stage, ...] = ()
        self._at, self._before, self._check_failed = 0, 0.0, False

    def follow(self, decision: RoutingDecision) -> None:
        """Takes up another plan, at the stage of the model that `decision` names."""
        estimate = decision.estimate
        self._stages = estimate.stages if estimate is not None else ()
        at = [number for number, stage in enumerate(self._stages) if stage.model == decision.model]
        self._at, self._before, self._check_failed = (at[0] if at else 0), self._budget.spent_usd, False

    def begin_task(self) -> None:
        """What a stage may spend is meant for one task: each prompt begins one."""
        self._before = self._budget.spent_usd

    def after_failed_check(self) -> bool:
        """Notes that the check fails; whether there is another model to try."""
        self._check_failed = self._at + 1 < len(self._stages)
        return self._check_failed

    def __call__(self, transcript: Transcript) -> tuple[Route, Switch] | str | None:
        cause = cause_to_move(
            self._stages, self._at, self._budget.spent_usd - self._before, check_failed=self._check_failed
        )
        if not cause:
            return None
        here, there = self._stages[self._at].model, self._stages[self._at + 1].model
        try:
            route = self._open_route(there)
        except DroidliteError as error:
            return self._stay(f"{there} should take over ({cause}), but it cannot: {error}")
        tokens = transcript.estimate()
        price = switch_price(self._budget.prices.cost, route.spec, tokens)
        if self._budget.cap_usd is not None and (price is None or price > self._budget.left_usd):
            costs = "at a price that is not known" if price is None else f"for ${price:.2f}"
            left = f"${max(self._budget.left_usd, 0.0):.2f} of the cap is left"
            return self._stay(f"{there} should take over ({cause}) {costs}, but {left}; {here} goes on.")
        self._at, self._before, self._check_failed = self._at + 1, self._budget.spent_usd, False
        reasons = (f"{tokens:,} tokens are read anew by {there}",)
        return route, Switch(from_model=here, to=there, cause=cause, price_usd=price or 0.0, reasons=reasons)

    def _stay(self, why: str) -> str:
        """The model goes on to the end: what kept the next one out would keep it out again."""
        self._stages, self._check_failed = self._stages[: self._at + 1], False
        return why
