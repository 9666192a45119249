"""What a child process may know: everything tools need, nothing that looks like a credential."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from droidlite.secrecy import SHORTEST, leads_to_secrets

_TAKES_OVER = (
    *("LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "ENV", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "PS4"),
    *("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "SSH_AUTH_SOCK", "SUDO_ASKPASS"),
)
"""Variables that would run something in every child, or lend it the person's identity."""
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "PAGER": "cat",
    "MANPAGER": "cat",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "CLICOLOR": "0",
}
_PR_SET_DUMPABLE = 4  # linux/prctl.h


def hide_process(env: Mapping[str, str], secrets: Iterable[str]) -> None:
    """Makes this process's own environment and memory, which hold keys, unreadable to its children on Linux (they run
    as the same user): prctl(2), PR_SET_DUMPABLE. That stops no child of root's, so what would be kept from a child is
    also wiped out of the block that /proc/PID/environ shows; os.environ still holds it. Does nothing elsewhere."""
    import sys

    if sys.platform != "linux":
        return
    import ctypes

    _wipe({os.fsencode(name) for name in _withheld(env, secrets)}, ctypes)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _wipe(names: set[bytes], ctypes: Any) -> None:
    """Zeroes these variables where the kernel put them; the C library is told first, so that nothing points there."""
    for name in names:
        os.unsetenv(name)
    with open("/proc/self/stat", "rb") as file:
        start, end = map(int, file.read().rpartition(b")")[2].split()[47:49])  # env_start, env_end of proc(5)
    at = start
    for entry in ctypes.string_at(start, end - start).split(b"\0") if 0 < start < end else ():
        if entry.partition(b"=")[0] in names:
            ctypes.memset(at, 0, len(entry))
        at += len(entry) + 1


def child_environment(env: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """`env` without credentials: no name that looks like one, no value that holds one of `secrets`. Relative entries
    of PATH are dropped (a program of the repository must not pass for `ls`), prompts, pagers and colours are off."""
    withheld = _withheld(env, secrets)
    kept = {name: value for name, value in env.items() if name not in withheld}
    if "PATH" in kept:
        kept["PATH"] = os.pathsep.join(entry for entry in kept["PATH"].split(os.pathsep) if os.path.isabs(entry))
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM", "LS_COLORS"):
        kept.pop(name, None)
    return {**kept, **_QUIET}


def _withheld(env: Mapping[str, str], secrets: Iterable[str]) -> set[str]:
    known = [secret for secret in secrets if len(secret) >= SHORTEST]
    return {
        name
        for name, value in env.items()
        if name.upper() in _TAKES_OVER
        or name.upper().startswith("BASH_FUNC_")
        or leads_to_secrets(name)
        or any(secret in value for secret in known)
    }
