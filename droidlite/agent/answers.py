"""The results of one reply's calls as they come in: exactly one each, kept in the order of the calls."""

import threading
import time
from collections.abc import Container
from typing import Any

from msgspec import Struct

from droidlite.agent.permissions import Verdict
from droidlite.agent.transcript import Transcript
from droidlite.session.audit_records import VerdictGiven
from droidlite.session.records import CallStarted as CallStartedRecord
from droidlite.tool import Outcome, Todos, Tool
from droidlite.types import Autonomy, Call, ToolResult, ToolResults

INTERRUPTED = "Interrupted by the person before it finished; its outcome is unknown."
NOT_RUN = "Not run: the person interrupted."


class Prepared(Struct, frozen=True):
    """A call with its tool and decoded arguments, or the sentence the model is told instead."""

    index: int
    call: Call
    tool: Tool | None = None
    arguments: Any = None
    problem: str = ""

    @property
    def parallel(self) -> bool:
        return self.tool is not None and self.tool.effect == "read"


class Answers:
    """The results of one reply's calls as they come in, journaled at once; safe from several threads."""

    def __init__(self, transcript: Transcript, outside: Container[str] = ()) -> None:
        self.transcript, self._outside = transcript, outside
        self._started: set[int] = set()
        self._results: dict[int, ToolResult] = {}
        self._lock = threading.Lock()

    def start(self, item: Prepared, command: str) -> None:
        sandbox = "off" if item.call.id in self._outside else ""
        record = CallStartedRecord(
            call_id=item.call.id, name=item.call.name, command=command, at=time.time(), sandbox=sandbox
        )
        self.transcript.journal.append(record)
        self._started.add(item.index)

    def judged(self, item: Prepared, summary: str, verdict: Verdict, autonomy: Autonomy) -> None:
        record = VerdictGiven(
            call_id=item.call.id,
            tool=item.call.name,
            what=summary,
            allowed=verdict.allow,
            grounds=verdict.grounds,
            why=f"{verdict.reason}: {verdict.note}" if verdict.note else verdict.reason,
            rule=verdict.rule,
            autonomy=autonomy,
            at=time.time(),
        )
        self.transcript.journal.append(record)

    def finish(self, item: Prepared, outcome: Outcome) -> None:
        for shown in outcome.displays:
            if isinstance(shown, Todos):
                self.transcript.list_todos(shown.items)
        told = (outcome.content, outcome.is_error, outcome.images, outcome.exit_code, outcome.blocked)
        self._put(item.index, ToolResult(item.call.id, *told))

    def complete(self, calls: tuple[Call, ...]) -> ToolResults:
        """All results in the order of the calls; what has none by now never will, and says why."""
        for index, call in enumerate(calls):
            if index not in self._results:
                told = INTERRUPTED if index in self._started else NOT_RUN
                self._put(index, ToolResult(call.id, told, is_error=True))
        return ToolResults(results=tuple(self._results[index] for index in range(len(calls))))

    def _put(self, index: int, result: ToolResult) -> None:
        """Keeps the first result of each call: one that was left behind may still come to an end."""
        with self._lock:
            if index in self._results:
                return
            self.transcript.finish_call(result)
            self._results[index] = result
