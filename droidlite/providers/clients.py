"""Builds the vendors' own SDK clients for an endpoint: direct, Azure, Bedrock, Vertex. One attempt, explicit keys."""

import importlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from droidlite.errors import UsageError
from droidlite.types import Endpoint

if TYPE_CHECKING:
    import httpx2

ANTHROPIC_URL = "https://api.anthropic.com"
OPENAI_URL = "https://api.openai.com/v1"
NO_KEY = "none"
"""What a server that wants no key is sent; without it the SDKs would look for one in the environment."""
AZURE_VERSION = "2025-04-01-preview"


def anthropic_url(endpoint: Endpoint) -> str:
    """The base URL without the /v1 the SDK adds itself; a cloud's own default is worked out by its client."""
    if endpoint.base_url or endpoint.kind != "direct":
        return endpoint.base_url.rstrip("/").removesuffix("/v1")
    return ANTHROPIC_URL


def openai_url(endpoint: Endpoint) -> str:
    return endpoint.base_url or OPENAI_URL


def anthropic_client(endpoint: Endpoint, http: "httpx2.Client") -> Any:
    """An Anthropic, AnthropicBedrock, AnthropicVertex or AnthropicFoundry client. `region` is the cloud's region;
    Vertex finds project and credentials where Google's libraries look, Bedrock without a key where AWS's do."""
    url = anthropic_url(endpoint)
    common: dict[str, Any] = {"http_client": http, "max_retries": 0, "open_telemetry": False}
    match endpoint.kind:
        case "direct":
            from anthropic import Anthropic

            return Anthropic(api_key=endpoint.api_key or NO_KEY, base_url=url, **common)
        case "azure":
            from anthropic.lib.foundry import AnthropicFoundry

            _need(endpoint, "base_url", endpoint.base_url)
            return AnthropicFoundry(api_key=endpoint.api_key or NO_KEY, base_url=url, **common)
        case "bedrock":
            from anthropic import AnthropicBedrock

            _need(endpoint, "region", endpoint.region)
            importlib.import_module("botocore.eventstream")  # no request is paid for whose answer cannot be read
            key = endpoint.api_key or None
            return AnthropicBedrock(api_key=key, aws_region=endpoint.region, base_url=url or None, **common)
        case "vertex":
            from anthropic import AnthropicVertex

            _need(endpoint, "region", endpoint.region)
            token = endpoint.api_key or None
            return AnthropicVertex(access_token=token, region=endpoint.region, base_url=url or None, **common)


def openai_client(endpoint: Endpoint, http: "httpx2.Client") -> Any:
    """An OpenAI client, or AzureOpenAI for an Azure resource URL (its version from ?api-version=, if any). Azure's
    newer /openai/v1 URLs speak to the plain client."""
    key = endpoint.api_key or NO_KEY
    if endpoint.kind in ("bedrock", "vertex"):
        raise UsageError(f"Endpoint {endpoint.name}: kind {endpoint.kind!r} needs protocol 'anthropic'.")
    if endpoint.kind == "azure" and "/openai/v1" not in endpoint.base_url:
        from openai import AzureOpenAI

        _need(endpoint, "base_url", endpoint.base_url)
        parts = urlsplit(endpoint.base_url)
        version = parse_qs(parts.query).get("api-version", [AZURE_VERSION])[0]
        resource = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        return AzureOpenAI(api_key=key, api_version=version, azure_endpoint=resource, http_client=http, max_retries=0)
    from openai import OpenAI

    client = OpenAI(api_key=key, base_url=openai_url(endpoint), http_client=http, max_retries=0)
    if not is_openai(endpoint):  # the person's organisation is nobody else's business
        client.organization = client.project = None
    return client


def is_openai(endpoint: Endpoint) -> bool:
    """True for OpenAI's own service (and Azure's copy of it), which wants newer field names than its imitators."""
    host = urlsplit(openai_url(endpoint)).hostname or ""
    return endpoint.kind == "azure" or host == "api.openai.com" or host.endswith(".api.openai.com")


def _need(endpoint: Endpoint, key: str, value: str) -> None:
    if not value:
        raise UsageError(f"Endpoint {endpoint.name}: kind {endpoint.kind!r} needs {key!r} in its settings.")
