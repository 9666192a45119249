"""The decision: filters, rules, the plan in words, and what happens where something within fails."""

from datetime import date

import pytest
from msgspec import json, structs
from outcomes import evidence_of, regular

from droidlite.routing.evidence import FORMAT, Evidence, read_evidence
from droidlite.routing.features import Features
from droidlite.routing.router import Asked, Narrowing, decide, estimates
from droidlite.types import Candidate, Interval, ModelSpec, RoutingDecision, Stage, Tier

TODAY = date(2026, 7, 1)
EVIDENCE = structs.replace(
    evidence_of(fix={"strong": regular(400, 85, 1.0), "weak": regular(400, 60, 0.1)}), version="2026-06-30"
)
FIX = Features(prompt="fix it", kind="fix", confidence=0.8, why=('"fix"',), verified=True)


def candidate(model: str, tier: Tier = "mid", price: float | None = 1.0, **more: object) -> Candidate:
    spec = ModelSpec(id=model, provider="house", tier=tier, **more)  # type: ignore[arg-type]
    return Candidate(spec=spec, endpoint=f"at-{model}", input_price=price, output_price=price and 5 * price)


STRONG, WEAK = candidate("strong", "frontier", 5.0), candidate("weak", price=0.5)


def asked(*candidates: Candidate, **more: object) -> Asked:
    return Asked(features=FIX, candidates=candidates, public=EVIDENCE, today=TODAY, **more)  # type: ignore[arg-type]


def decided(question: Asked) -> RoutingDecision:
    found = decide(question)
    assert found is not None
    return found


def test_a_decision_says_all_that_it_rests_on() -> None:
    decision = decided(asked(STRONG, WEAK, structs.replace(candidate("gone"), why_not="no key")))
    assert (decision.model, decision.endpoint, decision.strategy) == ("weak", "at-weak", "auto")
    assert decision.estimate is not None
    assert decision.estimate.stages == (Stage("weak"), Stage("strong"))
    assert decision.rejected == {"gone": "no key"}
    assert (decision.mode, decision.kind, decision.confidence, decision.verified) == ("balanced", "fix", 0.8, True)
    assert (decision.reference, decision.evidence) == ("strong", "2026-06-30")
    assert decision.counterfactual is not None
    assert decision.counterfactual.stages == (Stage("strong"),)
    success, cost = decision.counterfactual.success, decision.counterfactual.cost
    assert decision.reasons == (
        'fix task (80% sure: "fix")',
        f"balanced aims at 99% of strong's success ({success.mean:.0%} at ${cost.mean:.2f})",
        f"weak until a failed check, then strong: {decision.estimate.success.mean:.0%} "
        f"at ${decision.estimate.cost.mean:.2f}",
        "weak: 400 runs of this kind; strong: 400 runs of this kind",
    )


def test_uncertain_of_the_kind_means_the_strong_model() -> None:
    unsure = structs.replace(FIX, confidence=0.3, verified=False)
    decision = decided(structs.replace(asked(STRONG, WEAK), features=unsure))
    assert decision.model == "strong"
    assert decision.reasons[0] == 'what kind of task this is cannot be told surely (30%: "fix")'
    assert decision.reasons[2] == "no cheaper plan surely reaches that, so strong it is: uncertain means strong"


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (candidate("x", tools=False), "it cannot call tools"),
        (candidate("x", context=8_000), "its context of 8,000 tokens is too small to work in"),
    ],
)
def test_what_cannot_do_the_work_is_rejected_with_its_reason(unfit: Candidate, why: str) -> None:
    assert decided(asked(STRONG, unfit)).rejected == {"x": why}


def test_under_a_cap_a_model_without_a_price_is_rejected_and_the_plan_fits() -> None:
    capped = structs.replace(FIX, budget_usd=0.2)
    decision = decided(structs.replace(asked(STRONG, WEAK, candidate("x", price=None)), features=capped))
    assert decision.rejected == {"x": "its price is not known, so a cap cannot be held"}
    assert decision.estimate is not None
    assert decision.estimate.cost.mean <= 0.2
    dear = "weak until a failed check, then strong (85% at $0.50) is beyond the cap of $0.20"
    assert decision.reasons[2] == f"{dear}, so weak: 60% at $0.10"


def test_a_preference_narrows_the_choice_where_it_can() -> None:
    preferred = Narrowing(preferred=("strong",), rules=("ledger (policy.toml:3)",), reasons=("Rule ...",))
    decision = decided(asked(STRONG, WEAK, narrowing=preferred))
    assert (decision.model, decision.rule, decision.reasons[-1]) == ("strong", "ledger (policy.toml:3)", "Rule ...")
    assert decided(asked(WEAK, narrowing=preferred)).model == "weak"
    forbidden = Narrowing(rejected={"weak": "rule forbids it"})
    assert decided(asked(STRONG, WEAK, narrowing=forbidden)).rejected == {"weak": "rule forbids it"}


def test_nobody_left_is_no_decision() -> None:
    assert decide(asked(structs.replace(STRONG, why_not="no key"))) is None
    assert estimates(asked()) == {}


def test_a_failure_within_takes_the_strongest_and_says_so() -> None:
    decision = decided(asked(WEAK, STRONG, trouble="evidence.json is damaged: x"))
    assert (decision.model, decision.strategy, decision.reference) == ("strong", "fallback", "strong")
    assert decision.reasons == (
        "The router could not decide (evidence.json is damaged: x), so it takes the strongest model.",
    )
    broken = structs.replace(EVIDENCE, date="not a date")
    assert decided(structs.replace(asked(WEAK, STRONG), public=broken)).strategy == "fallback"


def test_each_model_alone_is_estimated_for_the_picker() -> None:
    found = estimates(asked(STRONG, WEAK))
    assert set(found) == {"strong", "weak"}
    assert found["strong"].success == Interval(
        pytest.approx(0.849, abs=0.01), pytest.approx(0.826, abs=0.01), pytest.approx(0.871, abs=0.01)
    )


def test_one_model_on_two_endpoints_keeps_the_first() -> None:
    second = structs.replace(STRONG, endpoint="elsewhere")
    assert decided(asked(STRONG, second)).endpoint == "at-strong"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "e.json is damaged: Input data was truncated"),
        (b'{"format": 99, "anything": 1}', f"e.json is of format 99, from a newer droidlite; this one reads {FORMAT}"),
        (b'{"kinds": {"fix": {"models": {"m": {"runs": "many"}}}}}', "e.json is damaged: Expected `float`, got `str`"),
    ],
)
def test_evidence_that_cannot_be_used_says_why(content: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=r"e\.json") as raised:
        read_evidence(content, "e.json")
    assert str(raised.value).startswith(problem)


def test_evidence_is_read_as_it_was_written() -> None:
    assert read_evidence(json.encode(EVIDENCE), "e.json") == EVIDENCE
    assert isinstance(EVIDENCE, Evidence)
