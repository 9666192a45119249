"""Cases for rules: what holds, what is missed and how that is said, and cases nobody can run."""

from pathlib import Path

import pytest

from droidlite.errors import SettingsError
from droidlite.routing.cases import Case, Expected, Verdict, features_of, read_cases, run_case
from droidlite.routing.features import Features
from droidlite.routing.rules import Ruled
from droidlite.settings.policy import Layer, ModelPolicy, Policy, RouterPolicy, Rule, combine
from droidlite.types import ModelSpec, RoutingDecision

CATALOG = {
    spec.id: spec
    for spec in (
        ModelSpec(id="claude-opus-5-5", provider="anthropic", tier="frontier"),
        ModelSpec(id="claude-haiku-5-5", provider="anthropic", tier="small"),
        ModelSpec(id="gpt-6-astra", provider="openai", tier="frontier"),
    )
}
STRONG = Rule(name="strong", paths=("pay/**",), require=("tier:frontier",), prefer=("gpt-*",))
POLICY = combine([Layer(layer="org", file="P", rules=(STRONG,), lines={"rules[0]": "P:1"})])


def run(expect: Expected, *, policy: Policy = POLICY, models: tuple[str, ...] = ()) -> Verdict:
    case = Case(name="c", files=("pay/a.py",), expect=expect, models=models)
    return run_case(case, policy, CATALOG, where="F:1")


@pytest.mark.parametrize(
    "expect",
    [
        Expected(model="gpt-6-astra"),
        Expected(tier="frontier"),
        Expected(rule="strong", never=("claude-haiku-*", "tier:small")),
        Expected(refused=False),
    ],
)
def test_a_case_that_holds(expect: Expected) -> None:
    assert run(expect) == Verdict(name="c", where="F:1", said="gpt-6-astra, by strong (P:1)")


@pytest.mark.parametrize(
    ("expect", "miss"),
    [
        (
            Expected(model="claude-haiku-5-5"),
            'expected claude-haiku-5-5, it is gpt-6-astra: rule "strong" (P:1) requires tier:frontier',
        ),
        (Expected(model="claude-opus-5-5"), "expected claude-opus-5-5, it is gpt-6-astra"),
        (Expected(tier="small"), "expected tier small, it may be gpt-6-astra (frontier)"),
        (Expected(refused=True), "expected to be refused, it is gpt-6-astra"),
        (Expected(rule="weak"), 'no rule is called "weak"'),
        (Expected(rule="stron"), 'no rule is called "stron"; did you mean "strong"?'),
        (Expected(never=("claude-*",)), '"claude-*" must not be left, but claude-opus-5-5 is'),
    ],
)
def test_a_case_that_is_missed(expect: Expected, miss: str) -> None:
    assert run(expect).misses == (miss,)


def test_a_rule_that_did_not_match() -> None:
    verdict = run_case(Case(name="c", files=("web/a.py",), expect=Expected(rule="strong")), POLICY, CATALOG)
    assert verdict == Verdict(
        name="c", where="", misses=('expected rule "strong", matched: none',), said="claude-opus-5-5, no rule"
    )


def test_the_tier_must_be_sure_where_only_rules_decide() -> None:
    verdict = run_case(Case(name="c", expect=Expected(tier="frontier")), Policy(), CATALOG)
    assert verdict.misses == ("expected tier frontier, it may be claude-haiku-5-5 (small)",)


def test_nobody_left_is_a_refusal() -> None:
    assert run(Expected(refused=True, rule="strong"), models=("claude-haiku-5-5",)).misses == ()
    (miss,) = run(Expected(tier="frontier"), models=("claude-haiku-5-5",)).misses
    assert miss.startswith('refused: The rules leave no model for this task: rule "strong" (P:1)')


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (
            Layer(layer="org", file="P", models=ModelPolicy(deny=("*",))),
            'refused: claude-opus-5-5 is denied by policy P ("*")',
        ),
        (
            Layer(layer="org", file="P", router=RouterPolicy(allowed=False), lines={"router.allowed": "P:2"}),
            "refused: auto is not allowed by policy P:2",
        ),
    ],
)
def test_what_policy_forbids_is_a_refusal(layer: Layer, why: str) -> None:
    assert run(Expected(refused=True), policy=combine([layer])).misses == ()
    assert run(Expected(tier="frontier"), policy=combine([layer])).misses == (why,)


