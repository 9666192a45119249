"""A change of model: the old one leaves a note in place of the conversation, and the new one is told of its tools."""

from collections.abc import Generator

from droidlite.agent.attempts import same_model
from droidlite.agent.compaction import FITS_NOT, compacted, unheard
from droidlite.agent.driver import Driver
from droidlite.agent.prompt import read_prompt
from droidlite.agent.transcript import Transcript
from droidlite.errors import CapReached, ProviderError
from droidlite.events import Compacted, Event
from droidlite.types import Assistant, Message, ModelSpec, ToolSpec, User

NOTE_OUTPUT = 4_000
"""Tokens a note may have, thinking included."""


def hand_over(transcript: Transcript, driver: Driver, to: ModelSpec) -> Generator[Event, None, bool]:
    """Asks the model of the session for a note to `to` and puts it in the place of the conversation, with the person's
    prompts and what else every compaction carries. The request only extends the conversation and forbids no call (to
    forbid them would make Anthropic read all of it anew), so the cache is warm.

    False where no whole note came: the conversation is then as it was. Raises Interrupted."""
    before = transcript.estimate()
    asking = transcript.aside((*transcript.messages, User(read_prompt("handoff"))))
    writer = Driver(
        driver.route,
        driver.budget,
        driver.cancellation,
        failover=same_model(driver.failover),
        effort=driver.effort,
    )
    try:
        reply, cost = yield from unheard(writer.complete(asking, max_output=NOTE_OUTPUT))
    except (CapReached, ProviderError):
        return False
    finally:
        driver.seconds += writer.seconds
    if reply.stop != "end" or not reply.text.strip():
        return False
    after = transcript.replace(left_by_note(transcript, to, reply.text.strip()), before_tokens=before)
    yield Compacted(before_tokens=before, after_tokens=after, cost_usd=cost)
    return True


def left_by_note(transcript: Transcript, to: ModelSpec, note: str) -> tuple[Message, ...]:
    """The conversation that `to` would get with this note."""
    return compacted(transcript, note, to, FITS_NOT)


def tell_tools(transcript: Transcript, before: tuple[ToolSpec, ...]) -> None:
    """Says which of the tools called so far are no longer there, and what took their place: `before` are those of the
    model that made way. Otherwise a model does as it sees done."""
    here, there = [tool.name for tool in transcript.tools], [tool.name for tool in before]
    called = {call.name for message in transcript.messages if isinstance(message, Assistant) for call in message.calls}
    gone = [name for name in there if name in called and name not in here]
    fresh = [name for name in here if name not in there]
    if gone and fresh:
        told = read_prompt("other_tools").format(gone=", ".join(gone), fresh=", ".join(fresh))
        transcript.say(User(told), host=True)
