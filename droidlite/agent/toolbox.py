"""Runs the calls of one reply: exactly one result each, in order, through error, refusal and interruption."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from itertools import groupby
from typing import Literal

import msgspec

from droidlite.agent.answers import NOT_RUN, Answers, Prepared
from droidlite.agent.describing import describe, summarise
from droidlite.agent.permissions import Permissions, Verdict
from droidlite.agent.transcript import Transcript
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError, Interrupted
from droidlite.events import CallDenied, CallFinished, CallProgressed, CallStarted, Event
from droidlite.keyformats import MARK
from droidlite.tool import Diff, Outcome, Output, Tool, ToolContext
from droidlite.types import Call, ToolResults, ToolSpec

News = queue.SimpleQueue[Event | DroidliteError | Literal["ended", "cancelled"]]
"""What running calls tell: events, what stops the run, and "ended" as each ends."""
PARALLEL = 8
"""Read-only calls that run at once."""
INVALID_IN_A_ROW = 3
"""Replies whose every call is invalid before the run is given up."""
PATIENCE = 5.0
"""Seconds a call may take to stop once the run is cancelled; one that is deaf for longer is left behind."""


class Toolbox:
    """The tools of one session. `clean` is applied to all that a tool returns before the model or the journal sees
    it (secrets out), and how many went is told. A tool's own exceptions end here, as an error result."""

    def __init__(
        self,
        tools: tuple[Tool, ...],
        context: ToolContext,
        permissions: Permissions,
        *,
        clean: Callable[[str], str] = lambda text: text,
        patience: float = PATIENCE,
    ) -> None:
        self.context, self.permissions, self.clean = context, permissions, clean
        self.patience = patience
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
        answers = Answers(transcript, self.context.outside)
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
            # not strict: models write "30" and "true" for numbers and booleans; nothing else is read as what it is not
            arguments = msgspec.json.decode(call.arguments or "{}", type=tool.arguments, strict=False)
        except msgspec.DecodeError as error:
            return Prepared(
                index, call, problem=f"The arguments of {call.name} cannot be used: {error}. Call it again."
            )
        except UnicodeEncodeError:
            return Prepared(index, call, problem=f"The arguments of {call.name} are not valid Unicode. Call it again.")
        return Prepared(index, call, tool, arguments)

    def _run_batch(self, batch: list[Prepared], answers: Answers) -> Iterator[Event]:
        news: News = queue.SimpleQueue()
        self.context.progress = lambda call_id, text: news.put(CallProgressed(call_id, text))
        threads: list[threading.Thread] = []
        ended = False
        try:
            for item in batch:
                summary = summarise(item.call)
                refusal = self._refusal(item, summary, answers)
                if refusal is None:
                    answers.start(item, summary if self._may_change(item) else "")
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
            yield from _drain(news, len(threads), self.context.cancellation, self.patience)
            ended = True  # by their own word: on a busy machine the threads themselves may live a little longer
        finally:
            if not ended and any(thread.is_alive() for thread in threads):
                # Only a failed journal or a closed iterator gets here with work under way: stop it before joining.
                self.context.cancellation.cancel()
            deadline = time.monotonic() + self.patience
            for thread in threads:
                thread.join(max(deadline - time.monotonic(), 0.0))

    def _work(self, item: Prepared, answers: Answers, news: News) -> None:
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
            news.put("ended")

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
        content = self.clean(outcome.content)
        if taken := len(MARK.findall(content)):
            secrets = "1 secret was" if taken == 1 else f"{taken} secrets were"
            content = f"{content}\n({secrets} taken out of this output)"
        return msgspec.structs.replace(outcome, content=content, displays=displays)

    def _refuse(self, item: Prepared, summary: str, refusal: str, answers: Answers) -> Iterator[Event]:
        denied = item.tool is not None and not self.context.cancellation.cancelled
        outcome = Outcome(refusal, is_error=True, blocked="permission" if denied else "")
        if denied:
            self.denials.append(summary)
            yield CallDenied(call_id=item.call.id, name=item.call.name, summary=summary, reason=refusal)
        answers.finish(item, outcome)
        yield _finished(item.call, outcome, 0.0)

    def _may_change(self, item: Prepared) -> bool:
        return item.tool is not None and self.permissions.may_change(item.tool, item.arguments)

    def _refusal(self, item: Prepared, summary: str, answers: Answers) -> str | None:
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
            tool.targets(arguments, self.context) if tool.targets is not None else (),
        )
        if verdict.outside:
            self.context.outside.add(item.call.id)
        if verdict.grounds != "reads":
            answers.judged(item, summary, verdict, self.permissions.autonomy)
        return None if verdict.allow else _told(verdict)


def _drain(news: News, running: int, cancellation: Cancellation, patience: float) -> Iterator[Event]:
    """What the running calls tell until all have ended, or `patience` seconds after the run was cancelled."""
    deadline = float("inf")
    forget = cancellation.on_cancel(lambda: news.put("cancelled"))
    try:
        while running:
            told = news.get(timeout=None if deadline == float("inf") else max(deadline - time.monotonic(), 0.0))
            if told == "ended":
                running -= 1
            elif told == "cancelled":
                deadline = time.monotonic() + patience
            elif isinstance(told, DroidliteError):
                raise told
            else:
                yield told
    except queue.Empty:
        return
    finally:
        forget()


def _finished(call: Call, outcome: Outcome, seconds: float) -> CallFinished:
    return CallFinished(
        call_id=call.id,
        name=call.name,
        content=outcome.content,
        is_error=outcome.is_error,
        seconds=seconds,
        displays=outcome.displays,
        redacted=len(MARK.findall(outcome.content)),
    )


def _told(verdict: Verdict) -> str:
    return f"Not run: {verdict.reason}.{f' They say: {verdict.note}' if verdict.note else ''}"


def _chunks(items: list[Prepared], size: int) -> Iterator[list[Prepared]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