def test_the_router_decides_where_it_is_given() -> None:
    def decide(features: Features, ruled: Ruled) -> RoutingDecision:
        return RoutingDecision(
            model=ruled.allowed[0].spec.id, endpoint="", strategy="auto", runners_up=("claude-haiku-5-5",)
        )

    case = Case(name="c", expect=Expected(model="claude-opus-5-5", tier="frontier"))
    assert run_case(case, Policy(), CATALOG, decide=decide).misses == ()


def test_a_case_is_the_task_it_describes() -> None:
    case = Case(
        name="c",
        expect=Expected(tier="mid"),
        prompt="p",
        files=("a.py",),
        mode="headless",
        worker=True,
        verified=True,
        kind="fix",
        languages=("python",),
        toolchain=("pytest",),
        budget_usd=1.0,
    )
    assert features_of(case) == Features(
        prompt="p",
        kind="fix",
        confidence=1.0,
        paths=("a.py",),
        languages=("python",),
        toolchain=("pytest",),
        mode="headless",
        worker=True,
        verified=True,
        budget_usd=1.0,
    )


def test_cases_are_read_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    path.write_text('\n[[cases]]\nname = "a"\nexpect = { not = ["x"] }\n[[cases]]\nname = "b"\nexpect.refused = true\n')
    assert read_cases(path, CATALOG) == (
        (f"{path}:2", Case(name="a", expect=Expected(never=("x",)))),
        (f"{path}:5", Case(name="b", expect=Expected(refused=True))),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "FILE: is not there; write [[cases]] into it or name another file"),
        ("", "FILE: holds no case; begin one with [[cases]]"),
        ("cases = 3", "FILE:1: cases: expected a list, got a whole number"),
        ('[[cases]]\nname = "a"', "FILE:1: cases[0].expect: is missing"),
        ('[[cases]]\nname = "a"\nexpect = {}', "FILE:3: cases[0].expect: expects nothing; give model, tier, refused"),
        (
            '[[cases]]\nname = "a"\nexpect = { tear = "mid" }',
            'FILE:3: cases[0].expect.tear: unknown key; did you mean "tier"?',
        ),
        (
            '[[cases]]\nname = "a"\nexpect = { tier = "best" }',
            'FILE:3: cases[0].expect.tier: must be one of "local", "small", "mid", "frontier", not "best"',
        ),
        (
            '[[cases]]\nname = "a"\nkind = "fixx"\nexpect = { refused = true }',
            'FILE:3: cases[0].kind: must be one of "fix", "feature"',
        ),
        (
            '[[cases]]\nname = "a"\nexpect = { refused = true, tier = "mid" }',
            "FILE:3: cases[0].expect: a case that is refused has no model; leave model, tier and not out",
        ),
        (
            '[[cases]]\nname = "a"\nexpect = { model = "claude-opsu-5-5" }',
            'FILE:3: cases[0].expect: "claude-opsu-5-5" is no known model; nearest: claude-opus-5-5',
        ),
        (
            '[[cases]]\nname = "a"\nmodels = ["zzz"]\nexpect = { refused = true }',
            'FILE:3: cases[0].models: "zzz" is no known model',
        ),
        (
            '[[cases]]\nname = "a"\nmodels = ["gpt-6-astra"]\nexpect = { model = "claude-opus-5-5" }',
            'FILE:4: cases[0].expect: "claude-opus-5-5" is expected but not among the case\'s models',
        ),
        (
            '[[cases]]\nname = "a"\nexpect = { refused = true }\n[[cases]]\nname = "a"\nexpect = { refused = true }',
            'FILE:5: cases[1].name: "a" is used twice; names must differ',
        ),
    ],
)
def test_cases_nobody_can_run(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "cases.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_cases(path, CATALOG)
    assert str(caught.value).replace(str(path), "FILE").startswith(said)
