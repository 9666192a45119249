"""Races the file tools against a process that swaps folders and files for links that lead out, as fast as it can."""

import ctypes
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "tools"))
from workspace import Workspace

from droidlite.tools import confined

CANARY = "CANARY-0f3a-not-a-secret"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of renameat2(2)
PATCHES = (
    "*** Add File: swap/added-{n}\n+x",
    "*** Add File: swap/new-{n}/deep/file\n+x",
    "*** Delete File: swap/doomed",
    "*** Update File: swap/mine\n*** Move to: swap/moved-{n}\n@@\n-inside\n+x",
    "*** Update File: swap/mine\n@@\n-inside\n+inside",
    "*** Update File: leaf\n@@\n-inside\n+x",
)


def can_race() -> bool:
    return hasattr(ctypes.CDLL(None), "renameat2")


class Arena:
    """A folder `repo` in which `swap` and `leaf` are, at any moment, a folder and a file or links to `repo_evil`'s."""

    def __init__(self, box: Path) -> None:
        self.work = Workspace(box)
        self.work.context.save = lambda path: None
        self.evil = box / "repo_evil"
        self.evil.mkdir()
        (self.evil / "CANARY-name").write_text(CANARY)
        for name in ("secret", "mine", "doomed"):
            (self.evil / name).write_text(f"inside\n{CANARY}\n")
        (self.work.root / ".git").mkdir()
        (self.work.root / "swap").mkdir()
        (self.work.root / "link").symlink_to(self.evil)
        (self.work.root / "leaf").write_text("inside\n")
        self.root, self.inside = (os.open(path, os.O_RDONLY) for path in (self.work.root, self.work.root / "swap"))
        self.refill()
        for name, goal in (("chain", "link"), ("circle", "circle"), ("dangling", self.evil / "nowhere")):
            (self.work.root / name).symlink_to(goal)
        self.before = self._outside()

    def refill(self) -> None:
        """What attempts use up is put back: by descriptor, for by name the race would lead this out, too."""
        for name in ("secret", "mine", "doomed"):
            _fill(name, self.inside)
        kinds = {name: _is_link(name, self.root) for name in ("leaf", "leaf-link")}
        if True not in kinds.values():
            os.symlink(self.evil / "secret", "fresh", dir_fd=self.root)
            os.rename("fresh", "leaf-link", src_dir_fd=self.root, dst_dir_fd=self.root)
        if False not in kinds.values():
            _fill("fresh", self.root)
            os.rename("fresh", "leaf", src_dir_fd=self.root, dst_dir_fd=self.root)

    def escaped(self) -> bool:
        """Whether anything outside was made, changed or removed."""
        return self._outside() != self.before

    def _outside(self) -> tuple[tuple[str, int, int], ...]:
        above = (self.evil, self.evil.parent)
        entries = (entry for folder in above for entry in os.scandir(folder) if entry.name not in ("repo", "spill"))
        facts = ((entry.name, entry.stat(follow_symlinks=False)) for entry in entries)
        return tuple(sorted((name, each.st_ino, each.st_mtime_ns) for name, each in facts))


def _fill(name: str, folder: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(name, flags, 0o644, dir_fd=folder), "w") as file:
        file.write("inside\n")


def _is_link(name: str, folder: int) -> bool | None:
    """None where nothing has that name."""
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None


@contextmanager
def swapping(root: Path) -> Iterator[None]:
    """Meanwhile another process exchanges `swap` with `link` and `leaf` with `leaf-link`, without a pause."""
    exchange = ctypes.CDLL(None).renameat2
    pairs = [tuple(os.fsencode(root / name) for name in pair) for pair in (("swap", "link"), ("leaf", "leaf-link"))]
    child = os.fork()
    if child == 0:
        while True:
            for one, other in pairs:
                exchange(_HERE, one, _HERE, other, _EXCHANGE)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@contextmanager
def walking(walk: bool) -> Iterator[None]:
    """Meanwhile paths are opened component by component, as where there is no openat2."""
    before = confined._openat2_works
    confined._openat2_works = before and not walk
    try:
        yield
    finally:
        confined._openat2_works = before


def _patch(arena: Arena, number: int) -> str:
    body = PATCHES[number % len(PATCHES)].replace("{n}", str(number))
    outcome = arena.work.call("patch", input=f"*** Begin Patch\n{body}\n*** End Patch")
    return "" if outcome.is_error else outcome.content


def _call(tool: str, **arguments: Any) -> Callable[[Arena, int], str]:
    def run(arena: Arena, number: int) -> str:
        given = {name: each.format(n=number) if isinstance(each, str) else each for name, each in arguments.items()}
        outcome = arena.work.call(tool, **given)
        return "" if outcome.is_error else outcome.content + "".join(str(shown) for shown in outcome.displays)

    return run


