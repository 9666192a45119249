"""The sandbox of a session: which mechanism holds its commands here, and what to say where none does."""

import os
import shutil
import sys
from collections.abc import Callable
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
from droidlite.settings.policy import MECHANISMS
from droidlite.settings.sandbox_policy import whole
from droidlite.tool import Reach
from droidlite.types import Autonomy

Judge = Callable[[str, Autonomy, tuple[str, ...]], Ruling]

HOW = (
    "Debian, Ubuntu: apt install bubblewrap",
    "Ubuntu 24.04 and later let no program make namespaces: sudo sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0, or go without bubblewrap: Landlock works there",
    "Docker: Landlock works from Docker 23 and Linux 5.13 on; bubblewrap with --security-opt seccomp=unconfined",
    "GitHub Actions: runs-on: ubuntu-24.04; in a container job, options: --security-opt seccomp=unconfined",
    "a machine that is a sandbox itself: --sandbox off, which runs commands as any program of yours",
)
"""How to get one, by where one is."""


def hold(setup: Setup, root: str = "", *, added: tuple[Path, ...] = ()) -> Found:
    """What works in the folder `root`, and those `added` to it, of what the settings want and the policy allows."""
    places, wanted = setup.places, setup.settings.sandbox.mode
    found = find_mechanism(
        wanted, setup.env, own=(places.config, places.state, places.cache), state=places.state, root=root
    )
    if wide := next((path for path in (root, *map(str, added)) if is_machine(os.path.realpath(path))), ""):
        return found if found.mechanism == "off" else Found("none", (f"a folder to work in is {wide}; {WIDE}",))
    minimum = setup.policy.sandbox.minimum
    if found.mechanism != "none" and _rank(found) < MECHANISMS.index(minimum):
        where = setup.policy.where("sandbox.minimum")
        return Found(
            "none", (*found.problems, f"policy {where} wants {minimum} at least, {found.mechanism} works here")
        )
    return found


def _rank(found: Found) -> int:
    name = "landlock" if found.mechanism == "seatbelt" else found.mechanism
    return MECHANISMS.index(name) if name in MECHANISMS else -1


def refuse_without(held: Found) -> None:
    """Raises Refused where nothing holds commands, and nobody can be asked about each."""
    if not held.works:
        if WIDE in held.problems[-1]:
            raise Refused(f"Nothing runs without a sandbox: {held.problems[-1]}.")
        told = f"Nothing runs without a sandbox, and none works here ({'; '.join(held.problems)}). To get one:"
        raise Refused("\n".join((told, *(f"- {line}" for line in how()))))


def how() -> tuple[str, ...]:
    """What to do about it on this system, a line each."""
    return HOW if sys.platform == "linux" else HOW[-1:]


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
