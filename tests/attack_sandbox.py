"""Every way out of tests/escapes.py, against each mechanism that works here, as root and as an ordinary user."""

import contextlib
import ctypes  # noqa: F401 - an ordinary user may not be able to load it later
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from binary import running
from escapes import ESCAPES, Escape

from droidlite.cancellation import Cancellation
from droidlite.errors import Refused
from droidlite.sandbox.confinement import Mechanism
from droidlite.sandbox.probe import find_mechanism
from droidlite.sandbox.sandbox import Box, Sandbox
from droidlite.tool import ToolContext
from droidlite.tools import children
from droidlite.tools.children import end_marked, mark_of, start
from droidlite.tools.orphans import watch_over

SECTION = "the sandbox"
BACKENDS: tuple[Mechanism, ...] = ("bwrap", "landlock")
QUICK = 8
"""One of so many is tried in a quick run."""
ORDINARY = 65534  # nobody
PYTHON = "/usr/bin/python3"
CANARY, WORD = "canary-7f3a91c2", "proof-58bd07e1"
ELSEWHERE = tuple(
    map(
        Path,
        (
            "/tmp/droidlite-made", "/var/tmp/droidlite-made", "/usr/local/bin/droidlite-made", "/etc/droidlite-made",
            "/etc/ld.so.preload.droidlite-made", "/var/spool/cron/crontabs/droidlite-made",
        ),
    )
)  # fmt: skip
KERNEL = tuple(
    path
    for path in map(
        Path,
        (
            "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/sys/kernel/uevent_helper",
            "/sys/fs/cgroup/release_agent",
        ),
    )
    if path.exists()
)  # fmt: skip
"""Programs that the kernel starts, outside of every sandbox."""
FORMAT = Path("/proc/sys/fs/binfmt_misc/droidlite-made")
ONCE_THERE = (".git/commondir", ".git/hooks/post-checkout", ".droidlite", ".mcp.json", ".agents")


def MECHANISM() -> str:
    working = " and ".join(mechanism for mechanism in BACKENDS if not why_not(mechanism))
    return f"{working or 'none'}; as {' and '.join(users())}"


def why_not(mechanism: Mechanism) -> str:
    """Why it cannot be tried here, "" where it can."""
    with tempfile.TemporaryDirectory() as state:
        found = find_mechanism(mechanism, os.environ, own=(), state=Path(state))  # type: ignore[arg-type]
    return "" if found.mechanism == mechanism else "; ".join(found.problems)


def users() -> tuple[str, ...]:
    """Those it can be tried as: whoever runs it and, of root, an ordinary one too."""
    if os.getuid() != 0:
        return ("an ordinary user",)
    return ("root", "an ordinary user") if ordinary_python() else ("root",)


def ordinary_python() -> bool:
    """Whether an ordinary user can run the Python that the launcher of Landlock needs."""
    return Path(PYTHON).exists()


def untried() -> list[str]:
    told = [f"{mechanism}: {why}" for mechanism in BACKENDS if (why := why_not(mechanism))]
    told += [] if "root" in users() else ["as root: it is not run by root"]
    told += [] if "an ordinary user" in users() else [f"as an ordinary user: there is no {PYTHON}"]
    told += [
        f"{each.name}: there is no {each.needs}" for each in ESCAPES if each.needs and not shutil.which(each.needs)
    ]
    return [*told, "macOS' seatbelt: its profile is only compared as text", "a kernel with a hole in it"]


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    for mechanism in BACKENDS:
        if why_not(mechanism):
            continue
        for user in users():
            for name, out in tried(mechanism, user, ESCAPES[::QUICK] if quick else ESCAPES):
                yield f"{name} ({mechanism}, {user})", out


