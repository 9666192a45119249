"""The person's own finished sessions as the router takes them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from droidlite.app.setup import Setup
from droidlite.routing.escalation import FAILED_CHECK, is_failover
from droidlite.routing.evidence import Evidence
from droidlite.routing.learned import UNFINISHED, Run, learn
from droidlite.session.outcomes import Outcome, read_outcomes


def own_evidence(setup: Setup, today: date) -> Evidence:
    """All that the sessions on this machine tell. Never raises: what cannot be read tells nothing."""
    state = setup.places.state
    outcomes = read_outcomes(state / "sessions", state / "outcomes.json")
    return learn((run for outcome in outcomes for run in runs_of(outcome)), today)


def runs_of(outcome: Outcome) -> Iterator[Run]:
    """One run for each model of a session: the last has its outcome, those before it gave way; one that could only not
    be reached tells nothing of itself."""
    day = datetime.fromtimestamp(outcome.date, UTC).date().isoformat()
    causes = {switch.from_model: switch.cause for switch in outcome.switches if not is_failover(switch)}
    unreached = {switch.from_model for switch in outcome.switches} - causes.keys() - set(outcome.models[-1:])
    for model in (each for each in outcome.models if each not in unreached):
        cost, cause = outcome.cost_usd[model], causes.get(model)
        if cause is None:
            yield Run(kind=outcome.kind, model=model, solved=outcome.solved, weight=outcome.weight, cost=cost, date=day)
        else:
            weight = 1.0 if cause == FAILED_CHECK else UNFINISHED
            yield Run(kind=outcome.kind, model=model, solved=False, weight=weight, cost=cost, date=day)
