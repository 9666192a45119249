"""The ways to reach models: one module a protocol, each loaded only when an endpoint needs it."""

from droidlite.types import Endpoint, Provider

__all__ = ["make", "warm"]


def make(endpoint: Endpoint) -> Provider:
    """The provider for an endpoint. Imports no SDK yet. Raises UsageError for an endpoint that cannot be used."""
    match endpoint.protocol:
        case "anthropic":
            from droidlite.providers.anthropic import AnthropicMessages

            return AnthropicMessages(endpoint)
        case "openai-responses":
            from droidlite.providers.openai_responses import OpenAIResponses

            return OpenAIResponses(endpoint)
        case "openai-chat":
            from droidlite.providers.openai_chat import OpenAIChat

            return OpenAIChat(endpoint)
        case "scripted":
            from droidlite.providers.scripted import Scripted

            return Scripted(endpoint)
        case "local":
            from droidlite.providers.local import Local

            return Local(endpoint)


def warm(protocol: str) -> None:
    """Imports what the first request of a protocol will need; run it in a thread while other work is done."""
    from droidlite.providers.sdk import load

    match protocol:
        case "anthropic":
            load("anthropic")
        case "openai-responses" | "openai-chat":
            load("openai")
