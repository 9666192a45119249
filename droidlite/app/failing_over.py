"""A session's failover: the same model another way, then a model that may stand in for it; never a weaker one."""

from collections.abc import Callable, Iterator
from typing import get_args

from msgspec import structs

from droidlite.agent.attempts import Retry, Trying
from droidlite.agent.budget import Budget
from droidlite.app.routing import find_model
from droidlite.app.setup import Setup
from droidlite.app.ways import Way, Ways
from droidlite.app.weighing import used
from droidlite.errors import DroidliteError
from droidlite.routing.escalation import FAILED_OVER, switch_price
from droidlite.routing.warmth import warm_tokens
from droidlite.routing.weighing import ROOM
from droidlite.types import ModelSpec, RoutingDecision, Switch, Tier

DENSEST = 3
"""Bytes a token of code has at least, by the tokenizers that make most of them."""
_TIERS: tuple[Tier, ...] = get_args(Tier)


class FailingOver:
    """See agent.attempts.Failover. `decision` is what the session follows; `switched` is told of a model that takes
    over."""

    def __init__(
        self,
        budget: Budget,
        decision: Callable[[], RoutingDecision],
        switched: Callable[[Switch], None] = lambda switch: None,
    ) -> None:
        self._budget, self._decision, self._switched = budget, decision, switched

    def __call__(self, trying: Trying) -> Retry | None:
        ways = _ways_of(trying)
        alone = trying.bound or (trying.error is None and ways.is_open(trying.route))
        others = () if alone else tuple(self._others(ways, trying))
        retry = ways.next(trying, others, warm=self._is_warm(trying))
        if retry is None or retry.route is None or trying.aside or retry.route.spec.id == trying.route.spec.id:
            return retry
        switch = self._switch(trying, retry.route.spec)
        self._switched(switch)
        return structs.replace(retry, switch=switch)

    def _is_warm(self, trying: Trying) -> bool:
        """A compaction, a switch and the time a service keeps its cache are where nothing is lost by another way."""
        spec, now = trying.route.spec, self._budget.clock()
        calls = used([call for call in self._budget.calls if call.endpoint in ("", trying.route.endpoint)])
        context = max(trying.tokens, trying.most // DENSEST)  # of a session just resumed nothing was counted yet
        return warm_tokens(calls, spec.id, spec.provider, context=context, now=now) > 0

    def _others(self, ways: Ways, trying: Trying) -> Iterator[Way]:
        here = trying.route.spec
        models = self._models(ways.setup, here)
        specs = [spec for spec in models if _may(ways.setup, here, spec) and self._fits(spec, trying)]
        for spec in sorted(specs, key=lambda spec: _TIERS.index(spec.tier)):
            yield from ways.of(spec)

    def _models(self, setup: Setup, here: ModelSpec) -> Iterator[ModelSpec]:
        """Those the person names; where they name none and auto chose, those it would have taken next."""
        decision = self._decision()
        auto = decision.runners_up if decision.strategy == "auto" else ()
        for name in setup.settings.router.fallback or auto:
            try:
                spec = find_model(setup, name)[0]
            except DroidliteError:  # it may not be used here
                continue
            if spec.id != here.id and spec.id not in decision.rejected:
                yield spec

    def _fits(self, spec: ModelSpec, trying: Trying) -> bool:
        return trying.tokens + ROOM <= spec.context and not self._budget.why_too_dear(spec, trying.most + ROOM)

    def _switch(self, trying: Trying, to: ModelSpec) -> Switch:
        fault = trying.faults[-1] if trying.faults else "closed"
        return Switch(
            from_model=trying.route.spec.id,
            to=to.id,
            cause=f"{FAILED_OVER} ({trying.route.endpoint}: {fault.replace('_', ' ')})",
            price_usd=switch_price(self._budget.prices.cost, to, trying.tokens) or 0.0,
        )


def _ways_of(trying: Trying) -> Ways:
    """Those its route was opened by: a person may have changed the settings since the session began."""
    ways = trying.route.failover
    assert isinstance(ways, Ways)
    return ways


def _may(setup: Setup, here: ModelSpec, spec: ModelSpec) -> bool:
    stronger = setup.settings.router.fallback_stronger and setup.policy.router.fallback_stronger
    above = _TIERS.index(spec.tier) - _TIERS.index(here.tier)
    return above == 0 or (above > 0 and stronger)
