"""Runs the calls of one reply: exactly one result each, in order, through error, refusal and interruption."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct

from droidlite.agent.permissions import Permissions, Verdict
from droidlite.agent.transcript import Transcript
from droidlite.errors import DroidliteError, Interrupted
from droidlite.events import CallDenied, CallFinished, CallProgressed, CallStarted, Event
from droidlite.session.records import CallStarted as CallStartedRecord
from droidlite.tool import Diff, Outcome, Output, Tool, ToolContext
from droidlite.types import Call, ToolResult, ToolResults, ToolSpec

News = queue.SimpleQueue[Event | DroidliteError | None]
"""What running calls tell: events, what stops the run, and None as each ends."""
PARALLEL = 8
"""Read-only calls that run at once."""
INVALID_IN_A_ROW = 3
"""Replies whose every call is invalid before the run is given up."""
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


class Toolbox:
    """The tools of one session. `clean` is applied to all that a tool returns before the model or the journal sees
    it (secrets out). A tool's own exceptions end here, as an error result."""

    def __init__(
        self,
        tools: tuple[Tool, ...],
        context: ToolContext,
        permissions: Permissions,
        *,
        clean: Callable[[str], str] = lambda text: text,
    ) -> None:
        self.context, self.permissions, self.clean = context, permissions, clean
        self.denials: list[str] = []
        self._invalid = 0
        self.replace(tools)

    def replace(self, tools: tuple[Tool, ...]) -> None:
        """Offers these tools from here on, as far as they are allowed."""
        self.tools = {tool.name: tool for tool in tools if self.permissions.offered(tool)}

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(describe(tool) for tool in self.tools.values())

    def run(self, calls: tuple[Call, ...], transcript: Transcript) -> Generator[Event, None, ToolResults]:
        """Runs neighbouring read-only calls together and everything else one by one. On interruption the rest is
        answered, kept, and Interrupted raised."""
        prepared = [self.prepare(call, index) for index, call in enumerate(calls)]
        self._invalid = self._invalid + 1 if all(p.problem for p in prepared) else 0
        answers = _Answers(transcript)
        try:
            for together, group in groupby(prepared, key=lambda p: p.parallel):
                for batch in _chunks(list(group), PARALLEL if together else 1):
                    yield from self._run_batch(batch, answers)
        finally:
            answer = answers.complete(calls)
            transcript.answer(answer)
        if self.context.cancellation.cancelled:
            raise Interrupted
        if self._invalid >= INVALID_IN_A_ROW:
            raise DroidliteError(f"The model wrote calls that cannot be read {INVALID_IN_A_ROW} times in a row.")
        return answer

    def prepare(self, call: Call, index: int = 0) -> Prepared:
        tool = self.tools.get(call.name)
        if tool is None:
            return Prepared(index, call, problem=f"There is no tool {call.name!r}. There are: {', '.join(self.tools)}.")
        try:
            arguments = msgspec.json.decode(call.arguments or "{}", type=tool.arguments)
        except msgspec.DecodeError as error:
            return Prepared(
                index, call, problem=f"The arguments of {call.name} cannot be used: {error}. Call it again."
            )
        except UnicodeEncodeError:
            return Prepared(index, call, problem=f"The arguments of {call.name} are not valid Unicode. Call it again.")
        return Prepared(index, call, tool, arguments)

    def _run_batch(self, batch: list[Prepared], answers: "_Answers") -> Iterator[Event]:
        news: News = queue.SimpleQueue()
        self.context.progress = lambda call_id, text: news.put(CallProgressed(call_id, self.clean(text)))
        threads: list[threading.Thread] = []
        try:
            for item in batch:
                summary = summarise(item.call)
                refusal = self._refusal(item, summary)
                if refusal is None:
                    answers.start(item)
                    yield CallStarted(
                        call_id=item.call.id,
                        name=item.call.name,
                        summary=summary,
                        arguments=msgspec.to_builtins(item.arguments),
                    )
                    threads.append(threading.Thread(target=self._work, args=(item, answers, news), daemon=True))
                    threads[-1].start()
                else:
                    yield from self._refuse(item, summary, refusal, answers)
            yield from _drain(news, len(threads))
        finally:
            if any(thread.is_alive() for thread in threads):
                # Only an interruption or a closed iterator gets here with work under way: stop it before joining.
                self.context.cancellation.cancel()
            for thread in threads:
                thread.join()

    def _work(self, item: Prepared, answers: "_Answers", news: News) -> None:
        """One call, in its thread."""
        started = time.monotonic()
        assert item.tool is not None
        try:
            outcome = item.tool.run(item.arguments, self.context, item.call.id)
        except Exception as error:  # noqa: BLE001 - the tool boundary: a broken tool is a result, not a crash
            outcome = Outcome(f"The tool {item.call.name} failed: {type(error).__name__}: {error}", is_error=True)
        outcome = self._cleaned(outcome)
        try:
            answers.finish(item, outcome)
            news.put(_finished(item.call, outcome, time.monotonic() - started))
        except DroidliteError as error:  # the journal cannot be written: told where the run is read
            news.put(error)
        finally:
            news.put(None)

    def _cleaned(self, outcome: Outcome) -> Outcome:
        """Without secrets, in what the model reads and in what a person sees."""
        displays = tuple(
            msgspec.structs.replace(shown, text=self.clean(shown.text))
            if isinstance(shown, Output)
            else msgspec.structs.replace(shown, patch=self.clean(shown.patch))
            if isinstance(shown, Diff)
            else shown
            for shown in outcome.displays
        )
        return msgspec.structs.replace(outcome, content=self.clean(outcome.content), displays=displays)

    def _refuse(self, item: Prepared, summary: str, refusal: str, answers: "_Answers") -> Iterator[Event]:
        denied = item.tool is not None and not self.context.cancellation.cancelled
        outcome = Outcome(refusal, is_error=True, blocked="permission" if denied else "")
        if denied:
            self.denials.append(summary)
            yield CallDenied(call_id=item.call.id, name=item.call.name, summary=summary, reason=refusal)
        answers.finish(item, outcome)
        yield _finished(item.call, outcome, 0.0)

    def _refusal(self, item: Prepared, summary: str) -> str | None:
        """Why this call does not run, for the model; None when it may."""
        if self.context.cancellation.cancelled:
            return NOT_RUN
        if item.tool is None:
            return item.problem
        tool, arguments = item.tool, item.arguments
        verdict = self.permissions.decide(
            tool,
            arguments,
            summary,
            lambda: tool.preview(arguments, self.context) if tool.preview is not None else (),
        )
        return None if verdict.allow else _told(verdict)


