"""Which endpoints the environment makes, and why one cannot be used."""

from pathlib import Path

import pytest
from msgspec import structs

from droidlite.errors import UsageError
from droidlite.settings.config import Settings
from droidlite.settings.endpoints import CLOUDS, find_endpoints, ollama_url, weights_path, why_unavailable
from droidlite.settings.paths import Places
from droidlite.types import Endpoint

EMBEDDED = Endpoint(name="embedded", protocol="local", models=("qwen2.5-coder-1.5b",))
ANTHROPIC = Endpoint(
    name="anthropic",
    protocol="anthropic",
    base_url="https://api.anthropic.com",
    api_key="ka",
    models=("claude-*",),
)
OPENAI = Endpoint(
    name="openai",
    protocol="openai-responses",
    base_url="https://api.openai.com/v1",
    api_key="ko",
    models=("gpt-*", "o1*", "o3*", "o4*"),
)


@pytest.fixture
def home(tmp_path: Path) -> Places:
    return Places(tmp_path / "config", tmp_path / "state", tmp_path / "cache")


def find(env: dict[str, str], settings: Settings | None = None) -> tuple[Endpoint, ...]:
    return find_endpoints(settings or Settings(), env)


def test_with_nothing_set_only_the_embedded_model_is_left() -> None:
    assert find({}) == (EMBEDDED,)


def test_keys_make_endpoints() -> None:
    assert find({"OPENAI_API_KEY": "ko", "ANTHROPIC_API_KEY": "ka"}) == (ANTHROPIC, OPENAI, EMBEDDED)


@pytest.mark.parametrize(
    ("variable", "name", "url"),
    [
        ("OPENROUTER_API_KEY", "openrouter", "https://openrouter.ai/api/v1"),
        ("GEMINI_API_KEY", "google", "https://generativelanguage.googleapis.com/v1beta/openai/"),
        ("GOOGLE_API_KEY", "google", "https://generativelanguage.googleapis.com/v1beta/openai/"),
        ("DEEPSEEK_API_KEY", "deepseek", "https://api.deepseek.com/v1"),
        ("MISTRAL_API_KEY", "mistral", "https://api.mistral.ai/v1"),
        ("XAI_API_KEY", "x-ai", "https://api.x.ai/v1"),
        ("MOONSHOT_API_KEY", "moonshotai", "https://api.moonshot.ai/v1"),
        ("MINIMAX_API_KEY", "minimax", "https://api.minimax.io/v1"),
        ("ZAI_API_KEY", "zai", "https://api.z.ai/api/paas/v4"),
    ],
)
def test_compatible_services(variable: str, name: str, url: str) -> None:
    first = find({variable: "k"})[0]
    assert (first.name, first.protocol, first.base_url, first.api_key) == (name, "openai-chat", url, "k")


def test_a_compatible_server_in_openais_place_speaks_chat_completions() -> None:
    url = "http://127.0.0.1:9/v1"
    globs = ("gpt-*", "o1*", "o3*", "o4*", "openai/*")
    there = Endpoint(name="openai", protocol="openai-chat", base_url=url, models=globs)
    assert find({"OPENAI_BASE_URL": url}) == (there, EMBEDDED)
    same = {"OPENAI_BASE_URL": "https://api.openai.com/v1/", "OPENAI_API_KEY": "ko"}
    assert find(same)[0].protocol == "openai-responses"


def test_anthropics_protocol_stays_wherever_it_is_served() -> None:
    env = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "ka"}
    there = Endpoint(
        name="anthropic", protocol="anthropic", base_url="http://127.0.0.1:9", api_key="ka", models=("claude-*",)
    )
    assert find(env) == (there, EMBEDDED)


