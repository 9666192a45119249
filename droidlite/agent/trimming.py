"""Makes messages small enough for a context window, every call still answered: results first, then whole exchanges."""

from collections.abc import Sequence

import msgspec

from droidlite.agent.transcript import upper_bytes
from droidlite.types import Message, ToolResult, ToolResults, User

RESULT = 1_000
"""Characters an old result is cut to."""
START = 1 / 3
"""Share of the room that what the host said first (facts, memory files) may take."""


def trimmed(messages: Sequence[Message], room: int) -> tuple[Message, ...]:
    """`messages` in at most about `room` bytes: old results are cut, then the oldest exchanges behind the first message
    are left out, and where only the person's words are left, they are cut. No result is left without its call."""
    kept = list(messages)
    for place, message in enumerate(kept):
        if size(kept) <= room:
            return tuple(kept)
        if isinstance(message, ToolResults):
            kept[place] = _cut_results(message, RESULT)
    first, *rest = kept
    first = cut_message(first, int(room * START))
    while rest and size([first, *rest]) > room and not (len(rest) == 1 and isinstance(rest[0], User)):
        rest = rest[1:]
        while rest and isinstance(rest[0], ToolResults):
            rest = rest[1:]
    left = max(room - size([first]), 0)
    return (first, *(cut_message(message, left) if len(rest) == 1 else message for message in rest))


def cut_message(message: Message, room: int) -> Message:
    """A person's or the host's words, or results, in at most about `room` bytes; a reply is never cut."""
    if upper_bytes(message) <= room:
        return message
    match message:
        case User(text=text):
            return User(cut(text, room))
        case ToolResults(results=results):
            return _cut_results(message, room // max(len(results), 1))
    return message


def cut(text: str, most: int) -> str:
    """`text` in about `most` bytes of UTF-8: its head and its tail, and between them how much is missing."""
    data = text.encode("utf-8", "replace")
    most = max(most - 100, 100)
    if len(data) <= most + 100:
        return text
    head, tail = data[: most * 3 // 5].decode("utf-8", "ignore"), data[-(most * 2 // 5) :].decode("utf-8", "ignore")
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n[... {left_out:,} characters left out: they did not fit the context ...]\n{tail}"


def size(messages: Sequence[Message]) -> int:
    """Bytes, with pictures at a fixed bound."""
    return sum(map(upper_bytes, messages))


def _cut_results(message: ToolResults, most: int) -> ToolResults:
    return msgspec.structs.replace(message, results=tuple(_cut_result(result, most) for result in message.results))


def _cut_result(result: ToolResult, most: int) -> ToolResult:
    images = "(a picture was left out)" if result.images else ""
    return msgspec.structs.replace(result, content=cut(result.content, most) + images, images=())
