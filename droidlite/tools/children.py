"""Starts child processes in a group of their own and ends whole trees of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from msgspec import Struct

from droidlite.tool import Reach, Start, ToolContext
from droidlite.tools.orphans import BEGINNING, end_orphans, process_stats, watch_over

MARK = "DROIDLITE_CALL"
"""Variable each child carries, so that one that left its group is still found."""
_GRACE = 1.0  # seconds between asking to stop and killing
_token = os.urandom(6).hex()
_numbers = count(1)


class Child(Struct, frozen=True):
    """A running command: its process, the mark all its descendants inherit, and what is to be called when it has
    ended, which says what was put back."""

    process: subprocess.Popen[bytes]
    mark: str
    ended: Callable[[], str] = lambda: ""


def mark_of(context: ToolContext) -> str:
    """What the marks of all of this session's children start with."""
    return f"{_token}.{id(context):x}."


def shell_argv(command: str, context: ToolContext) -> list[str]:
    """bash where there is one, else sh."""
    from shutil import which

    path = context.environment.get("PATH", os.defpath)
    return [which("bash", path=path) or which("sh", path=path) or "/bin/sh", "-c", command]


def start(
    argv: Sequence[str],
    context: ToolContext,
    *,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    merge: bool = True,
    files: Sequence[int] = (),
    reach: Reach = "look",
    call_id: str = "",
) -> Child:
    """Runs `argv` within its `reach` in `cwd` (None = the working folder), nothing on stdin. `merge` puts stderr into
    stdout; else it is dropped. `files` are descriptors it gets as they are. Raises OSError, Refused."""
    watch_over(f"{MARK}={_token}.")
    mark = f"{mark_of(context)}{next(_numbers)}."
    confined = context.confine(
        Start(
            argv=tuple(argv),
            cwd=cwd or context.folder,
            environment={**(environment or context.environment), MARK: mark},
            reach=reach,
            root=context.root,
            extra=context.extra,
            spill=context.spill,
            call_id=call_id,
            unreadable=context.unreadable,
            unwritable=context.unwritable,
        )
    )
    try:
        with BEGINNING:
            process = subprocess.Popen(
                confined.argv,
                cwd=cwd or context.folder,
                env=confined.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merge else subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(*files, *confined.files),
                bufsize=0,
            )
    finally:
        for file in confined.files:
            os.close(file)
    return Child(process, mark, confined.ended)


def end(child: Child) -> None:
    """Stops the command and everything it started: asked first, killed after a second."""
    _signal(child, signal.SIGTERM)
    limit = time.monotonic() + _GRACE
    while _alive(child) and time.monotonic() < limit:
        time.sleep(0.02)
    limit = time.monotonic() + _GRACE
    while _alive(child) and time.monotonic() < limit:  # a tree that forks meanwhile, or a busy machine, takes a while
        _signal(child, signal.SIGKILL)
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(1)


def outlived(child: Child) -> bool:
    """Whether the ended command left something running in its group."""
    _bury(child.process.pid)
    try:
        os.killpg(child.process.pid, 0)
    except OSError:
        return False
    return sys.platform != "linux" or _has_living(child.process.pid)


def _bury(group: int) -> None:
    """Waits for the dead of a group that have fallen to this process, and a moment for the first process of a sandbox,
    which ends with what it ran: to look for the living takes through all of /proc."""
    pause = 0.0001
    with suppress(OSError):  # ChildProcessError: none of the group is left here
        while pause < 0.004:
            if os.waitpid(-group, os.WNOHANG)[0] == 0:
                time.sleep(pause)
                pause *= 2


def _has_living(group: int) -> bool:
    """Whether a process group holds more than the dead that nobody has buried yet, and the first process of a sandbox
    that is about to follow the last one in it."""
    living = {pid: stat for pid, stat in process_stats().items() if stat[0] not in (b"Z", b"X")}
    parents = {int(stat[1]) for stat in living.values()}
    mine = [pid for pid, stat in living.items() if int(stat[2]) == group]
    return any(pid in parents or not _keeps_sandbox(pid) for pid in mine)


def _keeps_sandbox(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:
            return file.read() == b"bwrap\n"
    except OSError:
        return True


def end_marked(mark: str) -> None:
    """Kills what is left of all children whose mark starts with `mark`, and the orphans that carry none."""
    for _ in range(10):
        left = _marked(mark)
        if not left:
            break
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
    end_orphans(f"{MARK}=".encode())


def _alive(child: Child) -> bool:
    running = child.process.poll() is None
    return running or (bool(_marked(child.mark)) if sys.platform == "linux" else outlived(child))


def _signal(child: Child, number: int) -> None:
    pids = set(_marked(child.mark)) if sys.platform == "linux" else set()
    with suppress(OSError):
        os.killpg(child.process.pid, number)
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, number)


def _marked(mark: str) -> list[int]:
    """Processes of this user whose environment holds the mark, or that descend from one (Linux; else none)."""
    wanted, found = f"{MARK}={mark}".encode(), set()
    stats = process_stats()
    for pid in stats:
        with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            if any(entry.startswith(wanted) for entry in file.read().split(b"\0")):
                found.add(pid)
    for pid in stats:
        chain = pid
        while chain in stats and chain not in found:
            chain = int(stats[chain][1])
        if chain in found:
            found.add(pid)
    return sorted(pid for pid in found if stats[pid][0] not in (b"Z", b"X"))