def test_a_base_url_that_is_none() -> None:
    with pytest.raises(UsageError) as caught:
        find({"OPENAI_BASE_URL": "localhost:8000"})
    assert str(caught.value) == 'OPENAI_BASE_URL: "localhost:8000" must begin with http:// or https://.'


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"ANTHROPIC_BASE_URL": "http://[::1"}, 'ANTHROPIC_BASE_URL: "http://[::1" is no address; write it as'),
        ({"OPENAI_BASE_URL": "http://"}, 'OPENAI_BASE_URL: "http://" names no host; write it as'),
        ({"OPENAI_BASE_URL": "http://box:99999/v1"}, 'OPENAI_BASE_URL: "http://box:99999/v1" is no address'),
        ({"OPENAI_BASE_URL": "http://bo x/v1"}, 'OPENAI_BASE_URL: "http://bo x/v1" has a blank'),
        ({"ANTHROPIC_API_KEY": "sk-ant\nsecond-line"}, "ANTHROPIC_API_KEY has a character that no key has"),
        ({"OPENAI_API_KEY": "sk-schlüssel"}, "OPENAI_API_KEY has a character that no key has"),
    ],
)
def test_what_nothing_can_be_sent_with(env: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_endpoints(Settings(), env)
    assert str(caught.value).startswith(told)
    assert not any(env.get(name, "-") in str(caught.value) for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"))


def test_a_key_that_was_read_with_its_line_end() -> None:
    assert find_endpoints(Settings(), {"ANTHROPIC_API_KEY": " sk-ant-1234567\n"})[0].api_key == "sk-ant-1234567"
    assert [each.name for each in find_endpoints(Settings(), {"ANTHROPIC_API_KEY": " \n"})] == ["embedded"]


def test_settings_come_first_and_replace_by_name() -> None:
    mine = Endpoint(name="anthropic", protocol="anthropic", base_url="https://gateway", models=("claude-*",))
    box = Endpoint(name="box", protocol="openai-chat", base_url="http://box/v1", models=("box/*",))
    env = {"ANTHROPIC_API_KEY": "ka", "OPENAI_API_KEY": "ko"}
    assert find(env, Settings(endpoints=(box, mine))) == (box, mine, OPENAI, EMBEDDED)


def test_a_script_and_ollama() -> None:
    assert find({"DROIDLITE_SCRIPT": "/tmp/s.json", "OLLAMA_HOST": ":9999"}) == (
        Endpoint(name="scripted", protocol="scripted", base_url="/tmp/s.json", models=("scripted", "scripted-*")),
        Endpoint(name="ollama", protocol="openai-chat", base_url="http://127.0.0.1:9999/v1", models=("ollama/*",)),
        EMBEDDED,
    )


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("box:80", "http://box:80"),
        (":1234", "http://127.0.0.1:1234"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:99", "http://127.0.0.1:99"),
        ("http://box", "http://box:80"),
        ("https://box/ollama/", "https://box:443/ollama"),
        ("[::1]", "http://[::1]:11434"),
        ("[::]:5", "http://[::1]:5"),
    ],
)
def test_the_forms_of_ollama_host(host: str, url: str) -> None:
    assert ollama_url(host) == url


@pytest.mark.parametrize("host", ["box:many", "ftp://box"])
def test_an_ollama_host_that_is_none(host: str) -> None:
    with pytest.raises(UsageError) as caught:
        ollama_url(host)
    assert str(caught.value) == f'OLLAMA_HOST: "{host}" is no address; write host:port, such as 127.0.0.1:11434'


# --- why not ------------------------------------------------------------------------------------------------


def test_an_endpoint_with_a_key_can_be_used(home: Places) -> None:
    assert why_unavailable(ANTHROPIC, Settings(), home, {}) == ""


def test_an_endpoint_of_the_settings_without_its_key(home: Places) -> None:
    settings = Settings(unavailable={"anthropic": "set MY_KEY"})
    assert why_unavailable(ANTHROPIC, settings, home, {}) == 'no key for endpoint "anthropic": set MY_KEY'


@pytest.mark.parametrize(
    ("kind", "key", "module", "why"),
    [
        ("bedrock", "", "json", ""),
        ("bedrock", "k", "no_such_package", "not installed: pip install 'droidlite[bedrock]'"),
        ("vertex", "", "no_such.package", "not installed: pip install 'droidlite[vertex]'"),
        ("vertex", "token", "no_such.package", ""),
    ],
)
def test_a_cloud_needs_its_packages(
    kind: str, key: str, module: str, why: str, home: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CLOUDS, kind, module)
    cloud = structs.replace(ANTHROPIC, kind=kind, api_key=key)
    assert why_unavailable(cloud, Settings(), home, {}) == why


def test_a_script_that_is_not_there(home: Places, tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    endpoint = Endpoint(name="scripted", protocol="scripted", base_url=str(script))
    assert why_unavailable(endpoint, Settings(), home, {}) == f"no script at {script}"
    script.write_text("{}")
    assert why_unavailable(endpoint, Settings(), home, {}) == ""


@pytest.mark.parametrize(
    ("installed", "weights", "named", "reason"),
    [
        (False, False, False, 'not installed: pip install "droidlite[local]", then droidlite local get'),
        (False, True, False, 'not installed: pip install "droidlite[local]"'),
        (True, False, False, "no weights yet: droidlite local get"),
        (True, False, True, "no weights at NAMED (DROIDLITE_WEIGHTS)"),
        (True, True, False, ""),
        (True, True, True, ""),
    ],
)
def test_the_embedded_model_needs_its_runtime_and_weights(
    home: Places, tmp_path: Path, installed: bool, weights: bool, named: bool, reason: str
) -> None:
    env = {"DROIDLITE_WEIGHTS": str(tmp_path / "NAMED")} if named else {}
    path = weights_path(home, env)
    assert path == (tmp_path / "NAMED" if named else home.cache / "models" / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf")
    if weights:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("weights")
    found = why_unavailable(EMBEDDED, Settings(), home, env, runtime=lambda: installed)
    assert found.replace(str(tmp_path) + "/", "") == reason
