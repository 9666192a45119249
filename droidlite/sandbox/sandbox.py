"""Puts each command of a session into the sandbox: which files, which network, by which mechanism."""

import binascii
import hashlib
import marshal
import os
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from droidlite.errors import Refused
from droidlite.sandbox import seatbelt
from droidlite.sandbox.bwrap import bwrap_arguments
from droidlite.sandbox.confinement import PORT, Confinement, Mechanism
from droidlite.sandbox.filters import AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, filter_program
from droidlite.sandbox.guard import look, put_back
from droidlite.sandbox.protecting import Protected, matching, protected
from droidlite.sandbox.sights import (
    TEMPORARY,
    credentials,
    hidden,
    is_machine,
    outermost,
    sockets,
    tools,
    visible,
    within,
)
from droidlite.secrecy import make_private
from droidlite.tool import Confined, Start, unconfined

if TYPE_CHECKING:
    from droidlite.sandbox.door import Door

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""No terminal: those of others could be read and written there."""
_SOURCE = Path(__file__).with_name("landlock.py").read_text(encoding="utf-8")
"""Read once, as this process was begun: what a command writes to the file later is not run."""
_BEGIN = """
import binascii, marshal, sys
code, spec = marshal.loads(binascii.a2b_base64(sys.argv[1]))
scope = {"__name__": "landlock"}
exec(code, scope)
scope["run"](spec, sys.argv[2:])
"""
_PYTHON = os.path.realpath(sys.executable)
_OWN = (str(Path(__file__).parents[1]), sys.prefix)
"""What droidlite itself is run from; where that lies in the folder it stays as it is."""
WIDE = "that is the machine itself; work in a folder below it, or go without a sandbox (--sandbox off)"
_NETWORK = (AF_INET, AF_INET6, AF_NETLINK)


class Box(Struct, frozen=True, kw_only=True):
    """What a session's sandbox is made of. `env`: the person's variables; `own`: droidlite's own folders; `scratch`: a
    folder for what stands for /tmp, `cache` for what stands for the home's .cache in each root; `read`, `write`:
    further folders the person declared; `keep`: files of the root that must stay as they are; `blank`: paths that no
    command may read; `named` tells of a root which key of its git settings starts a program;
    `bwrap`: where that program is; `python`: what the launcher of Landlock is run by."""

    mechanism: Mechanism
    env: Mapping[str, str]
    own: tuple[Path, ...]
    scratch: Path
    cache: Path
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    keep: tuple[Path, ...] = ()
    blank: tuple[str, ...] = ()
    named: Callable[[str], str] = lambda root: ""
    bwrap: str = ""
    python: str = _PYTHON


class Sandbox:
    """`door` lets commands reach the hosts that are allowed; None where none is."""

    def __init__(self, box: Box, door: "Door | None" = None) -> None:
        self.box, self._door = box, door

    def confine(self, start: Start) -> Confined:
        """How `start` begins within its reach. Raises Refused where what is to be protected cannot be."""
        if self.box.mechanism in ("off", "none") or start.reach == "host":
            return unconfined(start)
        own = tuple(Path(path) for path in _OWN if within(path, (str(start.root), *map(str, start.extra))))
        found = protected(start, (*self.box.keep, *own))
        if self._door is not None and start.reach != "look" and self.box.mechanism in ("bwrap", "landlock"):
            return self._with_door(start, found, self._door)
        return self._confined(start, found, -1)

    def _with_door(self, start: Start, found: Protected, door: "Door") -> Confined:
        announced, shut = door.begin(start.call_id)
        address = f"http://127.0.0.1:{PORT}"
        named = {name: address for way in ("http", "https", "all") for name in (f"{way}_proxy", f"{way}_proxy".upper())}
        local = dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(door.past))
        started = structs.replace(start, environment=start.environment | named | local)
        try:
            confined = self._confined(started, found, announced)
        except Refused:
            os.close(announced)
            shut()
            raise

        def ended() -> str:
            shut()
            return confined.ended()

        return Confined(confined.argv, confined.environment, (*confined.files, announced), ended)

    def _confined(self, start: Start, found: Protected, announced: int) -> Confined:
        confinement = self._confinement(start, found)
        match self.box.mechanism:
            case "bwrap":
                confined, watched = self._by_bwrap(start, confinement, announced), (*found.loose, *found.nested)
            case "landlock":
                confined, watched = self._by_landlock(start, confinement, announced), (*found.loose, *found.kept)
            case _:
                confined, watched = self._by_seatbelt(start, confinement), found.loose
        if start.reach == "look":
            return confined
        ended = self._watch(tuple(dict.fromkeys(watched)), found.settings, str(start.root))
        return Confined(confined.argv, confined.environment, confined.files, ended)

    @cached_property
    def _hide(self) -> tuple[str, ...]:
        return hidden(self.box.env, map(str, self.box.own))

    @cached_property
    def _tools(self) -> tuple[str, ...]:
        return tools(self.box.env, self._hide)

    def _confinement(self, start: Start, found: Protected) -> Confinement:
        box, root = self.box, str(start.root)
        scratch, cache = _folder(box.scratch), _folder(box.cache / hashlib.sha256(root.encode()).hexdigest()[:16])
        work = (root, *map(str, start.extra))
        spill = (str(start.spill),) if start.spill.is_dir() else ()
        write = () if start.reach == "look" else (*work, *spill, *_there(box.write), *found.git)
        write = tuple(dict.fromkeys(os.path.realpath(path) for path in write))
        if wide := next(filter(is_machine, write), ""):
            raise Refused(f"The sandbox cannot hold a command to {wide}: {WIDE}.")
        read = (*_there(box.read), *found.show, *(work if start.reach == "look" else ()))
        read = (*self._tools, *map(os.path.realpath, read))
        hide = () if "/" in read else tuple(path for path in self._hide if not within(path, write))
        uncovered = tuple(path for path in self._hide if within(path, write) and path not in write)
        uncovered += tuple(path for path in map(os.path.realpath, map(str, box.own)) if within(path, read))
        home = next((path for path in self._hide if path == os.path.realpath(box.env.get("HOME", ""))), "")
        listening = sockets(hide)
        blank = (*uncovered, *credentials(box.env, (*write, *read)), *(listening or ()), *_there(box.blank))
        blank = (*blank, *map(str, matching(start.root, start.unreadable)))
        return Confinement(
            home=home,
            tmp=scratch,
            cache=cache if home in hide else "",
            write=write,
            keep=tuple(map(str, found.kept)),
            hide=hide,
            read=() if "/" in read else outermost(map(os.path.realpath, read)),
            blank=tuple(dict.fromkeys(blank)),
            local=listening is not None,
        )

    def _by_bwrap(self, start: Start, confinement: Confinement, announced: int) -> Confined:
        if announced >= 0:
            confinement = structs.replace(confinement, read=(*confinement.read, *_own_python()))
        domains = (AF_UNIX, *_NETWORK) if confinement.local else _NETWORK
        program = filter_program(os.uname().machine, domains=domains)
        files = [_memory(program)] if program else []
        environment = start.environment | {"TMPDIR": "/tmp"}
        words = bwrap_arguments(
            confinement, cwd=str(start.cwd), environment=environment, filter_file=files[0] if files else -1
        )
        files.append(_memory("\0".join(words[:-1]).encode("utf-8", "surrogateescape") + b"\0"))
        mark = {name: value for name, value in start.environment.items() if name.startswith("DROIDLITE_CALL")}
        through = self._launched({"announce": announced, "port": PORT}) if announced >= 0 else ()
        argv = (self.box.bwrap, "--args", str(files[-1]), "--", *through, *start.argv)
        return Confined(argv, mark, tuple(files))

    def _by_landlock(self, start: Start, confinement: Confinement, announced: int) -> Confined:
        machine = os.uname().machine
        hide = (*confinement.hide, *confinement.blank, "/proc", "/dev", *TEMPORARY)
        write = (*confinement.write, confinement.tmp, *((confinement.cache,) if confinement.cache else ()), *_DEVICES)
        seen = [part for path in confinement.read for part in visible(confinement.blank, path)]
        programs = [filter_program(machine, domains=domains) for domains in (_NETWORK, ())]
        spec = {
            "read": [*visible(hide), *seen, "/proc", "/dev/fd"],
            "write": write,
            "keep": confinement.keep,
            "blank": confinement.blank,
            "filters": programs,
            "announce": announced,
            "port": PORT,
        }
        environment = start.environment | {"TMPDIR": confinement.tmp}
        environment |= {"XDG_CACHE_HOME": confinement.cache} if confinement.cache else {}
        return Confined((*self._launched(spec), *start.argv), environment)

    def _launched(self, spec: dict[str, object]) -> tuple[str, ...]:
        payload = marshal.dumps((self._launcher, spec))
        return (self.box.python, "-I", "-S", "-c", _BEGIN, binascii.b2a_base64(payload, newline=False).decode())

    @cached_property
    def _launcher(self) -> CodeType | str:
        """Compiled where the Python that will run it is this one."""
        return compile(_SOURCE, "landlock", "exec") if self.box.python == _PYTHON else _SOURCE

    def _by_seatbelt(self, start: Start, confinement: Confinement) -> Confined:
        environment = start.environment | {"TMPDIR": confinement.tmp}
        return Confined((seatbelt.PROGRAM, "-p", seatbelt.profile(confinement), *start.argv), environment)

    def _watch(self, paths: tuple[Path, ...], settings: tuple[Path, ...], root: str) -> Callable[[], str]:
        """May be called again: what a command left running may change things after it."""
        before, aside = look(paths), self.box.scratch.parent / "aside"
        set_before = look(settings)

        def ended() -> str:
            try:
                changed = put_back(before, paths, aside)
                if settings and self.box.named(root):
                    changed += put_back(set_before, settings, aside)
            except OSError as error:  # what the command printed must not be lost with it
                return f"(what no command may change was changed, and cannot be put back: {error})"
            if not changed:
                return ""
            return f"(no command may change {', '.join(changed)}: put back; what was written there is in {aside})"

        return ended


def _own_python() -> tuple[str, ...]:
    """What this Python and the program it is given are made of, to be seen in the sandbox."""
    return tuple(dict.fromkeys((sys.prefix, sys.base_prefix, _OWN[0])))


def _folder(path: Path) -> str:
    make_private(path)
    return str(path.resolve())


def _there(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if os.path.exists(path))


def _memory(content: bytes) -> int:
    """A descriptor that reads `content`. Raises Refused where memory has no room for it."""
    try:
        file = os.memfd_create("droidlite", 0)
        os.write(file, content)
    except OSError as error:
        raise Refused(f"The sandbox cannot be set up: {error.strerror}.") from error
    os.lseek(file, 0, os.SEEK_SET)
    return file