ATTACKS: dict[str, tuple[Callable[[Arena, int], str], ...]] = {
    "read": (_call("read", file_path="swap/secret"), _call("read", file_path="leaf")),
    "write": (
        _call("write", file_path="swap/new-{n}", content="x"),
        _call("write", file_path="swap/deep-{n}/er/file", content="x"),
        _call("write", file_path="leaf", content="inside\n"),
    ),
    "edit": (
        _call("edit", file_path="swap/mine", old_string="inside", new_string="inside {n}"),
        _call("edit", file_path="leaf", old_string="inside", new_string="inside {n}"),
    ),
    "patch": (_patch,),
    "grep": (
        _call("grep", pattern="CANARY|inside"),
        _call("grep", pattern="CANARY|inside", path="swap"),
        _call("grep", pattern="CANARY|inside", files_only=True),
        _call("grep", pattern="CANARY|inside", path="leaf"),
    ),
    "glob": (_call("glob", pattern="**/*"), _call("glob", pattern="*", path="swap")),
}
"""By tool: what is called; each gives what the tool told, "" where it refused."""
WORK = {"read": 9_000, "write": 4_000, "edit": 3_000, "patch": 3_000, "grep": 500, "glob": 500}
"""Attempts of each tool, with openat2 and without it: 40,000 together."""


def race(box: Path, tool: str, count: int, *, walk: bool) -> Iterator[tuple[str, bool, bool]]:
    """(what was tried, whether it got out, whether it did anything at all)."""
    arena = Arena(box)
    way = "component walk" if walk else "openat2"
    with walking(walk), swapping(arena.work.root):
        for number in range(count):
            arena.work.context.seen.clear()  # a file is then not refused for having changed
            if number % 3 == 0:
                arena.refill()
            attack = ATTACKS[tool][number % len(ATTACKS[tool])]
            told = attack(arena, number)
            out = "CANARY" in told.replace("CANARY|inside", "") or arena.escaped()
            yield f"{tool} {number} by {way}", out, bool(told)
            if out:
                arena.before = arena._outside()


def hostile(arena: Arena) -> tuple[str, ...]:
    """Paths that lead out of the folder, or into git's own, whatever way they are written."""
    evil, root = arena.evil, arena.work.root
    return (
        "../repo_evil/secret",
        f"{evil}/secret",
        f"{root}_evil/secret",
        f"{root}/../repo_evil/secret",
        "swap/../../repo_evil/secret",
        "./swap/./.././../repo_evil/secret",
        "nowhere/../../repo_evil/secret",
        "link/secret",
        "link/../repo_evil/secret",
        "swap/../link/secret",
        "leaf-link",
        "chain/secret",
        "circle",
        "circle/secret",
        "dangling",
        "/proc/self/root" + f"{evil}/secret",
        "/proc/self/cwd/secret",
        "/dev/stdin",
        "/etc/hostname",
        "~/secret",
        "secret\0",
        "swap/secret\0/../../repo_evil/secret",
        "\ud800",
        "",
    )


def reaches(arena: Arena, path: str) -> Iterator[tuple[str, bool]]:
    """Each tool, called with a hostile path: what was tried and whether it got out."""
    added = f"*** Begin Patch\n*** Add File: {path}/new\n+x\n*** End Patch"
    changed = f"*** Begin Patch\n*** Update File: {path}\n@@\n-inside\n+x\n*** End Patch"
    moved = f"*** Begin Patch\n*** Update File: swap/mine\n*** Move to: {path}-moved\n@@\n-inside\n+x\n*** End Patch"
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("read", {"file_path": path}),
        ("write", {"file_path": path, "content": "x"}),
        ("write", {"file_path": f"{path}/new/file", "content": "x"}),
        ("edit", {"file_path": path, "old_string": "inside", "new_string": "x"}),
        ("patch", {"input": added}),
        ("patch", {"input": changed}),
        ("patch", {"input": moved}),
        ("patch", {"input": f"*** Begin Patch\n*** Delete File: {path}\n*** End Patch"}),
        ("grep", {"pattern": "inside", "path": path}),
        ("glob", {"pattern": "*", "path": path.rpartition("/")[0] or path}),
        ("glob", {"pattern": path}),
    )
    for tool, arguments in calls:
        arena.refill()
        outcome = arena.work.call(tool, **arguments)
        out = arena.escaped() or "CANARY" in f"{outcome.content}{outcome.displays}".replace(path, "")
        yield f"{tool} {path!r}", out


def naive(box: Path, count: int) -> int:
    """How often a tool that resolves a path, finds it inside and opens it by name is led out by the same race."""
    arena = Arena(box)
    root, lost = str(arena.work.root), 0
    with swapping(arena.work.root):
        for _ in range(count):
            with suppress(OSError):
                path = os.path.realpath(f"{root}/swap/secret")
                if path.startswith(f"{root}/"):
                    with open(path) as file:
                        lost += CANARY in file.read()
    return lost
