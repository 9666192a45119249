"""What is expected of a model of which nothing, little, or something of another size is known."""

from datetime import date

from droidlite.routing.belief import TIER_SUCCESS, Option, believe
from droidlite.routing.evidence import Evidence, Kind, Record

TODAY = date(2026, 11, 25)
COSTS = tuple(0.1 * step for step in range(21))
LARGE = Record(runs=100, solved=60, cost=1.2, solved_cost=COSTS, failed_cost=COSTS, price=(2.0, 8.0))
KNOWN = Evidence(kinds={"fix": Kind(models={"qwen3-coder-480b": LARGE})})


def test_a_small_local_model_is_not_believed_to_be_its_familys_largest() -> None:
    local = believe(Option(model="qwen2.5-coder-1.5b", tier="local", price=(0.0, 0.0)), "fix", KNOWN, today=TODAY)
    assert (local.success, local.cost, local.solved_cost) == (TIER_SUCCESS["local"], 0.0, ())
    assert local.basis == "no runs known: what models of tier local do"


def test_what_costs_nothing_is_expected_to_cost_nothing() -> None:
    """And no spend of it tells that it fails."""
    own = believe(Option(model="qwen3-coder-480b", tier="mid", price=(0.0, 0.0)), "fix", KNOWN, today=TODAY)
    assert (own.cost, own.solved_cost, own.failed_cost) == (0.0, (), ())
    assert own.success > 0.5


def test_a_new_version_begins_where_its_family_is() -> None:
    newer = believe(Option(model="qwen4-coder-480b", tier="mid", price=(2.0, 8.0)), "fix", KNOWN, today=TODAY)
    assert newer.basis == "no runs of its own; qwen3-coder-480b is of its family"
    assert newer.cost == 1.2
