"""What the same tokens would have cost on another model. An estimate: the other model would have used others."""

from collections.abc import Iterable

from droidlite.agent.budget import Budget
from droidlite.app.setup import Setup
from droidlite.events import Counterfactual
from droidlite.session.records import Spent
from droidlite.settings.repricing import Repricer
from droidlite.types import ModelSpec, RoutingDecision


def cost_on(spec: ModelSpec, calls: Iterable[Spent], repricer: Repricer) -> float | None:
    """USD of `calls` with the tokens they used, at the prices of `spec` when each was made. A call whose tokens are not
    known is taken at what it cost, one whose price is not known at nothing, as in every other sum; one of the judge
    would not have been made. None where a price of `spec` is not known."""
    total = 0.0
    for call in calls:
        if call.unpriced or call.judge:
            continue
        cost = call.usd if call.usage is None else repricer.cost(spec, call.usage, call.at)
        if cost is None:
            return None
        total += cost
    return total


class AgainstReference:
    """A session's calls on the reference model of its decision. Each call is priced once, when first asked for."""

    def __init__(self, setup: Setup, budget: Budget) -> None:
        self._setup, self._budget = setup, budget
        self._repricer = Repricer(setup.prices)
        self._so_far: dict[str, tuple[int, float]] = {}

    def __call__(self, decision: RoutingDecision) -> Counterfactual | None:
        """None where nobody routed, nothing was paid for, a price is not known, or the prices are not loaded yet: a
        session does not wait for them at its end."""
        spec = self._setup.catalog.get(decision.reference)
        calls = self._budget.calls
        if spec is None or not calls or not self._setup.prices.ready(spec):
            return None
        done, usd = self._so_far.get(spec.id, (0, 0.0))
        more = cost_on(spec, calls[done:], self._repricer)
        if more is None:
            return None
        self._so_far[spec.id] = len(calls), usd + more
        return Counterfactual(model=spec.id, cost_usd=round(usd + more, 8))
