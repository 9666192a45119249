"""One consultation: a stronger model reads a bounded digest of the session and advises the one at work."""

from collections.abc import Generator, Sequence
from itertools import pairwise

from droidlite.agent.attempts import Route
from droidlite.agent.budget import Budget
from droidlite.agent.prompt import read_prompt
from droidlite.app.aside import Aside, ask_aside
from droidlite.cancellation import Cancellation
from droidlite.events import Event
from droidlite.types import Assistant, Call, Message, Request, ToolResult, ToolResults, User

OUTPUT_TOKENS = 2_000
"""What the advice may have, thinking included."""
STEPS = 12
"""Newest calls that are shown."""
SHOWN = 900
"""Characters of each call and of each result."""
TASK = 4_000
"""Characters of the task."""


def consult(route: Route, budget: Budget, digest: str, cancellation: Cancellation) -> Generator[Event, None, Aside]:
    """The advice; see ask_aside. Raises DroidliteError."""
    request = Request(
        system=read_prompt("consult"), tools=(), messages=(User(digest),), max_output=OUTPUT_TOKENS, final=False
    )
    return ask_aside(route, budget, request, cancellation)


def digest(messages: Sequence[Message], *, task: str, check: str, signs: Sequence[str]) -> str:
    """The task, what is wrong, and the newest steps: at most about STEPS * 2 * SHOWN + TASK characters, which is what
    routing.weighing.ADVICE reckons with."""
    parts = [f"<task>\n{_cut(task, TASK)}\n</task>"]
    if check:
        parts.append(f"Done means: `{check}` exits with 0.")
    parts.append(f"What was noticed: {'; '.join(signs)}." if signs else "It asked for help.")
    answered = [
        pair
        for reply, answer in pairwise(messages)
        if isinstance(reply, Assistant) and isinstance(answer, ToolResults)
        for pair in zip(reply.calls, answer.results, strict=False)
    ]
    steps = [_step(call, result) for call, result in answered[-STEPS:]]
    said = [message.text for message in messages if isinstance(message, Assistant) and message.text.strip()]
    parts += [*steps, *([f"<said>\n{_cut(said[-1], SHOWN)}\n</said>"] if said else [])]
    return "\n\n".join(parts)


def _step(call: Call, result: ToolResult) -> str:
    how = ' failed="yes"' if result.is_error else ""
    return f'<step tool="{call.name}"{how}>\n{_cut(call.arguments, SHOWN)}\n---\n{_cut(result.content, SHOWN)}\n</step>'


def _cut(text: str, most: int) -> str:
    """Head and tail."""
    return text if len(text) <= most else f"{text[: most // 3]}\n[...]\n{text[-(most - most // 3) :]}"
