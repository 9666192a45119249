"""Near the context limit: the conversation gives way to a summary of it and its newest exchange."""

from collections.abc import Generator

from droidlite.agent.driver import Driver
from droidlite.agent.prompt import read_prompt
from droidlite.agent.transcript import Transcript, upper_bytes
from droidlite.events import Compacted, Event
from droidlite.session.records import Record, Replied
from droidlite.types import Assistant, Message, ModelSpec, ToolResults, User

FULL = 0.8
"""Share of the context window at which the conversation is compacted; the rest is room for the next exchange."""
SUMMARY_OUTPUT = 4_000
"""Tokens a summary may have."""
TAIL_SHARE = 0.1
"""The newest exchange is kept word for word where it takes no more than this share of the context window."""


def is_full(transcript: Transcript, spec: ModelSpec) -> bool:
    room = spec.context - min(spec.max_output, SUMMARY_OUTPUT)
    return len(transcript.messages) > 2 and transcript.estimate() > min(FULL * spec.context, room)


def compact(transcript: Transcript, driver: Driver) -> Generator[Event, None, None]:
    """Asks the model of the session for a summary (its cache is warm) and puts it in the place of what it covers.

    Raises what Driver.complete raises; the conversation is then as it was."""
    before, messages = transcript.estimate(), transcript.messages
    asking = Transcript(
        system=transcript.system,
        tools=transcript.tools,
        journal=_Unkept(transcript),
        messages=(*messages, User(read_prompt("compact"))),
        cache_key=transcript.cache_key,
    )
    reply, cost = yield from driver.complete(asking, final=True, max_output=SUMMARY_OUTPUT)
    after = transcript.replace(
        summarised(messages, reply.text, int(driver.route.spec.context * TAIL_SHARE)), before_tokens=before
    )
    yield Compacted(before_tokens=before, after_tokens=after, cost_usd=cost)


def summarised(messages: tuple[Message, ...], summary: str, tail_bytes: int) -> tuple[Message, ...]:
    """The facts and memory the session began with, the summary, and the newest exchange where it is small enough."""
    start = (*messages[:1], User(f"{read_prompt('compacted')}\n\n{summary}"))
    tail = messages[-2:]
    whole = len(tail) == 2 and isinstance(tail[0], Assistant) and isinstance(tail[1], ToolResults)
    if whole and sum(upper_bytes(m) for m in tail) <= tail_bytes * 4:
        return (*start, *tail)
    return start


class _Unkept:
    """The question for the summary is no part of the conversation: its spending is kept, its words are not."""

    def __init__(self, transcript: Transcript) -> None:
        self._journal = transcript.journal

    def append(self, record: Record) -> int:
        return 0 if isinstance(record, Replied) else self._journal.append(record)
