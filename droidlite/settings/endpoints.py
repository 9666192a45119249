"""The ways to reach models here: from the person's settings, then from their environment, then the embedded model."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from msgspec import structs

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.settings.addresses import address_problem, key_problem
from droidlite.settings.catalog import EMBEDDED, SCRIPTED
from droidlite.settings.config import Settings
from droidlite.settings.paths import Places
from droidlite.settings.services import SERVICES, Service
from droidlite.types import Endpoint

EMBEDDED_ENDPOINT = "embedded"
WEIGHTS_FILE = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
OLLAMA_PORT = 11434
CLOUDS = {"bedrock": "boto3", "vertex": "google.auth"}
"""What the clouds' own clients want to import, by the kind of endpoint."""


def find_endpoints(settings: Settings, env: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """Every endpoint, best first; one from the settings replaces one of the same name from the environment. Of those in
    the settings dedicated capacity comes first, then the smaller priority, then the one written first."""
    own = sorted(settings.endpoints, key=lambda endpoint: (endpoint.capacity == "shared", endpoint.priority))
    found = [*own, *_script(env), *_services(env), *_ollama(env), _embedded()]
    by_name: dict[str, Endpoint] = {}
    for endpoint in found:
        by_name.setdefault(endpoint.name, endpoint)
    return tuple(by_name.values())


def keys_of(endpoint: Endpoint) -> tuple[Endpoint, ...]:
    """The endpoint once for each of its keys, in their order; as it is where it has one or none."""
    keys = tuple(dict.fromkeys(key for key in (endpoint.api_key, *endpoint.api_keys) if key)) or ("",)
    return tuple(structs.replace(endpoint, api_key=key, api_keys=()) for key in keys)


def weights_path(places: Places, env: Mapping[str, str]) -> Path:
    """Where the embedded model's weights are looked for: DROIDLITE_WEIGHTS, else the cache."""
    named = env.get("DROIDLITE_WEIGHTS")
    return Path(named).expanduser() if named else places.cache / "models" / WEIGHTS_FILE


def has_runtime() -> bool:
    """Whether the embedded model's runtime is installed; does not import it."""
    return find_spec("xllamacpp") is not None


def why_unavailable(
    endpoint: Endpoint,
    settings: Settings,
    places: Places,
    env: Mapping[str, str],
    *,
    runtime: Callable[[], bool] = has_runtime,
) -> str:
    """Why this endpoint cannot be used now, and what to do; "" when it can. Asks nothing of any server."""
    if endpoint.name in settings.unavailable:
        return f'no key for endpoint "{endpoint.name}": {settings.unavailable[endpoint.name]}'
    if endpoint.protocol == "scripted" and not Path(endpoint.base_url).is_file():
        return f"no script at {endpoint.base_url}"
    if endpoint.protocol != "local":
        return _missing_packages(endpoint)
    weights = weights_path(places, env)
    if not runtime():
        then = "" if weights.is_file() else ", then droidlite local get"
        return f'not installed: pip install "droidlite[local]"{then}'
    if weights.is_file():
        return ""
    if env.get("DROIDLITE_WEIGHTS"):
        return f"no weights at {weights} (DROIDLITE_WEIGHTS)"
    return "no weights yet: droidlite local get"


def ollama_url(host: str) -> str:
    """The address OLLAMA_HOST means: Ollama's own forms host, host:port, :port and URLs; 0.0.0.0 is this machine."""
    scheme, _, rest = host.strip().rstrip("/").rpartition("://")
    if scheme not in ("", "http", "https"):
        raise UsageError(f'OLLAMA_HOST: "{host}" is no address; write host:port, such as 127.0.0.1:{OLLAMA_PORT}')
    address, slash, path = rest.partition("/")
    name, _, port = address.rpartition(":") if _has_port(address) else (address, "", "")
    name = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(name, name)
    port = port or {"http": "80", "https": "443"}.get(scheme, str(OLLAMA_PORT))
    if not port.isdigit():
        raise UsageError(f'OLLAMA_HOST: "{host}" is no address; write host:port, such as 127.0.0.1:{OLLAMA_PORT}')
    return f"{scheme or 'http'}://{name}:{port}{slash}{path}"


def _missing_packages(endpoint: Endpoint) -> str:
    """A cloud's own libraries; Vertex does without where it is given a token."""
    needed = CLOUDS.get(endpoint.kind)
    if needed is None or (endpoint.kind == "vertex" and endpoint.api_key) or _is_installed(needed):
        return ""
    return f"not installed: pip install 'droidlite[{endpoint.kind}]'"


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it is in
        return False


def _has_port(address: str) -> bool:
    return ":" in address.rpartition("]")[2]


def _script(env: Mapping[str, str]) -> list[Endpoint]:
    path = env.get("DROIDLITE_SCRIPT")
    if not path:
        return []
    return [Endpoint(name=SCRIPTED, protocol="scripted", base_url=path, models=(SCRIPTED, f"{SCRIPTED}-*"))]


def _services(env: Mapping[str, str]) -> list[Endpoint]:
    found = (_service(service, env) for service in SERVICES)
    return [endpoint for endpoint in found if endpoint is not None]


def _service(service: Service, env: Mapping[str, str]) -> Endpoint | None:
    """A service whose key is set. ANTHROPIC_BASE_URL and OPENAI_BASE_URL move it elsewhere, where a key may not be
    needed; what is not OpenAI itself is spoken to as a compatible server (chat completions)."""
    name, key = next(((name, key) for name in service.keys if (key := env.get(name, "").strip())), ("", ""))
    named = env.get(f"{service.name.upper()}_BASE_URL", "") if service.name in ("anthropic", "openai") else ""
    elsewhere = bool(named) and named.rstrip("/") != service.base_url.rstrip("/")
    if not key and not elsewhere:
        return None
    if problem := key_problem(key):
        raise UsageError(f"{name} {problem}.")
    if named and (problem := address_problem(named)):
        raise UsageError(f'{service.name.upper()}_BASE_URL: "{clean_line(named, 200)}" {problem}.')
    protocol, models = service.protocol, service.models
    if elsewhere and service.name == "openai":
        protocol, models = "openai-chat", (*models, "openai/*")
    return Endpoint(
        name=service.name, protocol=protocol, base_url=named or service.base_url, api_key=key, models=models
    )


def _ollama(env: Mapping[str, str]) -> list[Endpoint]:
    return [ollama_endpoint(ollama_url(env["OLLAMA_HOST"]))] if env.get("OLLAMA_HOST") else []


def ollama_endpoint(url: str) -> Endpoint:
    return Endpoint(name="ollama", protocol="openai-chat", base_url=f"{url}/v1", models=("ollama/*",))


def _embedded() -> Endpoint:
    return Endpoint(name=EMBEDDED_ENDPOINT, protocol="local", models=(EMBEDDED,))
