"""The ways to reach models: one module a protocol, each loaded only when an endpoint needs it."""

from contextlib import suppress

from droidlite.types import Endpoint, Provider

__all__ = ["make", "warm"]


STALL_SECONDS = 60.0
"""How long a service may make no progress before a call is given up, where the settings name no other time. Both
vendors' models send something, if only an empty thought or a reasoning item, well within it."""


def make(endpoint: Endpoint, *, stall: float | None = None) -> Provider:
    """The provider for an endpoint; `stall` is the longest time without progress, in seconds. None: STALL_SECONDS, and
    PATIENCE_SECONDS before the first word of a server on this machine. Imports no SDK yet. Raises UsageError for an
    endpoint that cannot be used."""
    unset, stall = stall is None, STALL_SECONDS if stall is None else stall
    match endpoint.protocol:
        case "anthropic":
            from droidlite.providers.anthropic import AnthropicMessages

            return AnthropicMessages(endpoint, stall=stall)
        case "openai-responses":
            from droidlite.providers.openai_responses import OpenAIResponses

            return OpenAIResponses(endpoint, stall=stall)
        case "openai-chat":
            from droidlite.providers.channel import PATIENCE_SECONDS
            from droidlite.providers.environment import is_loopback
            from droidlite.providers.openai_chat import OpenAIChat

            patience = PATIENCE_SECONDS if unset and is_loopback(endpoint.base_url) else 0.0
            return OpenAIChat(endpoint, stall=stall, patience=patience)
        case "scripted":
            from droidlite.providers.scripted import Scripted

            return Scripted(endpoint)
        case "local":
            from droidlite.providers.local import Local

            return Local(endpoint)


def warm(protocol: str, base_url: str = "") -> None:
    """Imports what the first request of a protocol will need, and loads the system's certificates unless `base_url`
    is plain HTTP. It takes 0.2 to 0.6 s, and nothing the next time: run it in a thread while other work is done, or
    where the time must not count as the service's."""
    names = {"anthropic": "anthropic", "openai-responses": "openai", "openai-chat": "openai"}
    if protocol not in names:
        return
    from droidlite.providers.environment import Unusable, trusted
    from droidlite.providers.sdk import load

    load(names[protocol])
    make(Endpoint(name="warm", protocol=protocol))  # type: ignore[arg-type]
    if not base_url.startswith("http://"):
        with suppress(Unusable):  # the request tells
            trusted()
