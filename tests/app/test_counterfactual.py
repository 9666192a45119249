"""What the reference model would have cost is told from the calls' own tokens, and never waited for."""

from pathlib import Path

import pytest

from droidlite.agent.budget import Budget
from droidlite.agent.budget import Prices as PriceFunctions
from droidlite.app.counterfactual import AgainstReference, cost_on
from droidlite.app.setup import Setup, read_setup
from droidlite.events import Counterfactual
from droidlite.session.records import Header, Spent
from droidlite.session.unstored import NullJournal
from droidlite.settings.repricing import Repricer
from droidlite.types import RoutingDecision, Usage

AT = 1_764_000_000.0
MILLION = Usage(input=1_000_000, output=1_000_000)
ROUTED = RoutingDecision(model="cheap", endpoint="house", strategy="auto", reference="dear")
MODELS = """\
[[models]]
id = "cheap"
provider = "house"
price = { input = 1.0, output = 1.0 }
[[models]]
id = "dear"
provider = "house"
price = { input = 2.0, output = 3.0 }
"""


def spent(usage: Usage | None = MILLION, usd: float = 2.0, *, unpriced: bool = False, judge: bool = False) -> Spent:
    return Spent(reservation=1, model="cheap", usage=usage, usd=usd, at=AT, unpriced=unpriced, judge=judge)


@pytest.fixture
def setup(home: Path, tmp_path: Path) -> Setup:
    (home / "droidlite" / "config").mkdir(parents=True)
    (home / "droidlite" / "config" / "config.toml").write_text(MODELS)
    return read_setup(tmp_path)


def budget(setup: Setup, *calls: Spent) -> Budget:
    journal = NullJournal(Header(session_id="s", cwd="/", created=""), "")
    return Budget(PriceFunctions(setup.prices.cost, setup.prices.worst), journal, calls=calls)


def test_the_same_tokens_are_priced_on_the_reference(setup: Setup) -> None:
    against = AgainstReference(setup, budget(setup, spent(), spent()))
    assert against(ROUTED) == Counterfactual(model="dear", cost_usd=10.0, basis="estimate, same tokens")


def test_calls_since_the_last_prompt_are_added(setup: Setup) -> None:
    book = budget(setup, spent())
    against = AgainstReference(setup, book)
    assert against(ROUTED) == Counterfactual(model="dear", cost_usd=5.0)
    book.settle(book.reserve(setup.catalog["cheap"], 10, 2_000), setup.catalog["cheap"], MILLION)
    assert against(ROUTED) == Counterfactual(model="dear", cost_usd=10.0)


def test_calls_without_tokens_stay_at_their_cost_those_without_a_price_and_of_the_judge_out(setup: Setup) -> None:
    calls = [spent(), spent(None, 0.25), spent(MILLION, 0.0, unpriced=True), spent(judge=True)]
    assert cost_on(setup.catalog["dear"], calls, Repricer(setup.prices)) == 5.25


@pytest.mark.parametrize("reference", ["", "gone"])
def test_where_nobody_routed_there_is_none(setup: Setup, reference: str) -> None:
    decision = RoutingDecision(model="cheap", endpoint="house", strategy="chosen", reference=reference)
    assert AgainstReference(setup, budget(setup, spent()))(decision) is None


def test_prices_that_are_not_loaded_are_not_waited_for(setup: Setup) -> None:
    from droidlite.settings import prices

    prices._providers.cache_clear()
    decision = RoutingDecision(model="cheap", endpoint="house", strategy="auto", reference="claude-opus-5-5")
    against = AgainstReference(setup, budget(setup, spent()))
    assert against(decision) is None
    setup.prices.warm()
    assert against(decision) is not None
