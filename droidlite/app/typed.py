"""A command the person typed behind `!`: run as the shell tool runs one, its output shown while it comes."""

import queue
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

from droidlite.app.checking import execute_in
from droidlite.events import CallFinished, CallProgressed, CallStarted, Event
from droidlite.keyformats import MARK
from droidlite.tool import Output, ToolContext

SECONDS = 600.0
"""How long such a command may take."""


def run_typed(command: str, context: ToolContext) -> Generator[Event, None, CallFinished]:
    """Yields what happens; returns the end, not yielded yet."""
    call_id, started = f"typed-{time.monotonic_ns()}", time.monotonic()
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


def _note(code: int | None, context: ToolContext) -> str:
    """How it ended, as the shell tool says it."""
    if code is not None:
        return f"(exit code {code})"
    if context.cancellation.cancelled:
        return "(exit code 130: interrupted)"
    return f"(exit code 124: stopped after its {SECONDS:.0f} s)"
