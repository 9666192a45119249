"""The organisation's policy: what it forbids, and that a policy which cannot be read forbids everything."""

from pathlib import Path

import pytest

from droidlite.errors import Refused
from droidlite.settings.config import RouterSettings, Settings
from droidlite.settings.paths import Places
from droidlite.settings.policy import (
    AutonomyPolicy,
    BudgetPolicy,
    EndpointPolicy,
    Layer,
    ModelPolicy,
    Policy,
    RouterPolicy,
    Rule,
    RuleCondition,
    narrow,
    why_not,
    why_not_auto,
)
from droidlite.settings.policy_files import load_policy
from droidlite.types import Endpoint, ModelSpec

OPUS = ModelSpec(id="claude-opus-5-5", provider="anthropic")
RESOLD = ModelSpec(id="openrouter/anthropic/claude-opus-5.5", provider="openrouter", name="anthropic/claude-opus-5.5")
QWEN = ModelSpec(id="ollama/qwen3", provider="ollama", name="qwen3", open_weights=True)
HERE = Endpoint(name="direct", protocol="anthropic", region="us")

WHOLE = """
[router]
allowed = false
max_mode = "balanced"
judge = false
[models]
allow = [
  "claude-*",
]
deny = ["*-preview"]
regions = ["us", "eu"]
open_weights_only = true
[endpoints]
allow = ["direct"]
deny = ["*-eu"]
[budget]
max_cost_usd = 5.0
[autonomy]
max = "medium"
[[rules]]
name = "payments need a frontier model"
paths = ["services/payments/**"]
tasks = ["fix", "feature"]
languages = ["java"]
toolchain = ["gradle"]
when = { mode = "headless", worker = true, verified = false, budget_below_usd = 2 }
prefer = ["tier:frontier"]
guidance = "Ledger code; mistakes are expensive."
"""
WHOLE_TABLES = {"router": 2, "models": 6, "endpoints": 13, "budget": 16, "autonomy": 18, "rules[0]": 20}
WHOLE_RULE = ("name", "paths", "tasks", "languages", "toolchain", "when", "prefer", "guidance")
"""On which lines of WHOLE they stand; the keys of its rule from 21."""


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def load(system: Path, text: str = "", env: dict[str, str] | None = None) -> Policy:
    """The policy where nobody but the organisation has one; "" writes no file."""
    if text:
        system.write_text(text, encoding="utf-8")
    nowhere = system.parent / "nowhere"
    return load_policy(env or {}, Places(nowhere, nowhere, nowhere), root=nowhere, system=system)


def test_no_file_means_no_policy(system: Path) -> None:
    assert load(system) == Policy()


def test_a_whole_policy(system: Path) -> None:
    router = RouterPolicy(allowed=False, max_mode="balanced", judge=False)
    budget, autonomy = BudgetPolicy(max_cost_usd=5.0), AutonomyPolicy(max="medium")
    merged = {
        "router.allowed": f"{system}:3",
        "router.max_mode": f"{system}:4",
        "router.judge": f"{system}:5",
        "budget.max_cost_usd": f"{system}:17",
        "autonomy.max": f"{system}:19",
    }
    layer = Layer(
        layer="org",
        router=router,
        models=ModelPolicy(allow=("claude-*",), deny=("*-preview",), regions=("us", "eu"), open_weights_only=True),
        endpoints=EndpointPolicy(allow=("direct",), deny=("*-eu",)),
        budget=budget,
        autonomy=autonomy,
        rules=(
            Rule(
                name="payments need a frontier model",
                paths=("services/payments/**",),
                tasks=("fix", "feature"),
                languages=("java",),
                toolchain=("gradle",),
                when=RuleCondition(mode="headless", worker=True, verified=False, budget_below_usd=2.0),
                prefer=("tier:frontier",),
                guidance="Ledger code; mistakes are expensive.",
            ),
        ),
        file=str(system),
        lines=merged
        | {f"{table}": f"{system}:{line}" for table, line in WHOLE_TABLES.items()}
        | {
            "models.allow": f"{system}:7",
            "models.deny": f"{system}:10",
            "models.regions": f"{system}:11",
            "models.open_weights_only": f"{system}:12",
            "endpoints.allow": f"{system}:14",
            "endpoints.deny": f"{system}:15",
        }
        | {f"rules[0].{key}": f"{system}:{line}" for line, key in enumerate(WHOLE_RULE, 21)},
    )
    policy = load(system, WHOLE)
    assert policy == Policy(layers=(layer,), router=router, budget=budget, autonomy=autonomy, lines=merged)
    assert policy.rules == ((layer, 0, layer.rules[0]),)


