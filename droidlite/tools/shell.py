"""The shell tool: runs one command in the root, waits for it or puts it in the background."""

import os
import select
import signal
import time
from pathlib import Path

from msgspec import Struct

from droidlite.keyformats import MARK
from droidlite.regex import regex
from droidlite.sanitise import strip_escapes
from droidlite.tool import Outcome, Output, Reach, Tool, ToolContext
from droidlite.tools.children import Child, end, outlived, shell_argv, start
from droidlite.tools.files import keep
from droidlite.tools.jobs import add_job
from droidlite.tools.problem import Problem, told
from droidlite.tools.recording import Recording

DEFAULT_SECONDS = 120
MOST_SECONDS = 600
_TICK = 0.1  # seconds between looks at cancellation and progress
_CHUNK = 65_536
_LAST_WORDS = 0.2  # seconds a descendant that keeps printing after the command ended is listened to
_PROGRESS = 4_000  # characters of new output passed on at one time


class Shell(Struct, frozen=True, forbid_unknown_fields=True):
    command: str
    timeout: float = DEFAULT_SECONDS
    background: bool = False
    description: str = ""
    outside: bool = False


def _run(arguments: Shell, context: ToolContext, call_id: str) -> Outcome:
    if MARK.search(arguments.command):
        raise Problem(
            "The command holds a marker that stands for a secret; let a program read the secret where it is kept."
        )
    if not arguments.command.strip() or "\0" in arguments.command:
        raise Problem("The command is empty or holds a NUL character.")
    for path in context.overwrites(arguments.command):
        keep(context, Path(path))
    try:
        environment = context.environment | context.guards
        reach = "host" if call_id in context.outside else context.reach(arguments.command)
        child = start(
            shell_argv(arguments.command, context), context, environment=environment, reach=reach, call_id=call_id
        )
    except UnicodeEncodeError as error:
        raise Problem("The command holds characters that cannot be passed to a program.") from error
    if arguments.background:
        job = add_job(context, arguments.command, child)
        return Outcome(f"Started {job.name} in the background; read it with the job tool.")
    seconds = min(max(arguments.timeout, 1), MOST_SECONDS)
    ended = _wait(child, arguments.command, context, call_id, seconds)
    note = {
        "": f"(exit code {_exit_code(ended.code)})",
        "timeout": f"(exit code 124: stopped after its {seconds:g} s; use background for what runs longer)",
        "cancelled": f"(exit code {_exit_code(ended.code)}: interrupted)",
    }[ended.why]
    hint = _hint(ended) if reach != "host" and context.confined else ""
    content = "\n".join(part for part in (ended.text, note, ended.left, hint) if part)
    failed = bool(ended.why) or ended.code != 0
    code = 124 if ended.why == "timeout" else ended.code if ended.code >= 0 else 128 - ended.code
    return Outcome(content, is_error=failed, displays=(Output(ended.text or "(no output)"),), exit_code=code)


class Ended(Struct, frozen=True):
    """How a command ended. `code` is negative for a signal; `why` it was stopped: "", "timeout" or "cancelled"; `text`
    what it printed, head and tail where that is long; `left` says what it left running."""

    code: int
    why: str
    text: str
    left: str


def run_command(
    command: str, context: ToolContext, call_id: str, seconds: float, *, reach: Reach = "work"
) -> tuple[int | None, str]:
    """Runs a command of the host's own (a check, what the person typed) as the shell tool runs the model's.

    Returns its exit code, as a shell tells it (None = stopped at `seconds` or by the person), and what it printed."""
    ended = _wait(
        start(shell_argv(command, context), context, reach=reach, call_id=call_id), command, context, call_id, seconds
    )
    told = "\n".join(part for part in (ended.text, ended.left) if part)
    if ended.why:
        return None, told
    return (ended.code if ended.code >= 0 else 128 - ended.code), told


_WALLS = regex(
    r"Could not resolve host|Name or service not known|Temporary failure in name resolution|getaddrinfo|ENOTFOUND"
    r"|EAI_AGAIN|Network is unreachable|Connection refused|ECONNREFUSED|Read-only file system|EROFS"
    r"|Operation not permitted|Permission denied",
)
"""What programs print where the sandbox stopped them, or where something else did: only ever a reason for a hint."""

