"""The choice of a plan: what evidence, prices, modes and checks do to it."""

from datetime import date

import pytest
from msgspec import structs
from outcomes import evidence_of, kind_of, options, regular

from droidlite.routing.belief import Option
from droidlite.routing.evidence import Evidence, Record
from droidlite.routing.planning import Choice, choose_plan
from droidlite.types import Stage

TODAY = date(2026, 7, 1)
STRONG = regular(400, 85, 1.0)
EQUAL = regular(400, 85, 0.2)
WEAK = regular(400, 60, 0.1, failed_cost=0.4)


def choose(evidence: Evidence, *models: str, **more: object) -> Choice:
    return choose_plan("fix", options(*models), evidence, today=TODAY, **{"reference": "strong", **more})  # type: ignore[arg-type]


def models(choice: Choice) -> tuple[str, ...]:
    return tuple(stage.model for stage in choice.plan.chain.stages)


def test_of_two_equally_good_models_the_cheaper_one_is_taken() -> None:
    choice = choose(evidence_of(fix={"strong": STRONG, "equal": EQUAL}), "strong", "equal")
    assert (models(choice), choice.reached, choice.reference) == (("equal",), True, "strong")


def test_without_a_model_that_surely_reaches_the_target_the_reference_is_taken() -> None:
    few = {"strong": regular(8, 85, 1.0), "equal": regular(8, 85, 0.2)}
    assert models(choose(evidence_of(fix=few), "strong", "equal")) == ("strong",)  # they agreed, but on eight tasks
    apart = {"strong": regular(20, 85, 1.0), "equal": list(reversed(regular(20, 85, 0.2)))}
    choice = choose(evidence_of(fix=apart), "strong", "equal")
    assert (models(choice), choice.plan.margin) == (("strong",), float("inf"))


def test_where_few_reach_it_the_nearest_that_fall_short_are_told() -> None:
    seen = {"strong": STRONG, "weak": WEAK, "weaker": regular(400, 55, 0.1)}
    choice = choose(evidence_of(fix=seen), "strong", "weak", "weaker", verified=False)
    assert (models(choice), choice.others) == (("strong",), ())
    assert [plan.chain.stages[0].model for plan in choice.short] == ["weak", "weaker"]
    assert 0 > choice.short[0].margin >= choice.short[1].margin
    surely = choose(evidence_of(fix=seen | {"equal": EQUAL}), "strong", "equal", "weak", "weaker")
    assert [plan.chain.stages[0].model for plan in (*surely.others, *surely.short)] == ["strong", "weak", "weaker"]


def test_half_the_evidence_makes_the_choice_stronger() -> None:
    """The same shares of tasks on which two models end differently: 800 runs are enough to tell, 40 are not."""
    flipped = [(solved if task % 10 else not solved, cost) for task, (solved, cost) in enumerate(regular(800, 86, 0.2))]
    full = evidence_of(fix={"strong": regular(800, 80, 1.0), "equal": flipped})
    part = evidence_of(fix={"strong": regular(800, 80, 1.0)[:40], "equal": flipped[:40]})
    pool = ("strong", "equal")
    doubts = [choose(evidence, *pool).singles["equal"].margin for evidence in (full, part)]
    assert doubts[0] > doubts[1]


def test_a_dropped_model_is_no_longer_in_the_plan() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "equal": EQUAL, "other": regular(400, 85, 0.3)})
    assert models(choose(evidence, "strong", "equal", "other")) == ("equal",)
    assert models(choose(evidence, "strong", "other")) == ("other",)


def test_a_doubled_price_moves_the_choice_away() -> None:
    prices = {"strong": (10.0, 50.0), "equal": (1.0, 5.0), "other": (1.5, 7.5)}
    runs = {"strong": STRONG, "equal": EQUAL, "other": regular(400, 85, 0.3)}
    evidence = Evidence(kinds={"fix": kind_of(runs, prices)})

    def start(**now: tuple[float, float]) -> str:
        pool = [Option(model=model, price=now.get(model, price)) for model, price in prices.items()]
        return choose_plan("fix", pool, evidence, reference="strong", today=TODAY).plan.chain.stages[0].model

    assert (start(), start(equal=(2.0, 10.0))) == ("equal", "other")


def test_a_price_scales_the_recorded_costs() -> None:
    evidence = Evidence(kinds={"fix": kind_of({"strong": STRONG}, {"strong": (10.0, 50.0)})})
    costs = [
        choose_plan("fix", [Option(model="strong", price=price)], evidence, today=TODAY).plan.chain.cost
        for price in ((10.0, 50.0), (20.0, 100.0))
    ]
    assert costs[1] == pytest.approx(2 * costs[0])


def test_an_unverified_plan_stops_a_start_that_spends_more_than_its_solved_runs_do() -> None:
    choice = choose(evidence_of(fix={"strong": STRONG, "weak": WEAK}), "strong", "weak", mode="cost")
    first, second = choice.plan.chain.stages
    assert (first.model, second) == ("weak", Stage("strong"))
    assert first.stop_usd is not None
    assert 0.1 < first.stop_usd < 0.2
    assert choice.plan.chain.cost < 0.7 * choice.singles["strong"].chain.cost


