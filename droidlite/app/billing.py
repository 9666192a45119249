"""The bill of one session: its budget, its journal and today's prices, put together for a person."""

from msgspec import structs

from droidlite.app.session import Parts
from droidlite.app.setup import Setup
from droidlite.app.sharing import shared_ledger
from droidlite.events import ModelUsage, add_call
from droidlite.session.records import Spent
from droidlite.settings.repricing import Repricer
from droidlite.types import Usage
from droidlite.ui.bill import Bill, StageCost
from droidlite.ui.spending import ModelSpend


def bill_of(parts: Parts, setup: Setup) -> Bill:
    """What the session has cost so far. Its rows add up to what its budget says is spent."""
    budget = parts.agent.driver.budget
    settled_usd, open_usd, calls = budget.counted()
    by_model: dict[str, ModelUsage] = {}
    for call in calls:
        by_model[call.model] = add_call(by_model.get(call.model), call.usage, call.usd, unpriced=call.unpriced)
    beside = [call for call in calls if call.judge]
    return Bill(
        total_usd=settled_usd + open_usd,
        cap_usd=budget.cap_usd,
        models=tuple(
            ModelSpend(model=model, calls=m.calls, usage=m.usage, cost_usd=m.cost_usd, unpriced=m.unpriced)
            for model, m in sorted(by_model.items(), key=lambda item: -item[1].cost_usd)
        ),
        lost_usd=max(settled_usd - sum(call.usd for call in calls), 0.0),
        open_usd=open_usd,
        beside_calls=len(beside),
        beside_usd=sum(call.usd for call in beside),
        saved_usd=saved_by_cache(calls, setup),
        stages=tuple(
            StageCost(model=s.model, calls=s.calls, cost_usd=s.usd, switch=s.switch, passed=s.passed)
            for s in parts.journal.session().stages
        ),
        counterfactual=parts.counterfactual(parts.decision),
        ledger=shared_ledger(budget),
    )


def saved_by_cache(calls: tuple[Spent, ...], setup: Setup) -> float | None:
    """USD that the same calls would have cost more had nothing been read from or written to a cache; less than 0 where
    writing it has not paid yet. None where a price is not known, or is not loaded yet."""
    repricer, saved = Repricer(setup.prices), 0.0
    for call in calls:
        usage, spec = call.usage, setup.catalog.get(call.model)
        if usage is None or call.unpriced or not (usage.cache_read or usage.cache_write):
            continue
        if spec is None or not setup.prices.ready(spec):
            return None
        cold = structs.replace(usage, input=_read(usage), cache_read=0, cache_write=0)
        without, with_it = repricer.cost(spec, cold, call.at), repricer.cost(spec, usage, call.at)
        if without is None or with_it is None:
            return None
        saved += without - with_it
    return saved


def _read(usage: Usage) -> int:
    return usage.input + usage.cache_read + usage.cache_write
