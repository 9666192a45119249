"""Which pictures of a conversation a model is shown, and what stands in the place of the others."""

from collections.abc import Iterable

from droidlite.types import Assistant, Image, Message, ModelSpec, ToolResults, User

TAKEN = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What every service that takes pictures takes (both SDKs' types, 2026-11)."""


def visible(image: Image, spec: ModelSpec) -> bool:
    return spec.images and image.media_type in TAKEN


def unseen(spec: ModelSpec) -> str:
    """What to tell who sends a picture to a model that takes none."""
    return f"{spec.id} takes no pictures: it is told that one was here, and no more. -m or /model names others."


def described(image: Image) -> str:
    """What is left of a picture that is not shown: its type and its size."""
    return f"[an image was here: {image.media_type}, {max(1, round(len(image.data) * 3 / 4_000))} kB]"


def pictures(messages: Iterable[Message]) -> tuple[Image, ...]:
    """Every picture of a conversation, oldest first."""
    found: list[Image] = []
    for message in messages:
        match message:
            case User():
                found += message.images
            case ToolResults():
                found += [image for result in message.results for image in result.images]
            case Assistant():
                pass
    return tuple(found)


def too_many(messages: Iterable[Message], most: int) -> int:
    """How many of the oldest pictures a request leaves out so that it holds at most `most`. They go half of `most` at a
    time: each that goes changes the beginning of the request, which the cache would have known."""
    over = len(pictures(messages)) - most
    half = max(most // 2, 1)
    return 0 if over <= 0 else -(-over // half) * half
