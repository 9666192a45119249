"""A decision in words at any width: no table breaks, no word is cut, what goes on is indented."""

import pytest

from droidlite.types import Estimate, Interval, RoutingDecision
from droidlite.ui.decision import decision_lines

LONG = "MiniMax-M3, then claude-sonnet-5-5 where the check fails, then claude-opus-4-8"
SUCCESS, COST = Interval(mean=0.85, low=0.82, high=0.88), Interval(mean=0.69, low=0.17, high=1.59)
PLAN = Estimate(stages=(), success=SUCCESS, cost=COST, plan=LONG)
ALONE = Estimate(stages=(), success=SUCCESS, cost=COST, plan="claude-opus-4-8")
DECISION = RoutingDecision(
    model="MiniMax-M3",
    endpoint="house",
    strategy="auto",
    reasons=("no cheaper plan surely reaches that, so claude-opus-4-8 it is: uncertain means strong",),
    kind="fix",
    estimate=PLAN,
    counterfactual=ALONE,
    reference="claude-opus-4-8",
    rejected={"glm-5.3": "the policy denies it: /etc/droidlite/policy.toml:3 allows only claude-* and MiniMax-*"},
)


def test_a_plan_too_long_for_its_line_goes_on_in_its_column() -> None:
    assert decision_lines(DECISION, width=78) == (
        "auto: MiniMax-M3, then claude-sonnet-5-5 where the check fails, then",
        "  claude-opus-4-8 · fix · 85% at $0.69",
        "",
        "  no cheaper plan surely reaches that, so claude-opus-4-8 it is: uncertain",
        "    means strong",
        "",
        "  success       cost a task        plan",
        "  85% (82-88%)  $0.69 (0.17-1.59)  MiniMax-M3, then claude-sonnet-5-5 where",
        "                                   the check fails, then claude-opus-4-8",
        "  85% (82-88%)  $0.69 (0.17-1.59)  claude-opus-4-8 (reference)",
        "",
        "  not considered:",
        "    glm-5.3: the policy denies it: /etc/droidlite/policy.toml:3 allows only",
        "      claude-* and MiniMax-*",
    )


def test_where_there_is_no_room_beside_its_numbers_a_plan_stands_above_them() -> None:
    assert decision_lines(DECISION, width=38)[9:16] == (
        "  MiniMax-M3, then claude-sonnet-5-5",
        "    where the check fails, then",
        "    claude-opus-4-8",
        "    85% (82-88%) at $0.69 (0.17-1.59)",
        "  claude-opus-4-8 (reference)",
        "    85% (82-88%) at $0.69 (0.17-1.59)",
        "",
    )


@pytest.mark.parametrize("width", [118, 98, 78, 60, 38, 28])
def test_no_line_is_wider_and_no_word_is_cut(width: int) -> None:
    lines = decision_lines(DECISION, width=width)
    assert max(map(len, lines)) <= width
    assert set(LONG.split()) <= set(" ".join(lines).split())
