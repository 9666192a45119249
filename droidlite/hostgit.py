"""Runs git for droidlite itself: where a session has a sandbox, in it, with nothing that could be written."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import which

from droidlite.tool import Confined, Start, unconfined


def path_outside(root: str, path: str) -> str:
    """`path` without relative entries and those below `root`, where a command can write programs."""
    apart = (entry for entry in path.split(os.pathsep) if os.path.isabs(entry))
    return os.pathsep.join(entry for entry in apart if not f"{os.path.realpath(entry)}/".startswith(f"{root}/"))


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
    path = path_outside(str(root), os.environ.get("PATH", os.defpath))
    start = Start(
        argv=(which(os.path.basename(argv[0]), path=path) or argv[0], *argv[1:]),
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
