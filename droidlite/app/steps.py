"""A conversation's calls as the signals of being stuck take them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from droidlite.routing.signals import Step, digest_of
from droidlite.types import Assistant, Blocked, Call, Message, ToolResult, ToolResults

Failing = Callable[[Call, ToolResult], frozenset[str] | None]
"""The names of the tests that failed in a call, None where it ran none or they cannot be told."""

NO_WORK = frozenset({"ask", "escalate", "job", "todo"})
"""Calls that are no steps: talking, planning, waiting for a command in the background."""
_CODES: dict[int, Blocked] = {126: "permission", 127: "program"}
"""Exit codes of the shell's own (POSIX, 2.8.2)."""
_PROGRAM_CODES: dict[str, dict[int, Blocked]] = {
    "curl": {**dict.fromkeys((5, 6, 7, 28, 35, 52, 56), "network"), 67: "credential"},
    "wget": {4: "network", 6: "credential"},
    "ssh": {255: "network"},
    "scp": {255: "network"},
    "gh": {4: "credential"},
}
"""Exit codes that the programs' manuals give one meaning."""


def read_steps(
    messages: Sequence[Message], *, spent_usd: float, unreadable: Callable[[Call], bool], failing: Failing
) -> Iterator[Step]:
    """The steps in `messages`, in order; `spent_usd` is what the task has cost by now."""
    for reply, answer in pairwise(messages):
        if not (isinstance(reply, Assistant) and isinstance(answer, ToolResults)):
            continue
        for call, result in zip(reply.calls, answer.results, strict=False):
            if call.name not in NO_WORK:
                yield _step(call, result, spent_usd, unreadable(call), failing)


def _step(call: Call, result: ToolResult, spent_usd: float, invalid: bool, failing: Failing) -> Step:
    arguments = _arguments(call)
    return Step(
        name=call.name,
        arguments=call.arguments if arguments is None else msgspec.json.encode(arguments, order="sorted").decode(),
        is_error=result.is_error,
        exit_code=result.exit_code,
        digest=digest_of(result.content),
        changed=() if result.is_error or arguments is None else changed_by(call.name, arguments),
        failing=failing(call, result),
        spent_usd=spent_usd,
        blocked=result.blocked or _blocked(arguments or {}, result.exit_code),
        invalid=invalid,
    )


def changed_by(name: str, arguments: dict[str, Any]) -> tuple[str, ...]:
    """The files a call of an editing tool changes."""
    if name in ("write", "edit"):
        return (str(arguments.get("file_path", "")),)
    if name != "patch":
        return ()
    heads = ("*** Add File: ", "*** Update File: ", "*** Delete File: ")
    lines = str(arguments.get("input", "")).splitlines()
    return tuple(line.partition(": ")[2] for line in lines if line.startswith(heads))


def _arguments(call: Call) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(call.arguments or "{}")
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return found if isinstance(found, dict) else None


def _blocked(arguments: dict[str, Any], code: int | None) -> Blocked:
    """By the exit code, and for programs that give one a meaning of their own by which of them the call names."""
    if not code:
        return ""
    words = {word.rpartition("/")[2] for word in str(arguments.get("command", "")).split()}
    own = (codes[code] for program, codes in _PROGRAM_CODES.items() if program in words and code in codes)
    return next(own, _CODES.get(code, ""))
