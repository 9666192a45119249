"""The driver of a session: what happens between the calls of its models, put together from its parts."""

from droidlite.agent.attempts import Route
from droidlite.agent.driver import Driver
from droidlite.agent.transcript import Transcript
from droidlite.app.escalating import Escalation
from droidlite.app.failing_over import FailingOver
from droidlite.app.handing_over import HandingOver
from droidlite.app.routes import Routes
from droidlite.app.weighing import Weighing
from droidlite.cancellation import Cancellation
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
    failover = FailingOver(routes.budget, lambda: escalation.decision, escalation.move)
    driver = Driver(route, routes.budget, cancellation, failover=failover, escalate=escalation, hand_over=hand_over)
    escalation.attach(driver, transcript)
    escalation.follow(decision)
    return driver, escalation
