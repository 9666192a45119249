"""Keeps secrets out of what a run tells the outside: the last look at every event before the UI has it."""

from collections.abc import Generator, Iterator

from droidlite.events import AttemptFailed, Event, TextAdded, ThoughtAdded
from droidlite.secrecy import Redaction


def without_secrets(events: Iterator[Event], redaction: Redaction) -> Iterator[Event]:
    """The events with every secret blanked out, even one that comes in several pieces of an answer."""
    try:
        yield from _redacted(events, redaction)
    finally:
        if isinstance(events, Generator):
            events.close()


def _redacted(events: Iterator[Event], redaction: Redaction) -> Iterator[Event]:
    kind: type[TextAdded] | type[ThoughtAdded] = TextAdded
    pieces = redaction.pieces()
    for event in events:
        adds = isinstance(event, TextAdded | ThoughtAdded)
        if not (adds and type(event) is kind):
            rest = pieces.rest()
            if rest and not isinstance(event, AttemptFailed):  # that one says that the text before it is void
                yield kind(rest)
        if isinstance(event, TextAdded | ThoughtAdded):
            kind = type(event)
            if text := pieces.add(event.text):
                yield kind(text)
        else:
            yield redaction.value(event)
