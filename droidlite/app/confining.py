"""The sandbox of a session: which mechanism holds its commands here, and what to say where none does."""

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import which

from droidlite.agent.permissions import Ruling
from droidlite.app.checking import Check
from droidlite.app.outward import door_to
from droidlite.app.setup import Setup
from droidlite.checks.snapshot import rests_of
from droidlite.commands.gitplaces import stays_home
from droidlite.commands.gitprograms import named_program
from droidlite.commands.reaching import changes_git
from droidlite.commands.tree import Tree
from droidlite.errors import Refused
from droidlite.hostgit import confine_git, path_outside
from droidlite.sandbox.probe import Found, find_mechanism
from droidlite.sandbox.sandbox import WIDE, Box, Sandbox
from droidlite.sandbox.sights import is_machine
from droidlite.settings.policy import MECHANISMS, Minimum
from droidlite.settings.sandbox_policy import whole
from droidlite.tool import Reach
from droidlite.types import Autonomy

Judge = Callable[[str, Autonomy, tuple[str, ...]], Ruling]

_HOW = (
    ("Debian, Ubuntu: apt install bubblewrap", ""),
    (
        "Ubuntu 24.04 and later let no program make namespaces: sudo sysctl -w "
        "kernel.apparmor_restrict_unprivileged_userns=0",
        ", or go without bubblewrap: Landlock works there",
    ),
    (
        "Docker: bubblewrap works with --security-opt seccomp=unconfined",
        ", Landlock without it from Docker 23 and Linux 5.13 on",
    ),
    (
        "GitHub Actions: in a container job, options: --security-opt seccomp=unconfined",
        "; elsewhere Landlock works with runs-on: ubuntu-24.04",
    ),
)
"""How to get bubblewrap, by where one is; and what does where Landlock is enough."""
_OFF = "a machine that is a sandbox itself: --sandbox off, which runs commands as any program of yours"


def hold(setup: Setup, root: str = "", *, added: tuple[Path, ...] = ()) -> Found:
    """What works in the folder `root`, and those `added` to it, of what the settings want and the policy allows."""
    places = setup.places
    own = (places.config, places.state, places.cache)
    find = partial(find_mechanism, env=setup.env, own=own, state=places.state, root=root)
    found = find(setup.settings.sandbox.mode)
    if wide := next((path for path in (root, *map(str, added)) if is_machine(os.path.realpath(path))), ""):
        problem = f"a folder to work in is {wide}; {WIDE}"
        return found if found.mechanism == "off" else Found("none", (problem,), barred=True)
    if found.mechanism == "none" or _is_enough(found, setup):
        return found
    return _too_weak(setup, found, find("auto"))


def _is_enough(found: Found, setup: Setup) -> bool:
    name = "landlock" if found.mechanism == "seatbelt" else found.mechanism
    return name in MECHANISMS and MECHANISMS.index(name) >= MECHANISMS.index(setup.policy.sandbox.minimum)


def _too_weak(setup: Setup, found: Found, best: Found) -> Found:
    """What to say of a mechanism that works and the policy does not let do; `best` is the strongest that works."""
    told = f"policy {setup.policy.where('sandbox.minimum')} wants {setup.policy.sandbox.minimum} at least"
    if not _is_enough(best, setup):
        return Found("none", (*best.problems, f"{told}, {found.mechanism} works here"))
    origin = setup.settings.origin["sandbox.mode"]
    where = "--sandbox" if origin == "flag" else origin
    would = f"{best.mechanism} works here, so give --sandbox {best.mechanism}"
    return Found("none", (f"{told}, and {where} says {found.mechanism}; {would}",), barred=True)


def refuse_without(held: Found, minimum: Minimum) -> None:
    """Raises Refused where nothing holds commands, and nobody can be asked about each. `minimum`: the policy's."""
    if held.works:
        return
    if held.barred:
        raise Refused(f"Nothing runs without a sandbox: {held.problems[-1]}.")
    told, ways = f"Nothing runs without a sandbox, and none works here ({'; '.join(held.problems)}).", how(minimum)
    raise Refused("\n- ".join((f"{told} To get one:" if ways else told, *ways)))


def how(minimum: Minimum) -> tuple[str, ...]:
    """What to do about it on this system and under a policy that wants `minimum`, a line each."""
    ways = _HOW if sys.platform == "linux" else ()
    lines = tuple(way if minimum == "bwrap" else way + otherwise for way, otherwise in ways)
    return (*lines, _OFF) if minimum == "off" else lines


def sandbox_of(
    setup: Setup,
    held: Found,
    folder: Path,
    *,
    keep: tuple[Path, ...] = (),
    reached: Callable[[str, str, int, bool], None] = lambda call_id, host, port, refused: None,
) -> tuple[Sandbox, Callable[[], None]]:
    """The sandbox of a session whose files are in `folder`, and what closes it; droidlite's own git runs in it too from
    here on. `keep`: files that run its check; `reached` hears of each host a command asks for: the call, the host, its
    port, and whether that was refused."""
    places, settings = setup.places, setup.settings.sandbox
    door = door_to(settings.hosts, setup.env, reached) if settings.hosts else None
    box = Box(
        mechanism=held.mechanism,
        bwrap=held.bwrap,
        env=setup.env,
        own=(places.config, places.state, places.cache),
        scratch=folder / "sandbox" / "tmp",
        cache=places.cache / "sandbox",
        read=tuple(whole(path) for path in settings.read),
        write=tuple(whole(path) for path in settings.write),
        keep=keep,
        named=named_program,
    )

    sandbox = Sandbox(box, door)
    forget = confine_git(sandbox.confine)

    def close() -> None:
        forget()
        shutil.rmtree(box.scratch, ignore_errors=True)
        if door is not None:
            door.close()

    return sandbox, close


def kept_by(check: Check | None, root: Path) -> tuple[Path, ...]:
    """The scripts that a session's check is run by."""
    if check is None:
        return ()
    return tuple(root / name for name in sorted(rests_of(check.command, root, False, check.folder).named))


def reach_of(tree: Tree, path: str) -> Callable[[str], Reach]:
    """How far a command of the model's reaches: into git's own files where it is git's own commands and nothing else,
    in no other repository, no setting of this one has git start a program, and git is not one that lies in it (`path`:
    PATH)."""

    def reach(command: str) -> Reach:
        if not (changes_git(command) and stays_home(command, tree)) or named_program(tree.root):
            return "work"
        return "git" if which("git", path=path) == which("git", path=path_outside(tree.root, path)) else "work"

    return reach


def unheld(held: Found, judge: Judge) -> Judge:
    """Where nothing holds commands, each is asked about that `judge` would let run."""
    if held.works:
        return judge

    def ask(command: str, autonomy: Autonomy, prefixes: tuple[str, ...]) -> Ruling:
        ruling = judge(command, autonomy, prefixes)
        return ruling if ruling.denied else Ruling(False, f"no sandbox works here ({'; '.join(held.problems)})")

    return ask
