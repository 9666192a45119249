"""What a compaction carries over by rule, whatever the summary says: the person's words, files, todos, the failure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from droidlite.agent.describing import summarise
from droidlite.agent.prompt import read_prompt
from droidlite.agent.transcript import Transcript
from droidlite.agent.trimming import cut
from droidlite.regex import regex
from droidlite.types import Assistant, Call, Message, ToolResult, ToolResults, User

FILES = 50
"""Changed files that are named."""
STEPS = 20
"""Newest prompts and calls that a summary by rule tells."""
LINE = 200
"""Characters of each."""
_MARKS = {"pending": "[ ]", "in_progress": "[>]", "completed": "[x]"}
_FAILING = regex(r'<failing command="(?P<command>[^\n]*)">\n(?P<output>.*)\n</failing>', re.DOTALL)
_NEVER_RAN = ("Not run:", "Interrupted")


def carried(transcript: Transcript, summary: str, room: int, *, newest: bool) -> User:
    """The message that stands for all that was said: in at most about `room` bytes. The newest prompt is in it where
    `newest`; otherwise it follows by itself."""
    prompts = transcript.prompts
    parts = [read_prompt("compacted")]
    if prompts and (newest or len(prompts) > 1):
        parts.append(_tagged("task", cut(prompts[0], room // 6)))
    if newest and len(prompts) > 1:
        parts.append(_tagged("newest_prompt", cut(prompts[-1], room // 6)))
    parts += [
        _tagged("files_changed", "\n".join(_named(transcript.changed()))),
        _tagged("todos", "\n".join(f"{_MARKS[todo.status]} {todo.text}" for todo in transcript.todos)),
        _failing(transcript.messages, room // 6),
        _tagged("summary", cut(summary or by_rule(transcript), room // 3)),
    ]
    return User("\n\n".join(part for part in parts if part))


def by_rule(transcript: Transcript) -> str:
    """A summary without a model: what was asked and called last, and what was said last."""
    asked = [f"asked: {_line(prompt)}" for prompt in transcript.prompts[-STEPS:]]
    called = [
        f"{call.name}: {_line(summarise(call))}{' (failed)' if result.is_error else ''}"
        for call, result in _answered(transcript.messages)
    ]
    texts = [m.text for m in transcript.messages if isinstance(m, Assistant) and m.text]
    said = [f"said: {cut(texts[-1], 2_000)}"] if texts else []
    return "\n".join([read_prompt("compact_by_rule"), *asked, *called[-STEPS:], *said])


def _failing(messages: Sequence[Message], room: int) -> str:
    """The newest command that failed and did not pass since; one carried by the compaction before counts as oldest."""
    passed: set[str] = set()
    for call, result in reversed(list(_answered(messages))):
        command = _line(summarise(call))
        if call.name != "shell" or result.content.startswith(_NEVER_RAN):
            continue
        if result.is_error and command not in passed:
            return _tagged("failing", cut(result.content, room), f' command="{command}"')
        passed.add(command)
    before = (_FAILING.search(message.text) for message in messages if isinstance(message, User))
    return next((found[0] for found in before if found and found["command"] not in passed), "")


def _answered(messages: Sequence[Message]) -> Iterator[tuple[Call, ToolResult]]:
    """Each call with its result, in order."""
    for reply, answer in pairwise(messages):
        if isinstance(reply, Assistant) and isinstance(answer, ToolResults):
            yield from zip(reply.calls, answer.results, strict=False)


def _named(changed: tuple[str, ...]) -> list[str]:
    more = [f"and {len(changed) - FILES} more"] if len(changed) > FILES else []
    return [*changed[:FILES], *more]


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def _tagged(name: str, text: str, attributes: str = "") -> str:
    """`text` between tags; "" where there is none."""
    return f"<{name}{attributes}>\n{text}\n</{name}>" if text else ""
