"""The driver of a session: what happens between the calls of its models, put together from its parts."""

import random

from droidlite.agent.driver import Driver, Retry, Route
from droidlite.agent.transcript import Transcript
from droidlite.app.escalating import Escalation
from droidlite.app.handing_over import HandingOver
from droidlite.app.routes import Routes
from droidlite.app.weighing import Weighing
from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.reliability.failover import next_wait
from droidlite.types import RoutingDecision


def driven(
    route: Route, decision: RoutingDecision, routes: Routes, transcript: Transcript, cancellation: Cancellation
) -> tuple[Driver, Escalation]:
    """The driver that begins on `route`, and what moves it along the plan of `decision`."""
    weighing = Weighing(routes.budget, routes.find, routes.outlook, routes.settings)
    escalation = Escalation(
        routes.budget, weighing, routes.open, unreadable=routes.unreadable, ask=routes.ask, failing=routes.failing
    )
    hand_over = HandingOver(
        routes.budget,
        routes.endpoint_of,
        lambda route, transcript: routes.outfit(route, transcript, escalation.decision),
    )
    driver = Driver(route, routes.budget, cancellation, failover=_retry, escalate=escalation, hand_over=hand_over)
    escalation.attach(driver, transcript)
    escalation.follow(decision)
    return driver, escalation


def _retry(error: ProviderError, attempt: int, elapsed: float) -> Retry | None:
    wait = next_wait(error, attempt=attempt, elapsed=elapsed, jitter=random.random())
    return None if wait is None else Retry(wait)
