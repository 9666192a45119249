"""The catalog: what it says is priced and consistent, and what a name means."""

import pytest
from msgspec import structs

from droidlite.errors import UsageError
from droidlite.settings.catalog import EMBEDDED, load_catalog, price_tables, resolve, serves, shipped_catalog
from droidlite.settings.config import ModelSettings, PriceTable, Settings
from droidlite.settings.prices import Prices
from droidlite.settings.services import SERVICES, find_service
from droidlite.types import Endpoint, ModelSpec

SHIPPED = shipped_catalog()
BOX = Endpoint(name="box", protocol="openai-chat", base_url="http://box/v1", models=("llama-*", "box/*"))
OFFICIAL = Endpoint(
    name="anthropic", protocol="anthropic", base_url="https://api.anthropic.com", api_key="k", models=("claude-*",)
)


def test_every_shipped_model_has_a_price() -> None:
    prices = Prices({})
    assert [spec.id for spec in SHIPPED.values() if prices.per_million(spec) is None] == []


def test_every_shipped_model_is_served_by_its_provider() -> None:
    stray = [
        spec.id
        for spec in SHIPPED.values()
        if spec.provider not in ("local", "scripted")
        and not ((service := find_service(spec.provider)) and serves(_endpoint(service.name, service.models), spec.id))
    ]
    assert stray == []


def test_no_model_is_served_by_two_services() -> None:
    owners = {
        spec.id: [service.name for service in SERVICES if serves(_endpoint(service.name, service.models), spec.id)]
        for spec in SHIPPED.values()
    }
    assert [model for model, names in owners.items() if len(names) > 1] == []


def _endpoint(name: str, models: tuple[str, ...]) -> Endpoint:
    return Endpoint(name=name, protocol="openai-chat", models=models)


def test_sizes_are_sound_and_aliases_unique() -> None:
    assert [spec.id for spec in SHIPPED.values() if not 0 < spec.max_output < spec.context] == []
    aliases = [alias for spec in SHIPPED.values() for alias in spec.aliases]
    assert len(aliases) == len(set(aliases))
    assert {spec.edit for spec in SHIPPED.values() if spec.provider == "openai"} == {"patch"}


def test_the_embedded_model() -> None:
    assert SHIPPED[EMBEDDED] == ModelSpec(
        id="qwen2.5-coder-1.5b",
        provider="local",
        tier="local",
        context=8192,
        max_output=1024,
        open_weights=True,
        price="free",
        aliases=("local",),
    )


def test_a_resold_model_can_do_the_same_under_another_name() -> None:
    own, resold = SHIPPED["claude-sonnet-5-5"], SHIPPED["openrouter/anthropic/claude-sonnet-5.5"]
    assert resold == structs.replace(
        own, id=resold.id, provider="openrouter", name="anthropic/claude-sonnet-5.5", aliases=()
    )


def test_additions_changes_and_discoveries() -> None:
    found = ModelSpec(id="ollama/qwen3", provider="ollama", name="qwen3")
    settings = Settings(
        models=(
            ModelSettings(id="claude-opus-5-5", context=200_000, open_weights=True, price=PriceTable(1, 2)),
            ModelSettings(id="mine", provider="box", price="free", open_weights=True),
            ModelSettings(id="ollama/qwen3", context=16_384),
        )
    )
    catalog = load_catalog(settings, [found])
    assert catalog["claude-opus-5-5"] == structs.replace(SHIPPED["claude-opus-5-5"], context=200_000)
    assert catalog["mine"] == ModelSpec(
        id="mine", provider="box", context=32_768, max_output=4_096, open_weights=True, price="free"
    )
    assert catalog["ollama/qwen3"] == structs.replace(found, context=16_384)
    assert len(catalog) == len(SHIPPED) + 2
    assert price_tables(settings) == {"claude-opus-5-5": PriceTable(1, 2)}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("claude-sonnet-5-5", "claude-sonnet-5-5"),
        (" Claude-Sonnet-5-5 ", "claude-sonnet-5-5"),
        ("anthropic/claude-sonnet-5-5", "claude-sonnet-5-5"),
        ("sonnet", "claude-sonnet-5-5"),
        ("opus", "claude-opus-5-5"),
        ("haiku", "claude-haiku-5-5"),
        ("gpt", "gpt-6.1-sol"),
        ("minimax-m3", "MiniMax-M3"),
        ("openrouter/anthropic/claude-opus-5.5", "openrouter/anthropic/claude-opus-5.5"),
        ("fast", "claude-haiku-5-5"),
        ("faster", "claude-haiku-5-5"),
    ],
)
def test_what_a_name_means(name: str, model: str) -> None:
    assert resolve(name, SHIPPED, {"fast": "haiku", "faster": "fast"}) == SHIPPED[model]


def test_the_persons_alias_wins_over_the_catalogs() -> None:
    assert resolve("opus", SHIPPED, {"opus": "claude-opus-5"}) == SHIPPED["claude-opus-5"]


def test_aliases_in_a_circle_are_told() -> None:
    with pytest.raises(UsageError) as caught:
        resolve("ping", SHIPPED, {"ping": "pong", "pong": "ping"})
    assert str(caught.value) == (
        'The alias "ping" leads back to itself (ping, pong, ping); let one of them name a model, under [aliases] in '
        "the settings."
    )


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("box/llama-4", ModelSpec(id="llama-4", provider="box", context=32_768, max_output=4_096)),
        ("box/other", ModelSpec(id="box/other", name="other", provider="box", context=32_768, max_output=4_096)),
    ],
)
def test_an_endpoint_of_ones_own_is_taken_at_its_word(name: str, spec: ModelSpec) -> None:
    assert resolve(name, SHIPPED, {}, [OFFICIAL, BOX]) == spec


def test_a_known_model_through_a_named_endpoint() -> None:
    gateway = Endpoint(name="gateway", protocol="anthropic", base_url="https://gateway", models=("claude-*",))
    assert resolve("gateway/claude-opus-5", SHIPPED, {}, [gateway]) == SHIPPED["claude-opus-5"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "claude-sonet-5-5",
            'Unknown model "claude-sonet-5-5". Nearest: claude-sonnet-5-5, claude-sonnet-5, claude-opus-5-5. '
            "All of them: droidlite models",
        ),
        ("qqqq", 'Unknown model "qqqq". All of them: droidlite models'),
        (
            "minimax-m4",
            'Unknown model "minimax-m4". Nearest: MiniMax-M3. All of them: droidlite models',
        ),
        (
            "anthropic/claude-opus-9",
            'Unknown model "anthropic/claude-opus-9". Nearest: claude-opus-5, claude-opus-5-5, '
            "claude-opus-4-8. All of them: droidlite models",
        ),
        ("box/", 'Unknown model "box/". All of them: droidlite models'),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(name, SHIPPED, {}, [OFFICIAL, BOX])
    assert str(caught.value) == sentence
