"""The arguments bubblewrap is given: a file system, processes and a network of the command's own."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain

from droidlite.sandbox.confinement import Confinement
from droidlite.sandbox.sights import TEMPORARY, within

_ALONE = (
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--unshare-net"),
    *("--disable-userns", "--cap-drop", "ALL"),
)
"""Without --cap-drop a root's command could mount what it likes over what is read-only. No --die-with-parent: that
signal comes when the thread ends that started the command; no --new-session: it is begun in one."""


def bwrap_arguments(
    confinement: Confinement, *, cwd: str, environment: Mapping[str, str], filter_file: int = -1
) -> tuple[str, ...]:
    """All words between `bwrap` and the command. `filter_file`: a descriptor with the seccomp program."""
    words = [*_ALONE, *_files(confinement), "--chdir", cwd, "--clearenv"]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    return (*words, *(("--seccomp", str(filter_file)) if filter_file >= 0 else ()), "--")


def _files(confinement: Confinement) -> Iterator[str]:
    """Later ones lie over earlier ones: what is hidden, then what shows in it, then what may be written, what in that
    may not, and what reads as empty."""
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    yield from _bound("--ro-bind", _of_the_kernel())
    for folder in confinement.hide:
        yield from ("--tmpfs", folder)
    for folder in TEMPORARY:
        if os.path.isdir(folder) and not os.path.islink(folder):
            yield from ("--bind", confinement.tmp, folder)
    yield from _bound("--ro-bind", confinement.read)
    if confinement.cache and _has_place(cache := os.path.join(confinement.home, ".cache"), confinement.read):
        yield from ("--bind", confinement.cache, cache)
    yield from _bound("--bind", confinement.write)
    yield from _bound("--ro-bind", confinement.keep)
    for path in confinement.blank:
        yield from ("--tmpfs", path) if os.path.isdir(path) else ("--ro-bind", os.devnull, path)


def _has_place(folder: str, read: Sequence[str]) -> bool:
    """Whether something can be bound to `folder`: in what shows read-only nothing can be made, and no link bound to."""
    return not within(folder, read) or (os.path.isdir(folder) and not os.path.islink(folder))


@cache
def _of_the_kernel() -> tuple[str, ...]:
    """What in /proc sets the kernel itself and this user may write: /proc/sys/kernel/core_pattern names a program that
    it starts outside of every sandbox, and is root's to write without any capability. bubblewrap covers what access(2)
    says can be written, which /proc/sys, as a folder, never is. As few as can be: each takes 0.15 ms a command."""
    bits = 0o222 if os.geteuid() == 0 else 0o022
    with os.scandir("/proc") as entries:
        mine = [entry.path for entry in entries if not (entry.name.isdecimal() or entry.is_symlink())]
    return tuple(path for path in sorted(mine) if path == "/proc/sys" or any(_writable(path, bits)))


def _writable(path: str, bits: int) -> Iterator[bool]:
    """Whether each file there, or the file itself, may be written to by its mode."""
    below = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    for file in chain(() if os.path.isdir(path) else (path,), below):
        with suppress(OSError):
            yield bool(os.lstat(file).st_mode & bits) and not os.path.islink(file)


def _bound(how: str, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        yield from (how, path, path)
