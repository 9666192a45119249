"""How much of a conversation a model's cache still holds: from when it was last used, and what it reported then."""

from collections.abc import Sequence

from msgspec import Struct

from droidlite.types import Usage

KEPT_SECONDS = {"anthropic": 300.0, "openai": 1_800.0}
"""How long a prefix is kept after its last use, by the service's provider (their documentation, 2026-11). We never ask
Anthropic for its hour."""
KEPT_ELSEWHERE = 300.0
"""Where nothing is documented."""
_STEP = 5.0
"""Seconds a clock that is only kept true may go back."""
_SLACK = 1.25
"""Models count the same text differently; by more than this it is not the same text."""
_WRITES_UNASKED = ("openai",)
"""Services that keep every prompt, though they may report no write."""


class Used(Struct, frozen=True):
    """One call: which model, when (seconds since 1970), what it reported (None = nothing)."""

    model: str
    at: float
    usage: Usage | None


def is_warm(calls: Sequence[Used], model: str, provider: str, *, now: float) -> bool:
    """Whether the cache of `model` still holds what it was last sent, as far as the service keeps one."""
    last = next((call for call in reversed(calls) if call.model == model), None)
    return last is not None and _kept(last, provider, now)


def kept_seconds(provider: str) -> float:
    return KEPT_SECONDS.get(provider, KEPT_ELSEWHERE)


def warm_tokens(calls: Sequence[Used], model: str, provider: str, *, context: int, now: float) -> int:
    """Tokens of a conversation of `context` tokens that need not be written to the cache of `model` again. `calls` are
    those about this conversation, oldest first. A call that told of more tokens than there are now was about what has
    since been compacted: nothing of it counts."""
    last = next((call for call in reversed(calls) if call.model == model and call.usage is not None), None)
    if last is None or last.usage is None or not _kept(last, provider, now):
        return 0
    usage = last.usage
    unasked = usage.input if provider in _WRITES_UNASKED else 0
    held = usage.cache_read + usage.cache_write + unasked
    whole = usage.input + usage.cache_read + usage.cache_write
    return min(held, context) if whole <= context * _SLACK else 0


def _kept(last: Used, provider: str, now: float) -> bool:
    """The clock on the wall, for the service counts the hours this machine slept. Where that clock was set back since,
    nobody knows how long it has been: then nothing is kept."""
    return -_STEP <= now - last.at < kept_seconds(provider)
