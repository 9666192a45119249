"""A command the person typed behind `!`: run as the shell tool runs one, its output shown while it comes."""

import queue
import time
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor

from droidlite.app.auditing import Noted
from droidlite.app.checking import execute_in
from droidlite.events import CallFinished, CallProgressed, CallStarted, Event
from droidlite.keyformats import MARK
from droidlite.session.audit_records import HostRan
from droidlite.tool import Output, ToolContext

SECONDS = 600.0
"""How long such a command may take."""


def run_typed(command: str, context: ToolContext, noted: Noted) -> Generator[Event, None, CallFinished]:
    """Yields what happens; returns the end, not yielded yet. `noted` keeps that it ran, however it ended."""
    call_id, began, started = f"typed-{time.monotonic_ns()}", time.time(), time.monotonic()
    yield CallStarted(call_id=call_id, name="shell", summary=command)
    news: queue.SimpleQueue[CallProgressed | None] = queue.SimpleQueue()
    context.progress = lambda call_id, text: news.put(CallProgressed(call_id, text))
    with ThreadPoolExecutor(max_workers=1) as thread:
        work = thread.submit(execute_in(context, call_id), command, SECONDS)
        work.add_done_callback(lambda done: news.put(None))
        try:
            while told := news.get():
                yield told
        finally:
            if not work.done():  # the iterator was closed: stop the command before the thread is waited for
                context.cancellation.cancel()
            noted(_ran(command, work, began, context))
    code, output = work.result()
    return CallFinished(
        call_id=call_id,
        name="shell",
        content=f"{output}\n{_note(code, context)}".lstrip(),
        is_error=code != 0,
        seconds=time.monotonic() - started,
        displays=(Output(output or "(no output)"),),
        redacted=len(MARK.findall(output)),
    )


def _ran(command: str, work: "Future[tuple[int | None, str]]", began: float, context: ToolContext) -> HostRan:
    code = work.result()[0] if work.done() and work.exception() is None else None
    told = context.redaction.text(command)
    return HostRan(command=told, by="person", exit_code=code, seconds=time.time() - began, sandbox="off", at=began)


def _note(code: int | None, context: ToolContext) -> str:
    """How it ended, as the shell tool says it."""
    if code is not None:
        return f"(exit code {code})"
    if context.cancellation.cancelled:
        return "(exit code 130: interrupted)"
    return f"(exit code 124: stopped after its {SECONDS:.0f} s)"