def tried(mechanism: Mechanism, user: str, escapes: tuple[Escape, ...]) -> list[tuple[str, bool]]:
    """(name, whether it got out) of each that can be tried here."""
    _tidy()
    possible = [each for each in escapes if not each.needs or shutil.which(each.needs)]
    if user == "root" or os.getuid() != 0:
        return [(each.name, escaped(mechanism, each)) for each in possible]
    return [(each.name, _as_ordinary(lambda each=each: escaped(mechanism, each))) for each in possible]  # type: ignore[misc]


def _tidy() -> None:
    """Takes away what an earlier run left: one whose sandbox did not hold set the kernel's pattern for cores, and from
    then on every crash on this machine made a file that looks like a way out."""
    if os.getuid() != 0:
        return
    pattern = Path("/proc/sys/kernel/core_pattern")
    with contextlib.suppress(OSError):
        if "droidlite-made" in pattern.read_text():
            pattern.write_text("core")
        for path in ELSEWHERE:
            path.unlink(missing_ok=True)


def _as_ordinary(work: Callable[[], bool]) -> bool:
    """What `work` returns in a process of an ordinary user."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(ORDINARY, ORDINARY, ORDINARY)
            os.setresuid(ORDINARY, ORDINARY, ORDINARY)
            watch_over.cache_clear()  # orphans fall to this process from now on
            children._token = os.urandom(6).hex()  # what watched over the process before may still be killing its own
            told = json.dumps(work())
        except BaseException as error:  # noqa: BLE001 - told where it is waited for
            told = f"{type(error).__name__}: {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as said:
        told = said.read().decode()
    os.waitpid(pid, 0)
    assert told in ("true", "false"), told
    return told == "true"


def escaped(mechanism: Mechanism, escape: Escape) -> bool:
    """Whether the command got out of the sandbox, or anything of what it was kept from."""
    with tempfile.TemporaryDirectory(prefix="droidlite-lab-") as box:
        lab = Lab(Path(box).resolve())
        try:
            lab.run(mechanism, escape)
            return bool(lab.harm())
        finally:
            lab.close()


class Lab:
    """A folder to work in, a home with keys, somebody else's process, and services nobody should reach."""

    def __init__(self, box: Path) -> None:
        self.box, self.root, self.home, self.out, self.own = (
            box, box / "work" / "root", box / "home", box / "elsewhere", box / "own",
        )  # fmt: skip
        for folder in (
            *(self.root / ".git" / name for name in ("hooks", "objects", "refs")),
            self.home / ".ssh",
            self.home / ".cargo" / "bin",
            self.out,
            self.own,
        ):
            folder.mkdir(parents=True)
        (self.root / ".git" / "config").write_text("[core]\n")
        (self.root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (self.root / "check.sh").write_text("exit 1\n")
        (self.root / "wordfile").write_text(WORD)
        for path in (
            self.home / ".ssh" / "id_canary",
            self.home / ".cargo" / "credentials.toml",
            self.own / "keys.toml",
        ):
            path.write_text(CANARY)
        (self.home / ".bashrc").write_text("")
        (self.out / "kept").write_text("")
        self.kernel = self._kernel()
        self._services = [*self._listening()]
        self.port = self._services[0].getsockname()[1]
        with open(self.own / "keys.toml") as keys:
            self.victim = subprocess.Popen(
                ["sleep", "900"], cwd=self.out, stdin=keys, env={"HOUSE_CANARY": CANARY, "PATH": os.environ["PATH"]}
            )
        self.context = ToolContext(
            root=self.root, spill=box / "spill", environment=self._environment(),
            cancellation=Cancellation(), save=lambda path: None,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        places = {"ROOT": self.root, "HOUSE": self.home, "HOME": self.home, "OUT": self.out, "OWN": self.own}
        told = {name: str(path) for name, path in places.items()}
        told |= {"PORT": str(self.port), "VICTIM": str(self.victim.pid), "TOKEN": f"{os.getpid()}{self.victim.pid}"}
        with open(f"/proc/{self.victim.pid}/maps", encoding="utf-8") as maps:
            told["AT"] = str(int(maps.readline().partition("-")[0], 16))
        return told | {"PATH": os.environ["PATH"], "WORDFILE": str(self.root / "wordfile")}

    def _listening(self) -> Iterator[socket.socket]:
        first = socket.create_server(("127.0.0.1", 0))
        port = first.getsockname()[1]
        yield first
        with contextlib.suppress(OSError):
            yield socket.create_server(("::1", port), family=socket.AF_INET6)
        for kind, address in (
            (socket.SOCK_STREAM, str(self.out / "sock")), (socket.SOCK_STREAM, str(self.root / "sock")),
            (socket.SOCK_STREAM, f"\0droidlite-{port}"), (socket.SOCK_DGRAM, str(self.out / "dgram")),
        ):  # fmt: skip
            service = socket.socket(socket.AF_UNIX, kind)
            service.bind(address)
            if kind == socket.SOCK_STREAM:
                service.listen()
            yield service
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", port))
        yield datagrams

    def run(self, mechanism: Mechanism, escape: Escape) -> None:
        box = Box(
            mechanism=mechanism, bwrap=shutil.which("bwrap") or "", env=self.context.environment, own=(self.own,),
            scratch=self.box / "scratch" / "tmp", cache=self.box / "cache", keep=(self.root / "check.sh",),
            python=sys.executable if os.access(sys.executable, os.X_OK) else PYTHON,
        )  # fmt: skip
        self.context.confine = Sandbox(box).confine
        environment = {**self.context.environment, "WORD": WORD} if "WORD']" in escape.command else None
        with contextlib.suppress(Refused, subprocess.TimeoutExpired):
            child = start(
                [shutil.which("bash") or "/bin/bash", "-c", escape.command],
                self.context,
                environment=environment,
                reach="work",
            )
            assert child.process.stdout is not None
            with child.process.stdout:
                child.process.wait(timeout=15)
            child.ended()
        end_marked(mark_of(self.context))

    def harm(self) -> list[str]:
        """What came of it that should not have."""
        git, leak = self.root / ".git", self.root / "leak"
        found = {
            "written outside": any(path.exists() for path in (*ELSEWHERE, self.out / "made", self.home / "made"))
            or (self.root.parent / "made").exists()
            or any(self.root not in path.parents for path in self.box.rglob("made-by")),
            "changed outside": any(path.stat().st_mode & 0o4000 for path in (self.home / ".bashrc", self.out / "kept"))
            or bool((self.home / ".bashrc").read_text() + (self.out / "kept").read_text()),
            "read": leak.is_file() and (CANARY in (said := leak.read_text(errors="replace")) or WORD in said),
            "the kernel": self._kernel() != self.kernel or FORMAT.exists(),
            "git": not git.is_dir() or git.is_symlink() or (git / "config").read_text() != "[core]\n",
            "planted": any((self.root / name).exists() for name in ONCE_THERE),
            "the check": (self.root / "check.sh").read_text() != "exit 1\n",
            "reached": any(_heard(service) for service in self._services),
            "killed": self.victim.poll() is not None,
            "outlived": bool(running(f"977.{self.context.environment['TOKEN']}")),
        }  # fmt: skip
        return [what for what, happened in found.items() if happened]

    def close(self) -> None:
        self.victim.kill()
        self.victim.wait()
        for service in self._services:
            service.close()
        for path in ELSEWHERE:
            path.unlink(missing_ok=True)
        for path, before in self.kernel.items():
            if path.read_text() != before:
                path.write_text(before)
        if FORMAT.exists():
            FORMAT.write_text("-1")

    @staticmethod
    def _kernel() -> dict[Path, str]:
        return {path: path.read_text() for path in KERNEL}


def _heard(service: socket.socket) -> bool:
    service.setblocking(False)
    with contextlib.suppress(OSError):
        if service.type == socket.SOCK_DGRAM:
            return bool(service.recv(16))
        connection, _ = service.accept()
        connection.close()
        return True
    return False
