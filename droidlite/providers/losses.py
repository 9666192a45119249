"""What of a conversation another model cannot be given, in sentences for the person."""

from collections import Counter
from collections.abc import Iterable

from droidlite.providers.pictures import pictures, visible
from droidlite.providers.transcript import is_own, read_items
from droidlite.types import Assistant, Message, ModelSpec, Opaque, ToolResults, User, WireProtocol

KINDS = {
    "anthropic": ("signed thinking block", ("thinking", "redacted_thinking")),
    "openai-responses": ("encrypted reasoning item", ("reasoning",)),
}
"""By protocol: what its own items for thinking are called, and their types."""


def losses(
    messages: Iterable[Message], to_spec: ModelSpec, to_protocol: WireProtocol, to_endpoint: str = ""
) -> tuple[str, ...]:
    """What is dropped or stands in words when `messages` go to `to_spec` by `to_protocol`, through the endpoint of that
    name: nothing where it is all its own."""
    messages = tuple(messages)
    thoughts: Counter[tuple[str, str]] = Counter()
    for message in messages:
        opaque = message.opaque if isinstance(message, Assistant) else None
        if opaque is not None and not is_own(opaque, to_spec, protocol=to_protocol, endpoint=to_endpoint):
            kind, count = _thinking(opaque)
            thoughts[opaque.model, kind] += count
    told = [
        f"{_counted(count, kind)} of {model} {_are(count)} dropped"
        for (model, kind), count in thoughts.items()
        if count
    ]
    unseen = sum(not visible(image, to_spec) for image in pictures(messages))
    if unseen:
        told.append(f"{_counted(unseen, 'image')} {_are(unseen)} only named: {to_spec.id} cannot see {_them(unseen)}")
    orphans = _unanswered(messages)
    if orphans:
        told.append(f"{_counted(orphans, 'call')} without a result {_are(orphans)} told as interrupted")
    return tuple(told)


def _thinking(opaque: Opaque) -> tuple[str, int]:
    """What the thinking in a reply's own items is called, and how many pieces of it there are."""
    items = read_items(opaque)
    name, types = KINDS.get(opaque.protocol, ("reasoning text", ()))
    return name, sum(item.get("type") in types for item in items) if types else len(items)


def _unanswered(messages: tuple[Message, ...]) -> int:
    """Calls that no result answers before something else is said."""
    count, waiting = 0, set[str]()
    for message in messages:
        match message:
            case ToolResults(results=results):
                waiting -= {result.call_id for result in results}
            case Assistant(calls=calls):
                count, waiting = count + len(waiting), {call.id for call in calls}
            case User():
                count, waiting = count + len(waiting), set()
    return count + len(waiting)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"
