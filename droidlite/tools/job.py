"""The job tool: new output of a background command, waiting for it, killing it."""

import signal
import time

from msgspec import Struct

from droidlite.sanitise import strip_escapes
from droidlite.tool import Outcome, Output, Tool, ToolContext
from droidlite.tools.jobs import Job
from droidlite.tools.problem import Problem, told

_MOST_SECONDS = 600


class JobArguments(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    wait: float = 0
    kill: bool = False


def _run(arguments: JobArguments, context: ToolContext, call_id: str) -> Outcome:
    job = context.jobs.get(arguments.id)
    if not isinstance(job, Job):
        names = ", ".join(sorted(context.jobs)) or "none"
        raise Problem(f"There is no job {arguments.id!r}; running or ended jobs: {names}.")
    if arguments.kill:
        job.end()
    else:
        _wait(job, min(max(arguments.wait, 0), _MOST_SECONDS), context)
    text = strip_escapes(job.take()).rstrip("\n")
    content = "\n".join(part for part in (text or "(no new output)", _state(job, killed=arguments.kill)) if part)
    return Outcome(content, displays=(Output(content),))


def _wait(job: Job, seconds: float, context: ToolContext) -> None:
    limit, pause = time.monotonic() + seconds, 0.01
    while job.running and time.monotonic() < limit:
        if context.cancellation.wait(pause):
            return
        pause = min(pause * 2, 0.2)


def _state(job: Job, *, killed: bool) -> str:
    code = job.exit_code
    if killed:
        return f"({job.name} was killed)"
    if code is None or job.running:
        return f"({job.name} is running)"
    if code < 0:
        return f"({job.name} ended: killed by signal {signal.Signals(-code).name})"
    return f"({job.name} ended: exit code {code})"


TOOL = Tool(
    name="job",
    description="New output of a background command; wait: seconds for it to end first; kill: stop it.",
    arguments=JobArguments,
    effect="read",
    run=told(_run),
)
