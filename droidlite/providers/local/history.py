"""What has happened since the person's newest message, folded from the conversation: nothing is remembered apart."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from droidlite.providers.local.views import View, apply_edit, parse_read
from droidlite.regex import regex
from droidlite.types import Assistant, Call, Message, ToolResult, ToolResults, Usage, User

_HOST = regex(r"<(context|memory)\b[^>]*>.*?</\1>\s*", re.DOTALL)
_CODE = regex(r"^\(exit code (\d+)", re.MULTILINE)
_ASKED = regex(r"^local_\d+_0_(\d+)$")
_MISSING = regex(r"does not exist|no such file", re.IGNORECASE)


class Run(Struct, frozen=True):
    """A command that was called for: `code` is its exit code, None where it was not run. `changes` is how many
    changes had been made before it."""

    command: str
    code: int | None
    output: str
    changes: int


class History(Struct, kw_only=True):
    """Since the newest message of the person. `before` is how files were when they were first read, `now` how they
    are; `refused` is the first tool's answer to a change that was not made. `changes` are the paths that were changed,
    `tried` how each was then. `work` is what the model did so far, in tokens (see work_of), `asked` how often it was
    asked, for changes, as the ids of its calls tell."""

    said: str = ""
    earlier: tuple[str, ...] = ()
    before: dict[str, View] = field(default_factory=dict)
    now: dict[str, View] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    listings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    tried: list[View] = field(default_factory=list)
    refused: str = ""
    work: int = 0
    asked: int = 0

    def run_of(self, command: str) -> Run | None:
        """The newest run of a command."""
        return next((run for run in reversed(self.runs) if run.command == command), None)


def fold(messages: Sequence[Message]) -> History:
    start = max((at for at, message in enumerate(messages) if isinstance(message, User)), default=0)
    users = [_person(message.text) for message in messages if isinstance(message, User)]
    history = History(said=users[-1] if users else "", earlier=tuple(text for text in users[:-1] if text))
    for call, result in _answered(messages[start:]):
        _take(history, call, result)
    history.asked = sum(_asked(call) for call in _calls(messages[start:]))
    history.work = sum(work_of(m.usage) for m in messages[start:] if isinstance(m, Assistant) and m.usage)
    return history


def _calls(messages: Sequence[Message]) -> Iterator[Call]:
    return (call for message in messages if isinstance(message, Assistant) for call in message.calls)


def _asked(call: Call) -> int:
    found = _ASKED.match(call.id)
    return int(found[1]) if found else 0


def work_of(usage: Usage) -> int:
    """Tokens written, and a third of those read, which is what they take of time."""
    return usage.output + usage.input // 3


def _person(text: str) -> str:
    return _HOST.sub("", text).strip()


def _answered(messages: Sequence[Message]) -> Iterator[tuple[Call, ToolResult]]:
    calls: dict[str, Call] = {}
    for message in messages:
        match message:
            case Assistant():
                calls = {call.id: call for call in message.calls}
            case ToolResults():
                yield from ((calls[result.call_id], result) for result in message.results if result.call_id in calls)


def _take(history: History, call: Call, result: ToolResult) -> None:
    try:
        arguments: dict[str, Any] = msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return
    path = str(arguments.get("file_path", ""))
    match call.name:
        case "read":
            _take_read(history, path, result)
        case "edit" | "write":
            _take_change(history, call.name, path, arguments, result)
        case "glob" | "grep":
            key = f"{call.name} {arguments.get('pattern', '')}"
            found = () if result.is_error or result.content.startswith("No ") else tuple(result.content.split("\n"))
            history.listings[key] = found
        case "shell":
            code = _CODE.findall(result.content)
            output = _CODE.split(result.content)[0].rstrip() if code else result.content
            number = int(code[-1]) if code else None
            history.runs.append(Run(str(arguments.get("command", "")), number, output, len(history.changes)))


def _take_read(history: History, path: str, result: ToolResult) -> None:
    view = None if result.is_error else parse_read(path, result.content)
    if view is not None:
        if path not in history.changes:
            history.before[path] = view
        history.now[path] = view
    elif _MISSING.search(result.content) and result.is_error:
        history.missing.append(path)
    else:
        history.unreadable[path] = result.content.split("\n")[0][:200]


def _take_change(history: History, name: str, path: str, arguments: dict[str, Any], result: ToolResult) -> None:
    now = history.now.get(path, View(path))
    if name == "write":
        content = str(arguments.get("content", ""))
        now = View(path, tuple(content.removesuffix("\n").split("\n")) if content else ())
    else:
        every = bool(arguments.get("replace_all"))
        now = apply_edit(now, str(arguments.get("old_string", "")), str(arguments.get("new_string", "")), every=every)
    if result.is_error:
        history.refused = history.refused or result.content
        return
    history.before.setdefault(path, View(path))
    history.now[path] = now
    history.changes.append(path)
    history.tried.append(now)
