"""The model services droidlite knows by name: which variable holds their key, where they are and what they serve."""

from msgspec import Struct

from droidlite.types import Endpoint, WireProtocol


class Service(Struct, frozen=True):
    """`name` is the provider in the catalog and the name of the endpoint; `keys` are variables, the first set wins;
    `console` is where a person gets a key; `models` are globs over model ids."""

    name: str
    keys: tuple[str, ...]
    protocol: WireProtocol
    base_url: str
    models: tuple[str, ...]
    console: str


SERVICES = (
    Service(
        "anthropic",
        ("ANTHROPIC_API_KEY",),
        "anthropic",
        "https://api.anthropic.com",
        ("claude-*",),
        "console.anthropic.com",
    ),
    Service(
        "openai",
        ("OPENAI_API_KEY",),
        "openai-responses",
        "https://api.openai.com/v1",
        ("gpt-*", "o1*", "o3*", "o4*"),
        "platform.openai.com/api-keys",
    ),
    Service(
        "openrouter",
        ("OPENROUTER_API_KEY",),
        "openai-chat",
        "https://openrouter.ai/api/v1",
        ("openrouter/*",),
        "openrouter.ai/keys",
    ),
    Service(
        "google",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        "openai-chat",
        "https://generativelanguage.googleapis.com/v1beta/openai/",
        ("gemini-*", "gemma-*"),
        "aistudio.google.com/apikey",
    ),
    Service(
        "deepseek",
        ("DEEPSEEK_API_KEY",),
        "openai-chat",
        "https://api.deepseek.com/v1",
        ("deepseek-*",),
        "platform.deepseek.com/api_keys",
    ),
    Service(
        "zai",
        ("ZAI_API_KEY", "Z_AI_API_KEY"),
        "openai-chat",
        "https://api.z.ai/api/paas/v4",
        ("glm-*",),
        "z.ai/manage-apikey/apikey-list",
    ),
    Service(
        "moonshotai",
        ("MOONSHOT_API_KEY",),
        "openai-chat",
        "https://api.moonshot.ai/v1",
        ("kimi-*", "moonshot-*"),
        "platform.moonshot.ai/console/api-keys",
    ),
    Service(
        "minimax",
        ("MINIMAX_API_KEY",),
        "openai-chat",
        "https://api.minimax.io/v1",
        ("minimax-*",),
        "platform.minimax.io",
    ),
    Service(
        "mistral",
        ("MISTRAL_API_KEY",),
        "openai-chat",
        "https://api.mistral.ai/v1",
        ("mistral-*", "ministral-*", "magistral-*", "codestral-*", "devstral-*"),
        "console.mistral.ai/api-keys",
    ),
    Service(
        "x-ai",
        ("XAI_API_KEY",),
        "openai-chat",
        "https://api.x.ai/v1",
        ("grok-*",),
        "console.x.ai",
    ),
)
"""In the order auto prefers them."""


def find_service(name: str) -> Service | None:
    return next((service for service in SERVICES if service.name == name), None)


def is_official(endpoint: Endpoint) -> bool:
    """Whether this is a known service at its own address, whose models we list: there an unknown name is a slip."""
    return any(endpoint.base_url.rstrip("/") == service.base_url.rstrip("/") for service in SERVICES)