def test_the_variable_names_a_policy_only_where_the_system_has_none(system: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[budget]\nmax_cost_usd = 1.0\n")
    env = {"DROIDLITE_POLICY": str(other)}
    assert load(system, env=env).budget.max_cost_usd == 1.0
    system.write_text("[budget]\nmax_cost_usd = 5.0\n")
    assert load(system, env=env).budget.max_cost_usd == 5.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[models\n",
            "FILE:1: not valid TOML: a table's name stands in brackets closed on its line, such as [router]",
        ),
        ('[models]\ndenny = ["x"]', 'FILE:2: models.denny: unknown key; did you mean "deny"?'),
        ("[models]\ndeny = 3", "FILE:2: models.deny: expected a list, got a whole number"),
        ('[autonomy]\nmax = "all"', 'FILE:2: autonomy.max: must be one of "off", "low", "medium", "high", not "all"'),
        (
            "[budget]\nmax_cost_usd = inf",
            "FILE:2: budget.max_cost_usd: must be a number; leave the key out for no limit",
        ),
        ('[[rules]]\npaths = ["a"]', "FILE:1: rules[0].name: is missing"),
        (
            '[[rules]]\nname = "a"\n[[rules]]\nname = "a"',
            'FILE:4: rules[1].name: "a" is used twice; names must differ',
        ),
        (
            '[[rules]]\nname = "a"\nprefer = ["tier:best"]',
            'FILE:3: rules[0].prefer: "tier:best" is no tier; '
            "there are tier:local, tier:small, tier:mid, tier:frontier",
        ),
        (
            '[[rules]]\nname = "a"\nforbid = ["teir:frontier"]',
            'FILE:3: rules[0].forbid: "teir:frontier" means nothing; did you mean "tier:frontier"?',
        ),
        (
            '[[rules]]\nname = "a"\nforbid = ["provider:"]',
            'FILE:3: rules[0].forbid: "provider:" names no provider; write one, such as provider:anthropic',
        ),
        (
            '[[rules]]\nname = "a"\n\ntasks = ["fix", "refactr"]',
            'FILE:4: rules[0].tasks: "refactr" is no kind of task; did you mean "refactor"?',
        ),
        (
            '[[rules]]\nname = "a"\ntasks = ["zzz"]',
            'FILE:3: rules[0].tasks: "zzz" is no kind of task; '
            "there are fix, feature, tests, refactor, docs, question, terminal, other",
        ),
        (
            '[[rules]]\nname = "a"\npaths = ["!a/b"]',
            'FILE:3: rules[0].paths: "!a/b": a path cannot be taken out; put a rule for a/b before this one',
        ),
        (
            '[[rules]]\nname = "a"\nrequire = ["gpt-*", "claude-*"]\nforbid = ["Claude-*"]',
            'FILE:4: rules[0].forbid: "claude-*" is required and forbidden by the same rule',
        ),
        (
            '[[rules]]\nname = "a"\n[rules.when]\nmode = "worker"',
            'FILE:4: rules[0].when.mode: must be one of "", "headless", "interactive", not "worker"',
        ),
        (
            '[[rules]]\nname = "a"\n[rules.when]\nbudget_below_usd = inf',
            "FILE:4: rules[0].when.budget_below_usd: must be a number; leave the key out for any",
        ),
        (
            '[[rules]]\nname = "a"\nwhen = { budget_below_usd = 0 }',
            "FILE:3: rules[0].when.budget_below_usd: must be more than 0",
        ),
        ('[[rules]]\nname = "a"\nrequires = ["x"]', 'FILE:3: rules[0].requires: unknown key; did you mean "require"?'),
        ("[endpoints]\nalow = []", 'FILE:2: endpoints.alow: unknown key; did you mean "allow"?'),
        ("rules = 3", "FILE:1: rules: expected a list, got a whole number"),
    ],
)
def test_a_policy_that_cannot_be_read_refuses(system: Path, text: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        load(system, text)
    assert caught.value.exit_code == 77
    assert str(caught.value).replace(str(system), "FILE") == (
        f"Nothing runs while the policy cannot be read. {sentence}"
    )


def test_a_named_policy_that_is_not_there_refuses(system: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    with pytest.raises(Refused) as caught:
        load(system, env={"DROIDLITE_POLICY": str(missing)})
    assert str(caught.value) == (
        f"Nothing runs while the policy cannot be read. {missing}: is named as the policy but is not there"
    )


def test_a_dangling_link_is_a_policy_that_cannot_be_read(system: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("")
    system.symlink_to(tmp_path / "gone")
    with pytest.raises(Refused):
        load(system, env={"DROIDLITE_POLICY": str(other)})


@pytest.mark.parametrize(
    ("text", "spec", "endpoint", "reason"),
    [
        ("", OPUS, HERE, ""),
        ('[models]\ndeny = ["gpt-*"]', OPUS, HERE, ""),
        ('[models]\ndeny = ["gpt-*", "*OPUS*"]', OPUS, HERE, 'denied by policy FILE:2 ("*OPUS*")'),
        ('[models]\ndeny = ["claude-*"]', RESOLD, None, 'denied by policy FILE:2 ("claude-*")'),
        ('[models]\nallow = ["claude-*"]', OPUS, HERE, ""),
        ('[models]\nallow = ["anthropic/*"]', OPUS, HERE, ""),
        ('[models]\nallow = ["gpt-*"]', OPUS, None, "not on the list of policy FILE:2 (models.allow)"),
        ('[models]\nallow = ["claude-*"]', RESOLD, None, "not on the list of policy FILE:2 (models.allow)"),
        ('[models]\nallow = ["openrouter/*"]', RESOLD, None, ""),
        ("[models]\nopen_weights_only = true", OPUS, HERE, "policy FILE:2 allows only open weights"),
        ("[models]\nopen_weights_only = true", QWEN, HERE, ""),
        ('[models]\nregions = ["us"]', OPUS, HERE, ""),
        ('[models]\nregions = ["us"]', OPUS, None, ""),
        (
            '[models]\nregions = ["eu", "ch"]',
            OPUS,
            HERE,
            'endpoint "direct" is in region us; policy FILE:2 allows eu, ch',
        ),
        (
            '[models]\nregions = ["eu"]',
            QWEN,
            Endpoint(name="ollama", protocol="openai-chat"),
            'endpoint "ollama" names no region (an [[endpoints]] of that name can); policy FILE:2 allows eu',
        ),
        ('[models]\nregions = ["eu"]', QWEN, Endpoint(name="embedded", protocol="local"), ""),
        ('[endpoints]\nallow = ["DIR*"]', OPUS, HERE, ""),
        ('[endpoints]\nallow = ["house"]', OPUS, None, ""),
        (
            '[endpoints]\nallow = ["house"]',
            OPUS,
            HERE,
            'endpoint "direct" is not on the list of policy FILE:2 (endpoints.allow)',
        ),
        (
            '[endpoints]\nallow = ["direct"]\ndeny = ["d*"]',
            OPUS,
            HERE,
            'endpoint "direct" is denied by policy FILE:3 ("d*")',
        ),
    ],
)
def test_why_not(system: Path, text: str, spec: ModelSpec, endpoint: Endpoint | None, reason: str) -> None:
    policy = load(system, text)
    assert why_not(policy, spec, endpoint).replace(str(system), "FILE") == reason


def test_an_id_of_the_persons_own_does_not_pass_the_allow_list(system: Path) -> None:
    policy = load(system, '[models]\nallow = ["glm-*"]')
    disguised = ModelSpec(id="glm-5.3", provider="openai", name="gpt-6-astra")
    assert why_not(policy, disguised, None) != ""


def test_auto_may_be_forbidden(system: Path) -> None:
    assert why_not_auto(Policy()) == ""
    assert why_not_auto(load(system, "[router]\nallowed = false")) == f"auto is not allowed by policy {system}:2"


def test_settings_are_narrowed_and_the_person_is_told(system: Path) -> None:
    policy = load(system, WHOLE)
    asked = Settings(
        max_cost_usd=20.0,
        autonomy="high",
        router=RouterSettings(mode="quality"),
        origin={"max_cost_usd": "--max-cost", "autonomy": "--auto", "router.mode": "--router", "model": "default"},
        warnings=("before",),
    )
    assert narrow(asked, policy) == Settings(
        max_cost_usd=5.0,
        autonomy="medium",
        router=RouterSettings(mode="balanced"),
        origin={
            "max_cost_usd": f"{system}:17",
            "autonomy": f"{system}:19",
            "router.mode": f"{system}:4",
            "model": "default",
        },
        warnings=(
            "before",
            f"max_cost_usd is lowered from $20 to $5 by policy {system}:17.",
            f"autonomy is lowered from high to medium by policy {system}:19.",
            f"router.mode is lowered from quality to balanced by policy {system}:4.",
        ),
    )


def test_a_fallback_is_for_those_who_name_none(system: Path) -> None:
    policy = load(system, '[router]\nmax_mode = "cost"\nfallback = ["gpt-6.1-sol"]\n')
    narrowed = narrow(Settings(origin={"router.fallback": "default", "router.mode": "default"}), policy)
    assert narrowed.router == RouterSettings(mode="cost", fallback=("gpt-6.1-sol",))
    assert (narrowed.origin["router.fallback"], narrowed.warnings) == (f"{system}:3", ())
    for own in ((), ("claude-sonnet-5-5",)):
        asked = Settings(router=RouterSettings(mode="cost", fallback=own), origin={"router.fallback": "config.toml:2"})
        assert narrow(asked, policy) == asked


def test_a_cap_nobody_asked_for_comes_without_a_warning(system: Path) -> None:
    policy = load(system, "[budget]\nmax_cost_usd = 5.0")
    assert narrow(Settings(), policy) == Settings(max_cost_usd=5.0, origin={"max_cost_usd": f"{system}:2"})


def test_settings_within_the_policy_stay_as_they_are(system: Path) -> None:
    asked = Settings(max_cost_usd=1.0, autonomy="low")
    assert narrow(asked, load(system, WHOLE)) == asked