class _Answers:
    """The results of one reply's calls as they come in, journaled at once; safe from several threads."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._started: set[int] = set()
        self._results: dict[int, ToolResult] = {}

    def start(self, item: Prepared) -> None:
        self.transcript.journal.append(CallStartedRecord(call_id=item.call.id, name=item.call.name))
        self._started.add(item.index)

    def finish(self, item: Prepared, outcome: Outcome) -> None:
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
        self.transcript.finish_call(result)
        self._results[index] = result


def describe(tool: Tool) -> ToolSpec:
    """A tool as models see it: the JSON Schema of its arguments, inlined and without what no model needs."""
    _, components = msgspec.json.schema_components([tool.arguments], ref_template="{name}")
    return ToolSpec(tool.name, tool.description, _inlined(components[tool.arguments.__name__], components))


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"]], components)
    properties = schema.get("properties")
    kept = {k: _inlined(v, components) for k, v in schema.items() if k not in ("title", "default", "properties")}
    if properties is not None:
        kept["properties"] = {name: _inlined(value, components) for name, value in properties.items()}
    return kept


def summarise(call: Call) -> str:
    """One line that says what a call does: the command, path, pattern or address itself, never a paraphrase."""
    try:
        arguments = msgspec.json.decode(call.arguments or "{}")
    except (msgspec.DecodeError, UnicodeEncodeError):
        return call.arguments
    if not isinstance(arguments, dict):
        return call.arguments
    for key in ("command", "file_path", "pattern", "url", "question", "job"):
        if isinstance(value := arguments.get(key), str):
            return value
    if isinstance(patch := arguments.get("input"), str):
        return ", ".join(
            line.split(": ", 1)[1] for line in patch.splitlines() if line.startswith("*** ") and ": " in line
        )
    return call.name


def _drain(news: News, running: int) -> Iterator[Event]:
    while running:
        event = news.get()
        if event is None:
            running -= 1
        elif isinstance(event, DroidliteError):
            raise event
        else:
            yield event


def _finished(call: Call, outcome: Outcome, seconds: float) -> CallFinished:
    return CallFinished(
        call_id=call.id,
        name=call.name,
        content=outcome.content,
        is_error=outcome.is_error,
        seconds=seconds,
        displays=outcome.displays,
    )


def _told(verdict: Verdict) -> str:
    return f"Not run: {verdict.reason}.{f' They say: {verdict.note}' if verdict.note else ''}"


def _chunks(items: list[Prepared], size: int) -> Iterator[list[Prepared]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
