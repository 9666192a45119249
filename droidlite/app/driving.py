"""The driver of a session: what happens between the calls of its models, put together from its parts."""

import random

from droidlite.agent.budget import Budget
from droidlite.agent.driver import Driver, Retry, Route
from droidlite.app.escalating import Escalation
from droidlite.app.handing_over import HandingOver
from droidlite.app.routes import Routes
from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.reliability.failover import next_wait
from droidlite.types import RoutingDecision


def driven(
    route: Route, decision: RoutingDecision, routes: Routes, budget: Budget, cancellation: Cancellation
) -> tuple[Driver, Escalation]:
    """The driver that begins on `route`, and what moves it along the plan of `decision`."""
    escalation = Escalation(budget, routes.open)
    escalation.follow(decision)
    hand_over = HandingOver(budget, routes.endpoint_of, routes.outfit)
    return Driver(route, budget, cancellation, failover=_retry, escalate=escalation, hand_over=hand_over), escalation


def _retry(error: ProviderError, attempt: int, elapsed: float) -> Retry | None:
    wait = next_wait(error, attempt=attempt, elapsed=elapsed, jitter=random.random())
    return None if wait is None else Retry(wait)
