"""Which rule holds for a task, whom it leaves, whom it puts first, and what is said of it."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.errors import Refused
from droidlite.routing.features import Features
from droidlite.routing.rules import MatchedRule, Ruled, apply_rules, matched_rules
from droidlite.settings.policy import Layer, Policy, Rule, RuleCondition, combine
from droidlite.types import Candidate, ModelSpec


def choice(name: str, provider: str, tier: Any, *, endpoint: str = "", why_not: str = "") -> Candidate:
    spec = ModelSpec(id=name, provider=provider, tier=tier)
    return Candidate(spec=spec, endpoint=endpoint or provider, why_not=why_not)


OPUS = choice("claude-opus-5-5", "anthropic", "frontier")
OPUS_TOO = choice("claude-opus-5-5", "anthropic", "frontier", endpoint="gateway")
HAIKU = choice("claude-haiku-5-5", "anthropic", "small")
ASTRA = choice("gpt-6-astra", "openai", "frontier")
LUNA = choice("gpt-6-luna", "openai", "small")
GONE = choice("glm-5.3", "zai", "frontier", why_not="no key")
ALL = (OPUS, OPUS_TOO, HAIKU, ASTRA, LUNA, GONE)
FIX = Features(kind="fix", paths=("services/payments/A.java",), languages=("Java",), toolchain=("gradle",))


def layer(name: Any, *rules: Rule) -> Layer:
    return Layer(layer=name, file=name, rules=rules, lines={f"rules[{i}]": f"{name}:{i}" for i in range(len(rules))})


def policy(*, org: tuple[Rule, ...] = (), project: tuple[Rule, ...] = (), user: tuple[Rule, ...] = ()) -> Policy:
    return combine([layer("org", *org), layer("project", *project), layer("user", *user)])


def test_without_rules_everything_usable_is_left() -> None:
    assert apply_rules(Policy(), FIX, ALL) == Ruled(allowed=(OPUS, OPUS_TOO, HAIKU, ASTRA, LUNA))


def test_where_nothing_was_usable_nobody_is_left_and_no_rule_is_blamed() -> None:
    assert apply_rules(policy(org=(Rule(name="a", forbid=("*",)),)), FIX, (GONE,)).allowed == ()


def test_one_rule_says_all_it_does() -> None:
    rule = Rule(
        name="ledger",
        require=("tier:frontier", "gpt-*"),
        forbid=("*luna",),
        prefer=("gpt-*", "claude-*"),
        guidance="Mistakes are expensive.",
    )
    ruled = apply_rules(policy(org=(rule,)), FIX, ALL)
    assert ruled == Ruled(
        allowed=(OPUS, OPUS_TOO, ASTRA),
        rejected={
            "claude-haiku-5-5": 'rule "ledger" (org:0) requires tier:frontier or gpt-*',
            "gpt-6-luna": 'rule "ledger" (org:0) forbids it ("*luna")',
        },
        preferred=(("gpt-6-astra",), ("claude-opus-5-5",)),
        matched=(MatchedRule(name="ledger", layer="org", where="org:0", guidance="Mistakes are expensive."),),
        reasons=('Rule "ledger" (org:0) requires tier:frontier, gpt-*; forbids *luna; prefers gpt-*, claude-*.',),
    )
    assert ruled.rule == "ledger (org:0)"


@pytest.mark.parametrize(
    ("conditions", "matches"),
    [
        ({}, True),
        ({"paths": ("services/payments/**",)}, True),
        ({"paths": ("web/**", "*.java")}, True),
        ({"paths": ("web/**",)}, False),
        ({"tasks": ("docs", "fix")}, True),
        ({"tasks": ("docs",)}, False),
        ({"languages": ("java",)}, True),
        ({"languages": ("python",)}, False),
        ({"toolchain": ("Gradle",)}, True),
        ({"toolchain": ("maven",)}, False),
        ({"paths": ("*.java",), "tasks": ("docs",)}, False),
        ({"when": RuleCondition(mode="interactive")}, True),
        ({"when": RuleCondition(mode="headless")}, False),
        ({"when": RuleCondition(worker=False)}, True),
        ({"when": RuleCondition(worker=True)}, False),
        ({"when": RuleCondition(verified=False)}, True),
        ({"when": RuleCondition(verified=True)}, False),
        ({"when": RuleCondition(budget_below_usd=1.0)}, False),
    ],
)
def test_a_rule_matches_where_all_its_conditions_hold(conditions: dict[str, Any], matches: bool) -> None:
    rule = Rule(name="a", **conditions)
    assert bool(matched_rules(policy(org=(rule,)), FIX)) is matches


def test_a_path_condition_needs_a_path() -> None:
    assert matched_rules(policy(org=(Rule(name="a", paths=("**",)),)), Features(kind="fix")) == ()


@pytest.mark.parametrize(("budget", "matches"), [(None, False), (0.5, True), (1.0, False), (2.0, False)])
def test_a_budget_condition_is_below_and_needs_a_budget(budget: float | None, matches: bool) -> None:
    rule = Rule(name="a", when=RuleCondition(budget_below_usd=1.0))
    assert bool(matched_rules(policy(org=(rule,)), Features(budget_usd=budget))) is matches


def test_in_each_layer_the_first_that_matches_wins() -> None:
    docs, exception = Rule(name="docs", tasks=("docs",), forbid=("*",)), Rule(name="exception", tasks=("fix",))
    late, house = Rule(name="late", forbid=("*",)), Rule(name="house", forbid=("gpt-*",))
    ruled = apply_rules(policy(org=(docs, exception, late), user=(house,)), FIX, ALL)
    assert ruled.allowed == (OPUS, OPUS_TOO, HAIKU)
    assert ruled.rule == "exception (org:1); house (user:0)"
    assert ruled.reasons[0] == 'Rule "exception" (org:1) asks for no model.'


def test_a_later_layers_wish_only_breaks_ties() -> None:
    org, user = Rule(name="o", prefer=("tier:frontier",)), Rule(name="u", prefer=("gpt-*",))
    assert apply_rules(policy(org=(org,), user=(user,)), FIX, ALL).preferred == (
        ("gpt-6-astra",),
        ("claude-opus-5-5",),
        ("gpt-6-luna",),
        ("claude-haiku-5-5",),
    )
    assert apply_rules(policy(user=(user,)), FIX, ALL).preferred == (
        ("gpt-6-astra", "gpt-6-luna"),
        ("claude-opus-5-5", "claude-haiku-5-5"),
    )


def test_nobody_left_is_refused_with_the_rules_to_blame() -> None:
    org, project = Rule(name="strong", require=("tier:frontier",)), Rule(name="house", forbid=("claude-*", "*astra"))
    unrelated = Rule(name="wish", prefer=("gpt-*",))
    with pytest.raises(Refused) as caught:
        apply_rules(policy(org=(org,), project=(project,), user=(unrelated,)), FIX, ALL)
    assert caught.value.exit_code == 77
    assert str(caught.value) == (
        'The rules leave no model for this task: rule "strong" (org:0) requires tier:frontier; '
        'rule "house" (project:0) forbids claude-*, *astra. Without them '
        "claude-opus-5-5, claude-haiku-5-5, gpt-6-astra, gpt-6-luna could be used. "
        "Set up a model that they allow, or change the rule."
    )


def test_an_id_of_the_persons_own_is_not_what_is_required() -> None:
    spec = ModelSpec(id="claude-opus-5-5", provider="openai", name="gpt-6-luna", tier="frontier")
    disguised = Candidate(spec=spec, endpoint="openai")
    for term in ("claude-*", "tier:frontier"):
        with pytest.raises(Refused):
            apply_rules(policy(org=(Rule(name="a", require=(term,)),)), FIX, (disguised,))


TERMS = st.lists(st.sampled_from(("claude-*", "*opus*", "gpt-6-luna", "tier:frontier", "provider:openai")), max_size=2)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.just("x"),
        tasks=st.sampled_from(((), ("fix",), ("docs",))),
        require=TERMS.map(tuple),
        forbid=TERMS.map(tuple),
        prefer=TERMS.map(tuple),
    ),
    max_size=2,
).map(tuple)


def left(layers: list[Layer]) -> set[str]:
    try:
        return {candidate.spec.id for candidate in apply_rules(combine(layers), FIX, ALL).allowed}
    except Refused:
        return set()


@given(RULES, RULES, RULES)
def test_no_layers_rules_give_back_what_another_took(
    org: tuple[Rule, ...], project: tuple[Rule, ...], user: tuple[Rule, ...]
) -> None:
    layers = [layer("org", *org), layer("project", *project), layer("user", *user)]
    for count in range(len(layers) + 1):
        for some in combinations(layers, count):
            assert left(list(some)) == set.intersection({c.spec.id for c in ALL[:5]}, *(left([one]) for one in some))


@given(RULES, RULES)
def test_a_later_layer_never_turns_an_earlier_ones_order(org: tuple[Rule, ...], user: tuple[Rule, ...]) -> None:
    before = policy(org=org)
    if not left([before.layers[0]]) or not left(list(policy(org=org, user=user).layers)):
        return
    groups = apply_rules(before, FIX, ALL).preferred
    place = {name: index for index, group in enumerate(groups) for name in group}
    after = [name for group in apply_rules(policy(org=org, user=user), FIX, ALL).preferred for name in group]
    assert [place[name] for name in after if place] == sorted(place[name] for name in after if place)