_GIT_WALL = regex(r"/\.git/[^\n]*: (Read-only file system|Permission denied|Operation not permitted)")


def _hint(ended: Ended) -> str:
    if ended.code == 0 or ended.why or not _WALLS.search(ended.text):
        return ""
    if _GIT_WALL.search(ended.text):
        return (
            "(.git is kept from it: git add, git commit and the like work in a command of their own, without other "
            "programs, > or scripts in it; for what else git does see outside)"
        )
    return "(it ran in the sandbox: see outside, if that is what stopped it)"


def _wait(child: Child, command: str, context: ToolContext, call_id: str, seconds: float) -> Ended:
    recording = Recording(context.spill, "shell", context.printed)
    forget = context.cancellation.on_cancel(lambda: _interrupt(child))
    try:
        why = _follow(child, recording, context, call_id, time.monotonic() + seconds)
    finally:
        forget()
    if context.cancellation.cancelled:
        why = "cancelled"  # it may have ended by the signal before this was noticed
    if why:
        end(child)
        _drain(child, recording)
    code = child.process.wait()
    left = "\n".join(part for part in (_left_running(child, command, context), child.ended()) if part)
    recording.finish()
    text = _shown(recording.take())
    recording.close()
    return Ended(code, why, text, left)


def _follow(child: Child, recording: Recording, context: ToolContext, call_id: str, deadline: float) -> str:
    """Records until the command ends; returns "" or why it must be stopped. A descendant that keeps the pipe open
    after the command itself ended is not waited for."""
    pipe = child.process.stdout
    assert pipe is not None
    pending, told_at, ended = "", 0.0, False
    while True:
        if context.cancellation.cancelled:
            return "cancelled"
        now = time.monotonic()
        if now >= deadline:
            return "" if ended else "timeout"
        if pending and now - told_at >= _TICK:
            context.progress(call_id, pending)
            pending, told_at = "", now
        ended = child.process.poll() is not None
        if ended:
            deadline = min(deadline, now + _LAST_WORDS)
        ready, _, _ = select.select([pipe], [], [], 0 if ended else min(_TICK, deadline - now))
        if not ready:
            if ended:
                return ""
            continue
        data = os.read(pipe.fileno(), _CHUNK)
        if not data:
            return _await_exit(child, context, deadline)
        pending = (pending + recording.add(data))[-_PROGRESS:]


def _await_exit(child: Child, context: ToolContext, deadline: float) -> str:
    """Waits for a command that closed its output; returns "" or why it must be stopped."""
    pause = 0.0002
    while child.process.poll() is None:
        if context.cancellation.wait(pause):
            return "cancelled"
        if time.monotonic() >= deadline:
            return "timeout"
        pause = min(pause * 2, _TICK)
    return ""


def _drain(child: Child, recording: Recording) -> None:
    """Records what a stopped command had already printed."""
    pipe = child.process.stdout
    assert pipe is not None
    while select.select([pipe], [], [], 0)[0] and (data := os.read(pipe.fileno(), _CHUNK)):
        recording.add(data)


def _left_running(child: Child, command: str, context: ToolContext) -> str:
    """Keeps what the command left behind as a job, so that it can be read and is ended with the session."""
    pipe = child.process.stdout
    assert pipe is not None
    if not outlived(child):
        pipe.close()
        return ""
    job = add_job(context, command, child)
    return f"(it left a process running in the background: {job.name})"


def _interrupt(child: Child) -> None:
    if child.process.returncode is not None:
        return
    try:
        os.killpg(child.process.pid, signal.SIGTERM)
    except OSError:
        return


def _exit_code(code: int) -> str:
    """As a shell tells it: 128 + n for signal n."""
    return str(code) if code >= 0 else f"{128 - code}: killed by signal {signal.Signals(-code).name}"


def _shown(text: str) -> str:
    """Without colours, and with only the last state of lines that were redrawn."""
    lines = strip_escapes(text).replace("\r\n", "\n").rstrip("\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


TOOL = Tool(
    name="shell",
    description=(
        "Run a bash command in the working folder (cd does not last). No input, no terminal. "
        "timeout in seconds, at most 600. background: returns at once, see job. Only the working folder can be changed "
        "(its .git only by a command that is git's alone) and there is no network; outside: the person is asked to let "
        "it run without these limits."
    ),
    arguments=Shell,
    effect="execute",
    run=told(_run),
)
