"""Runs git for droidlite itself: where a session has a sandbox, in it, with nothing that could be written."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from droidlite.tool import Confined, Start, unconfined

_confine: list[Callable[[Start], Confined]] = [unconfined]


def confine_git(confine: Callable[[Start], Confined]) -> Callable[[], None]:
    """From here on git runs as `confine` has it, until what this returns is called or another says otherwise."""
    _confine[0] = confine

    def undo() -> None:
        if _confine[0] is confine:
            _confine[0] = unconfined

    return undo


def run_git(
    argv: Sequence[str], root: Path, *, seconds: float, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """What git said, nothing on its input. `argv` switches off what a repository can make it start; `environment` is
    that of this process where None. Raises OSError, Refused, subprocess.TimeoutExpired."""
    start = Start(
        argv=tuple(argv),
        cwd=root,
        environment=dict(os.environ if environment is None else environment),
        reach="look",
        root=root,
        spill=root,
    )
    confined = _confine[0](start)
    try:
        return subprocess.run(
            confined.argv,
            cwd=root,
            env=confined.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            pass_fds=confined.files,
        )
    finally:
        for file in confined.files:
            os.close(file)
