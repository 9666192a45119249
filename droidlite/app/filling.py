"""What fills the context window of a session: its next request, part by part."""

from droidlite.agent.compaction import full_at
from droidlite.app.session import Parts
from droidlite.types import Message, ToolResults
from droidlite.ui.adding import apportioned
from droidlite.ui.filling import Filling

SYSTEM, TOOLS, FACTS, TALK, RESULTS = "system prompt", "tools", "AGENTS.md and facts", "conversation", "tool results"
"""The parts, in the order they are sent. Facts are what the host says before the first prompt."""


def filling_of(parts: Parts) -> Filling:
    """Its parts add up to what the status line says."""
    transcript, spec = parts.agent.transcript, parts.agent.driver.route.spec
    total, messages = transcript.estimate(), transcript.messages
    system, tools, each = transcript.weights()
    sums = {SYSTEM: system, TOOLS: tools, FACTS: 0.0, TALK: 0.0, RESULTS: 0.0}
    for place, (message, weight) in enumerate(zip(messages, each, strict=False)):  # more may have been said meanwhile
        sums[_part(message, place)] += weight
    return Filling(
        model=spec.id,
        parts=tuple(zip(sums, apportioned(list(sums.values()), total), strict=True)),
        window=spec.context,
        compacted_at=full_at(spec),
        counted=transcript.counted,
        begun=bool(messages),
    )


def _part(message: Message, place: int) -> str:
    if isinstance(message, ToolResults):
        return RESULTS
    return FACTS if place == 0 else TALK
