"""Near the context limit, or past it: the conversation gives way to a summary and what is carried over by rule."""

from collections.abc import Generator
from itertools import takewhile
from typing import cast

from msgspec import Struct

from droidlite.agent.carrying import carried
from droidlite.agent.driver import Driver
from droidlite.agent.prompt import read_prompt
from droidlite.agent.transcript import BYTES_PER_TOKEN, Transcript
from droidlite.agent.trimming import cut, cut_message, size, trimmed
from droidlite.errors import ProviderError
from droidlite.events import AttemptFailed, Compacted, Event, Warned
from droidlite.types import Assistant, Message, ModelSpec, ToolResults, User

FULL = 0.8
"""Share of the context window at which the conversation is compacted; the rest is room for the next exchange."""
SHARE = 0.5
"""Share of the window, or of a request that did not fit, that the request for a summary and what follows may take."""
SUMMARY_OUTPUT = 4_000
"""Tokens a summary may have."""
TAIL_SHARE = 0.1
"""The newest exchange is kept word for word where it takes no more than this share of the context window."""
TRIES = 5
"""Requests for one summary: each that does not fit is followed by one of at most half its size."""
UNUSABLE = 2
"""Empty or cut summaries before one is written by rule."""
LEAST_ROOM = 3_000
"""Bytes of messages worth asking about."""
LEAST_GAIN = 500
"""Tokens: a summary is itself that long."""
FITS_NOT = float("inf")
"""No request is known not to fit."""


def full_at(spec: ModelSpec) -> int:
    """Tokens beyond which a conversation with this model is compacted."""
    return int(min(FULL * spec.context, spec.context - min(spec.max_output, SUMMARY_OUTPUT)))


def is_full(transcript: Transcript, spec: ModelSpec) -> bool:
    return len(transcript.messages) > 2 and transcript.estimate() > full_at(spec)


def make_room(transcript: Transcript, driver: Driver, failed: float) -> Generator[Event, None, None]:
    """Compacts where the next request would be near the limit, or no smaller than one that did not fit (`failed`,
    bytes). Raises what `compact` raises."""
    if is_full(transcript, driver.route.spec) or transcript.size >= failed:
        yield from compact(transcript, driver, failed=failed)


def compact(transcript: Transcript, driver: Driver, *, failed: float = FITS_NOT) -> Generator[Event, None, None]:
    """Asks the model of the session for a summary and puts it in the place of what it covers. While the request fits,
    it extends the conversation (the cache is warm); one that does not is trimmed.

    Raises CapReached, Interrupted, and ProviderError where no request gets through; the conversation is then as it
    was."""
    before = transcript.estimate()
    summary = yield from _summary(transcript, driver, failed)
    messages = compacted(transcript, summary.text, driver.route.spec, summary.failed)
    after = transcript.replace(messages, before_tokens=before)
    yield Compacted(before_tokens=before, after_tokens=after, cost_usd=summary.cost_usd)


def gain(transcript: Transcript, spec: ModelSpec) -> int:
    """Tokens by which a compaction would make the conversation shorter, before the summary's own."""
    left = transcript.aside(compacted(transcript, "", spec, FITS_NOT))
    return int((transcript.size - left.size) / BYTES_PER_TOKEN)


class _Summary(Struct, frozen=True):
    """`text` is "" where no whole summary could be had; `failed` the size of the smallest request that did not fit;
    `cost_usd` None where it is not known."""

    text: str
    failed: float
    cost_usd: float | None


def _summary(transcript: Transcript, driver: Driver, failed: float) -> Generator[Event, None, _Summary]:
    cost: float | None = 0.0
    unusable = 0
    for _ in range(TRIES):
        asking = _asking(transcript, driver.route.spec, failed, again=unusable > 0)
        if asking is None or asking.size >= failed:
            break
        try:
            reply, usd = yield from unheard(driver.complete(asking, final=True, max_output=SUMMARY_OUTPUT))
        except ProviderError as error:
            if error.fault not in ("context", "empty", "refusal"):
                raise
            failed = asking.size if error.fault == "context" else failed
            unusable += error.fault != "context"
        else:
            cost = None if cost is None or usd is None else cost + usd
            if reply.text.strip() and reply.stop != "length":
                return _Summary(reply.text.strip(), failed, cost)
            unusable += 1
        if unusable == UNUSABLE:
            break
    return _Summary("", failed, cost)