def test_without_a_sign_in_the_spend_nothing_cheaper_reaches_the_target() -> None:
    blind = regular(400, 60, 0.1)
    choice = choose(evidence_of(fix={"strong": STRONG, "weak": blind}), "strong", "weak")
    assert models(choice) == ("strong",)


def test_a_verified_plan_starts_cheap_and_solves_at_least_what_the_reference_does() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "weak": regular(400, 60, 0.1)})
    choice = choose(evidence, "strong", "weak", verified=True)
    assert models(choice) == ("weak", "strong")
    assert choice.plan.chain.success >= choice.singles["strong"].chain.success
    assert choice.plan.chain.cost < 0.7


def test_modes_order_what_is_paid_and_what_is_solved() -> None:
    odd = [(task % 7 != 0 and task % 100 < 90, cost) for task, (_, cost) in enumerate(regular(400, 100, 2.0))]
    evidence = evidence_of(fix={"strong": STRONG, "weak": regular(400, 60, 0.1), "odd": odd})
    chosen = [
        choose(evidence, "strong", "weak", "odd", verified=True, mode=mode).plan.chain
        for mode in ("cost", "balanced", "quality")
    ]
    assert [plan.cost for plan in chosen] == sorted(plan.cost for plan in chosen)
    assert [plan.success for plan in chosen] == sorted(plan.success for plan in chosen)
    assert chosen[0].success < chosen[2].success


def test_the_strongest_is_the_reference_and_a_new_version_of_it_no_weaker() -> None:
    evidence = evidence_of(fix={"claude-opus-4-8": STRONG, "gpt-5.5": regular(400, 80, 1.2)})
    pool = options("gpt-5.5", "claude-opus-4-8", "claude-opus-5", tier="frontier")
    assert choose_plan("fix", pool, evidence, today=TODAY).reference == "claude-opus-5"


def test_a_new_model_starts_from_its_family_with_a_wide_interval() -> None:
    evidence = evidence_of(fix={"claude-opus-4-8": STRONG, "gpt-5.5": regular(400, 70, 1.2)})
    pool = options("claude-opus-4-8", "claude-opus-5", "nobody-1", tier="frontier")
    singles = choose_plan("fix", pool, evidence, today=TODAY).singles
    known, new, nobody = (singles[option.model].estimate.success for option in pool)
    assert new.mean == pytest.approx(known.mean, abs=0.02)
    assert new.high - new.low > 3 * (known.high - known.low)
    assert nobody.high - nobody.low > new.high - new.low
    assert "claude-opus-4-8 is of its family" in singles["claude-opus-5"].estimate.basis


def test_the_persons_own_failures_end_the_choice_of_a_model() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "equal": EQUAL})
    failing = Evidence(kinds={"fix": kind_of({"equal": [(False, 0.2)] * 12})})
    assert models(choose(evidence, "strong", "equal", own=failing)) != ("equal",)
    few = Evidence(kinds={"fix": kind_of({"equal": [(True, 0.2)] * 12})})
    assert models(choose(evidence, "strong", "equal", own=few)) == ("equal",)


def test_age_widens() -> None:
    old = structs.replace(evidence_of(fix={"strong": STRONG, "equal": EQUAL}), date="2020-01-01")
    new = structs.replace(old, date="2026-06-30")
    spreads = []
    for evidence in (old, new):
        success = choose(evidence, "strong", "equal").singles["equal"].estimate.success
        spreads.append(success.high - success.low)
    assert spreads[0] > 2 * spreads[1]


def test_a_hopeless_model_starts_nothing_however_cheap() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "free": regular(400, 10, 0.0001)})
    choice = choose(evidence, "strong", "free", verified=True)
    assert models(choice) == ("strong",)


def test_a_cap_takes_what_is_likeliest_within_it() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "weak": WEAK, "weaker": regular(400, 40, 0.05)})
    choice = choose(evidence, "strong", "weak", "weaker", most_usd=0.25)
    assert (models(choice), choice.capped) == (("weak",), True)
    assert choose(evidence, "strong", "weak", "weaker", most_usd=5.0).capped is False


def test_an_unknown_kind_knows_less_than_a_known_one() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "equal": EQUAL})
    known, other = (
        choose_plan(kind, options("strong", "equal"), evidence, reference="strong", today=TODAY)
        for kind in ("fix", "docs")
    )
    assert models(known) == ("equal",)
    assert models(other) == ("strong",)


def test_records_of_nothing_do_not_break_the_choice() -> None:
    empty = Record(runs=0, solved=0, cost=0.0)
    evidence = Evidence(kinds={"fix": kind_of({"strong": STRONG})})
    evidence.kinds["fix"].models["new"] = empty
    assert models(choose(evidence, "strong", "new")) == ("strong",)


def test_an_empty_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="no model"):
        choose(Evidence())


def test_one_model_on_two_services_is_no_second_try() -> None:
    evidence = evidence_of(fix={"strong": STRONG, "weak": regular(400, 60, 0.1)})
    pool = options("weak", "house/weak", "strong")
    choice = choose_plan("fix", pool, evidence, reference="strong", verified=True, today=TODAY)
    assert models(choice) in [("weak", "strong"), ("house/weak", "strong")]
