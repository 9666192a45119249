"""The organisation's policy: what it forbids, and that a policy which cannot be read forbids everything."""

from pathlib import Path

import pytest

from droidlite.errors import Refused
from droidlite.settings.config import RouterSettings, Settings
from droidlite.settings.policy import (
    AutonomyPolicy,
    BudgetPolicy,
    ModelPolicy,
    Policy,
    RouterPolicy,
    Rule,
    RuleCondition,
    load_policy,
    narrow,
    why_not,
    why_not_auto,
)
from droidlite.types import Endpoint, ModelSpec

OPUS = ModelSpec(id="claude-opus-5-5", provider="anthropic")
RESOLD = ModelSpec(id="openrouter/anthropic/claude-opus-5.5", provider="openrouter", name="anthropic/claude-opus-5.5")
QWEN = ModelSpec(id="ollama/qwen3", provider="ollama", name="qwen3", open_weights=True)
HERE = Endpoint(name="direct", protocol="anthropic", region="us")

WHOLE = """
[router]
allowed = false
max_mode = "balanced"
[models]
allow = [
  "claude-*",
]
deny = ["*-preview"]
regions = ["us", "eu"]
open_weights_only = true
[budget]
max_cost_usd = 5.0
[autonomy]
max = "medium"
[[rules]]
name = "payments need a frontier model"
paths = ["services/payments/**"]
tasks = ["fix", "feature"]
languages = ["java"]
when = { mode = "headless" }
prefer = ["tier:frontier"]
guidance = "Ledger code; mistakes are expensive."
"""


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def load(system: Path, text: str) -> Policy:
    system.write_text(text, encoding="utf-8")
    return load_policy({}, system)


def test_no_file_means_no_policy(system: Path) -> None:
    assert load_policy({}, system) == Policy()


def test_a_whole_policy(system: Path) -> None:
    policy = load(system, WHOLE)
    assert policy == Policy(
        router=RouterPolicy(allowed=False, max_mode="balanced"),
        models=ModelPolicy(allow=("claude-*",), deny=("*-preview",), regions=("us", "eu"), open_weights_only=True),
        budget=BudgetPolicy(max_cost_usd=5.0),
        autonomy=AutonomyPolicy(max="medium"),
        rules=(
            Rule(
                name="payments need a frontier model",
                paths=("services/payments/**",),
                tasks=("fix", "feature"),
                languages=("java",),
                when=RuleCondition(mode="headless"),
                prefer=("tier:frontier",),
                guidance="Ledger code; mistakes are expensive.",
            ),
        ),
        file=str(system),
        lines={
            "router.allowed": f"{system}:3",
            "router.max_mode": f"{system}:4",
            "models.allow": f"{system}:6",
            "models.deny": f"{system}:9",
            "models.regions": f"{system}:10",
            "models.open_weights_only": f"{system}:11",
            "budget.max_cost_usd": f"{system}:13",
            "autonomy.max": f"{system}:15",
        },
    )


def test_the_variable_names_a_policy_only_where_the_system_has_none(system: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[budget]\nmax_cost_usd = 1.0\n")
    env = {"DROIDLITE_POLICY": str(other)}
    assert load_policy(env, system).budget.max_cost_usd == 1.0
    system.write_text("[budget]\nmax_cost_usd = 5.0\n")
    assert load_policy(env, system).budget.max_cost_usd == 5.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[models\n", "FILE:1: not valid TOML: expected ']' at the end of a table declaration"),
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
        load_policy({"DROIDLITE_POLICY": str(missing)}, system)
    assert str(caught.value) == (
        f"Nothing runs while the policy cannot be read. {missing}: is named as the policy but is not there"
    )


def test_a_dangling_link_is_a_policy_that_cannot_be_read(system: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("")
    system.symlink_to(tmp_path / "gone")
    with pytest.raises(Refused):
        load_policy({"DROIDLITE_POLICY": str(other)}, system)


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
            'endpoint "ollama" names no region; policy FILE:2 allows eu',
        ),
        ('[models]\nregions = ["eu"]', QWEN, Endpoint(name="embedded", protocol="local"), ""),
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
            "max_cost_usd": f"{system}:13",
            "autonomy": f"{system}:15",
            "router.mode": f"{system}:4",
            "model": "default",
        },
        warnings=(
            "before",
            f"max_cost_usd is lowered from $20 to $5 by policy {system}:13.",
            f"autonomy is lowered from high to medium by policy {system}:15.",
            f"router.mode is lowered from quality to balanced by policy {system}:4.",
        ),
    )


def test_a_cap_nobody_asked_for_comes_without_a_warning(system: Path) -> None:
    policy = load(system, "[budget]\nmax_cost_usd = 5.0")
    assert narrow(Settings(), policy) == Settings(max_cost_usd=5.0, origin={"max_cost_usd": f"{system}:2"})


def test_settings_within_the_policy_stay_as_they_are(system: Path) -> None:
    asked = Settings(max_cost_usd=1.0, autonomy="low")
    assert narrow(asked, load(system, WHOLE)) == asked