def unheard(
    asked: Generator[Event, None, tuple[Assistant, float | None]],
) -> Generator[Event, None, tuple[Assistant, float | None]]:
    """Tells of failed attempts, not of what is said: a summary or a note is no answer to the person, and `Compacted`
    tells its cost."""
    while True:
        try:
            event = next(asked)
        except StopIteration as ended:
            return cast(tuple[Assistant, float | None], ended.value)
        if isinstance(event, AttemptFailed | Warned):
            yield event


def _asking(transcript: Transcript, spec: ModelSpec, failed: float, *, again: bool) -> Transcript | None:
    """The conversation up to what is unanswered, and the question; trimmed where the whole of it would not fit. None
    where the model has said nothing yet."""
    messages = transcript.messages[: len(transcript.messages) - len(_unanswered(transcript.messages))]
    if not any(isinstance(message, Assistant) for message in messages):
        return None
    question = [read_prompt("compact"), *([read_prompt("compact_again")] if again else [])]
    whole = transcript.aside((*messages, User("\n\n".join(question))))
    least = min(spec.max_output, SUMMARY_OUTPUT) // 2
    if whole.size <= SHARE * failed and whole.estimate() + least <= spec.context:
        return whole
    room = _room(transcript, spec, failed)
    task = cut(transcript.prompts[0], room // 6) if transcript.prompts else ""
    asked = User("\n\n".join([*question, f"{read_prompt('compact_trimmed')}\n{task}"]))
    return transcript.aside((*trimmed(messages, room - size([asked])), asked))


def compacted(transcript: Transcript, summary: str, spec: ModelSpec, failed: float) -> tuple[Message, ...]:
    """What the session began with, what is carried over, and the newest exchange or the prompt not answered yet."""
    first, room = transcript.messages[0], _room(transcript, spec, failed)
    start = cut_message(first, room // 3)
    waiting = _unanswered(transcript.messages)
    if len(waiting) == len(transcript.messages) - 1:  # nothing to sum up: only what was said can be cut
        return (start, *(cut_message(message, (room - size([start])) // len(waiting)) for message in waiting))
    tail = tuple(cut_message(message, room // 3 // len(waiting)) for message in waiting)
    tail = tail or _newest(transcript.messages, min(room // 3, int(spec.context * BYTES_PER_TOKEN * TAIL_SHARE)))
    left = room - size([start, *tail])
    follows = any(isinstance(said, User) and said.text in transcript.prompts[-1:] for said in waiting)
    return (start, carried(transcript, summary, left, newest=not follows), *tail)


def _unanswered(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """What was said since the model last spoke or called; the first message is not among it."""
    said = list(takewhile(lambda message: isinstance(message, User), reversed(messages[1:])))
    return tuple(reversed(said))


def _newest(messages: tuple[Message, ...], room: int) -> tuple[Message, ...]:
    """The newest calls and their results, cut where they are too long: so the model sees what was too much."""
    reply, results = messages[-2:]
    if not (isinstance(reply, Assistant) and isinstance(results, ToolResults)):
        return ()
    tail = (reply, cut_message(results, room - size([reply])))
    return tail if size(tail) <= room else ()


def _room(transcript: Transcript, spec: ModelSpec, failed: float) -> int:
    """Bytes of messages that surely fit: a share of the window, or of what did not fit."""
    whole = min(spec.context * BYTES_PER_TOKEN, failed)
    return max(int(whole * SHARE) - transcript.fixed_bytes, LEAST_ROOM)
