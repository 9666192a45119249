"""Ends what outlives its parents: processes that left their tree, and whole trees when droidlite itself is killed."""

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache

OWN = "DROIDLITE_OWN"
"""Variable of a helper process of droidlite's own that has left its session: it is not taken for an orphan."""
BEGINNING = threading.Lock()
"""Held while a child in a session of its own begins: until it has become its program it has this process's environment
and would be taken for an orphan."""
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_WATCH = r"""
trap '' INT TERM HUP
read -r line
for round in 1 2 3; do
  for folder in /proc/[0-9]*; do
    if tr '\0' '\n' <"$folder/environ" 2>/dev/null | grep -q "^$1"; then kill -9 "${folder#/proc/}"; fi
  done
done
"""
"""Waits until the other end of its input is gone, however this process dies, and kills what carries the mark."""


def process_stats() -> dict[int, list[bytes]]:
    """State, parent, process group and session of every process (proc(5), after the name in parentheses)."""
    stats: dict[int, list[bytes]] = {}
    with suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                stats[int(name)] = file.read().rpartition(b")")[2].split()[:4]
    return stats


@cache
def watch_over(mark: str) -> None:
    """Makes orphans fall to this process (prctl(2), PR_SET_CHILD_SUBREAPER), and starts a shell that kills what carries
    a variable beginning with `mark` should this process be killed. Once for each mark; Linux only. Not the kernel's
    own way, PR_SET_PDEATHSIG: that one fires when the thread ends that started the command."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with suppress(OSError), BEGINNING:  # without a shell there is no command to watch over
        watcher = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "sh", mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, OWN: "1"},
            cwd="/",
            start_new_session=True,
        )
        atexit.register(_dismiss, watcher)


def end_orphans(marked: bytes) -> None:
    """Kills the processes that fell to this one and everything below them: children in a session of their own that are
    neither marked (a variable beginning with `marked`, so a living session's) nor droidlite's own helpers."""
    if sys.platform != "linux":
        return
    for _ in range(10):  # what is killed may leave orphans in turn
        with BEGINNING:
            stats = process_stats()
            roots = {pid for pid, stat in stats.items() if _is_orphan(pid, stat, marked)}
        if not roots:
            return
        for pid in (pid for pid in stats if _descends(pid, roots, stats)):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
        for pid in roots:
            with suppress(OSError):
                os.waitpid(pid, os.WNOHANG)


def _is_orphan(pid: int, stat: list[bytes], marked: bytes) -> bool:
    if int(stat[1]) != os.getpid() or int(stat[3]) == os.getsid(0) or stat[0] in (b"Z", b"X"):
        return False
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            entries = file.read().split(b"\0")
    except OSError:
        return False
    return not any(entry.startswith((marked, OWN.encode() + b"=")) for entry in entries)


def _descends(pid: int, roots: set[int], stats: dict[int, list[bytes]]) -> bool:
    while pid in stats and pid not in roots:
        pid = int(stats[pid][1])
    return pid in roots


def _dismiss(watcher: "subprocess.Popen[bytes]") -> None:
    watcher.kill()
    watcher.wait()
