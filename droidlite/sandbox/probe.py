"""Finds the mechanism that works here by trying the real one on a folder of its own; never silently a weaker one."""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from shutil import which
from typing import Literal

import msgspec
from msgspec import Struct

from droidlite import __version__
from droidlite.errors import Refused
from droidlite.hostgit import path_outside
from droidlite.sandbox.confinement import Mechanism
from droidlite.sandbox.sandbox import Box, Sandbox
from droidlite.secrecy import make_private
from droidlite.tool import Start

Wanted = Literal["auto", "bwrap", "landlock", "off"]
SECONDS = 10
"""How long a trial may take."""
_HELD = "held"
_TRIAL = r"""
no() { echo "$1"; exit 0; }
: >in 2>/dev/null || no "the folder cannot be written"
(: >"$OUT/made") 2>/dev/null
(read -r line <"$OUT/secret") 2>/dev/null && no "a file of the home can be read"
[ "$KEEPS" = no ] || ! (: >.git/made) 2>/dev/null || no ".git can be written"
(: >>/proc/sys/kernel/core_pattern) 2>/dev/null && no "settings of the kernel can be written"
(echo >/dev/tcp/127.0.0.1/"$PORT") 2>/dev/null && no "a port of this machine can be reached"
echo held
"""
_KNOBS = (
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "/proc/sys/kernel/unprivileged_userns_clone",
    "/proc/sys/user/max_user_namespaces",
)
"""What can take a mechanism away while the machine runs."""


class Found(Struct, frozen=True):
    """The mechanism in force, and of each that was tried and does not work why not. `barred`: one may work, but not for
    this folder or policy; the last of the problems says what would do."""

    mechanism: Mechanism
    problems: tuple[str, ...] = ()
    bwrap: str = ""
    barred: bool = False

    @property
    def works(self) -> bool:
        """Whether commands may run: something holds them, or the person said that nothing need."""
        return self.mechanism != "none"


def find_mechanism(
    wanted: Wanted, env: Mapping[str, str], *, own: tuple[Path, ...], state: Path, root: str = ""
) -> Found:
    """What holds commands here: of "auto" the strongest that works, else the one that was named or "none". What worked
    is kept below `state` and tried anew when anything it rests on has changed. No program below `root` is taken for
    bubblewrap."""
    if wanted == "off":
        return Found("off")
    problems: list[str] = []
    for mechanism, bwrap, cannot in _candidates(wanted, env, root):
        trial = partial(_tried, mechanism, bwrap, env, own)
        problem = cannot or _remembered(state / "sandbox.json", _rests_on(mechanism, bwrap), trial)
        if not problem:
            return Found(mechanism, tuple(problems), bwrap)
        problems.append(f"{mechanism}: {problem}")
    return Found("none", tuple(problems))


def _candidates(wanted: Wanted, env: Mapping[str, str], root: str) -> Iterator[tuple[Mechanism, str, str]]:
    """Mechanisms in the order they are preferred, with bwrap's place, and why one cannot be tried."""
    if sys.platform == "darwin":
        yield "seatbelt", "", "" if wanted == "auto" else f"{wanted} is of Linux"
        return
    if wanted in ("auto", "bwrap"):
        path = path_outside(root or os.devnull, env.get("PATH", os.defpath))
        bwrap = os.path.realpath(which("bwrap", path=path) or "")
        missing = "bubblewrap is not installed" if not os.path.isfile(bwrap) else ""
        yield "bwrap", bwrap, missing
    if wanted in ("auto", "landlock"):
        known = platform.machine() in ("x86_64", "aarch64")
        yield "landlock", "", "" if known else f"the system calls of {platform.machine()} are not known"


def _tried(mechanism: Mechanism, bwrap: str, env: Mapping[str, str], own: tuple[Path, ...]) -> str:
    try:
        return _try(mechanism, bwrap, env, own)
    except OSError as error:
        return f"it cannot be tried ({error.strerror or error})"


def _try(mechanism: Mechanism, bwrap: str, env: Mapping[str, str], own: tuple[Path, ...]) -> str:
    """Why it does not hold, "" where it does: one command that tries to get out."""
    with tempfile.TemporaryDirectory(prefix="droidlite-sandbox-") as name, _sentinel() as port:
        place = Path(name).resolve()
        root, out = place / "root", place / "home"
        (root / ".git").mkdir(parents=True)
        out.mkdir()
        (out / "secret").write_text("secret\n", encoding="utf-8")
        box = Box(
            mechanism=mechanism,
            bwrap=bwrap,
            env={"PATH": env.get("PATH", os.defpath), "HOME": str(out)},
            own=own,
            scratch=place / "scratch" / "tmp",
            cache=place / "cache",
        )
        keeps = "no" if mechanism == "landlock" else "yes"
        variables = {"PATH": env.get("PATH", os.defpath), "OUT": str(out), "KEEPS": keeps, "PORT": str(port)}
        shell = which("bash", path=variables["PATH"]) or "/bin/sh"
        start = Start(
            argv=(shell, "-c", _TRIAL), cwd=root, environment=variables, reach="work", root=root, spill=place / "spill"
        )
        said = _run(Sandbox(box), start)
        return said if not (out / "made").exists() else "a file elsewhere can be written"


def _run(sandbox: Sandbox, start: Start) -> str:
    files: tuple[int, ...] = ()
    try:
        confined = sandbox.confine(start)
        files = confined.files
        ran = subprocess.run(
            confined.argv, cwd=start.cwd, env=confined.environment, capture_output=True, pass_fds=files,
            stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired, Refused) as error:
        return str(error)
    finally:
        for file in files:
            os.close(file)
    said = ran.stdout.decode("utf-8", "replace").strip()
    told = ran.stderr.decode("utf-8", "replace").strip().splitlines()
    return "" if said == _HELD else said or (told[-1] if told else f"exit code {ran.returncode}")


class _sentinel:
    """A port of this machine that somebody listens on."""

    def __enter__(self) -> int:
        import socket

        self._listening = socket.create_server(("127.0.0.1", 0))
        return int(self._listening.getsockname()[1])

    def __exit__(self, *exc: object) -> None:
        self._listening.close()


def _rests_on(mechanism: Mechanism, bwrap: str) -> str:
    """All that decides whether a mechanism works, in one line."""
    parts = [__version__, mechanism, bwrap, platform.release(), str(os.geteuid()), sys.executable]
    if bwrap:
        found = os.stat(bwrap)
        parts += [str(found.st_mtime_ns), str(found.st_size)]
    for knob in _KNOBS:
        try:
            parts.append(Path(knob).read_text(encoding="utf-8").strip())
        except OSError:
            parts.append("-")
    return " ".join(parts)


def _remembered(path: Path, rests_on: str, trial: Callable[[], str]) -> str:
    try:
        known = msgspec.json.decode(path.read_bytes(), type=list[str])
    except (OSError, msgspec.MsgspecError):
        known = []
    if rests_on in known:
        return ""
    problem = trial()
    if not problem:
        _keep(path, [*known[-3:], rests_on])
    return problem


def _keep(path: Path, known: list[str]) -> None:
    try:
        make_private(path.parent)
        file, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with open(file, "wb") as out:
            out.write(msgspec.json.encode(known))
        os.replace(name, path)
    except OSError:  # it is tried again the next time
        return
