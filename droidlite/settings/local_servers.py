"""Finds model servers that run on this machine: Ollama, llama.cpp, vLLM. Asked only when local models matter."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from droidlite.settings.endpoints import OLLAMA_PORT, ollama_endpoint, ollama_url
from droidlite.types import Endpoint, ModelSpec

LOCAL_SERVERS = ("ollama", "llamacpp", "vllm", "local")
OPENAI_COMPATIBLE = ("http://127.0.0.1:8080", "http://127.0.0.1:8000")
"""Where llama.cpp and vLLM listen unless told otherwise."""
_LARGEST = 1_048_576
_OLLAMA_CONTEXT = 8_192
"""Tokens. Ollama cuts silently what exceeds the context it was started with and does not tell it beforehand."""
_CONTEXT = 8_192

Found = tuple[tuple[Endpoint, ...], tuple[ModelSpec, ...]]


def discover_local(
    env: Mapping[str, str], *, timeout: float = 0.3, servers: Sequence[str] = OPENAI_COMPATIBLE
) -> Found:
    """Endpoints and models of running servers, Ollama's first. `timeout` is in seconds for each step of each server;
    what does not answer, or not as expected, is not there."""
    endpoints: list[Endpoint] = []
    models: list[ModelSpec] = []
    host = env.get("OLLAMA_HOST") or f"127.0.0.1:{OLLAMA_PORT}"
    for found in (_ollama(ollama_url(host), env, timeout), *(_compatible(url, timeout) for url in servers)):
        if found is not None and found[0].name not in {endpoint.name for endpoint in endpoints}:
            endpoints.append(found[0])
            models += found[1]
    return tuple(endpoints), tuple(models)


def _ollama(url: str, env: Mapping[str, str], timeout: float) -> tuple[Endpoint, list[ModelSpec]] | None:
    answer = _get(f"{url}/api/tags", timeout)
    names = [item["name"] for item in _dicts(answer, "models") if isinstance(item.get("name"), str)]
    if answer is None:
        return None
    told = env.get("OLLAMA_CONTEXT_LENGTH", "")
    context = int(told) if told.isdigit() and int(told) >= 1024 else _OLLAMA_CONTEXT
    return ollama_endpoint(url), [_spec("ollama", name, context, paid=name.endswith("cloud")) for name in names]


def _compatible(url: str, timeout: float) -> tuple[Endpoint, list[ModelSpec]] | None:
    answer = _get(f"{url}/v1/models", timeout)
    items = [item for item in _dicts(answer, "data") if isinstance(item.get("id"), str)]
    if not items:
        return None
    owner = str(items[0].get("owned_by", ""))
    server = owner if owner in LOCAL_SERVERS else "local"
    context = _number((_get(f"{url}/props", timeout) or {}).get("default_generation_settings"), "n_ctx")
    endpoint = Endpoint(name=server, protocol="openai-chat", base_url=f"{url}/v1", models=(f"{server}/*",))
    return endpoint, [
        _spec(server, item["id"], context or _number(item, "max_model_len") or _CONTEXT) for item in items
    ]


def _spec(server: str, name: str, context: int, *, paid: bool = False) -> ModelSpec:
    """A local model costs nothing; one that a local server only passes on to a cloud has a price we do not know."""
    return ModelSpec(
        id=f"{server}/{name}",
        provider=server,
        name=name,
        tier="local",
        context=context,
        max_output=min(4096, context // 4),
        open_weights=not paid,
        price="" if paid else "free",
    )


def _dicts(answer: dict[str, Any] | None, key: str) -> list[dict[str, Any]]:
    items = (answer or {}).get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _number(value: object, key: str) -> int:
    number = value.get(key) if isinstance(value, dict) else 0
    return number if isinstance(number, int) and number >= 1024 else 0


def _get(url: str, timeout: float) -> dict[str, Any] | None:
    """The JSON object at `url`, None where there is none. Never through a proxy: this machine is meant."""
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        answer = json.loads(response.read(_LARGEST)) if response.status == 200 else None
        return answer if isinstance(answer, dict) else None
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
