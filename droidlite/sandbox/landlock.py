"""Confines itself by Landlock, seccomp and dropped capabilities, then becomes the command.

A Python of its own is given it, and calls `run` (sandbox.py says how): between fork and exec, where a process with
threads may run next to no Python. Each command waits for it, so it is handed over compiled and loads nothing that takes
more than a millisecond but ctypes. Exit code 126 with one line on stderr where any step fails: the command is never run
less confined than was asked.
"""

from __future__ import annotations

import ctypes
import os
import struct

TYPE_CHECKING = False  # of typing, which takes 3 ms to load
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn
NOT_CONFINED = 126
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every Linux architecture
_NEW_NETWORK, _NEW_USER, _NEW_MOUNTS = 0x40000000, 0x10000000, 0x00020000  # linux/sched.h
_BIND, _RECURSIVE, _PRIVATE, _REMOUNT, _READ_ONLY = 4096, 16384, 1 << 18, 32, 1  # linux/mount.h
_SET_MOUNT, _BELOW, _HERE = 442, 0x8000, -100  # mount_setattr(2): AT_RECURSIVE, AT_FDCWD
_LOCKED = 0x0002 | 0x0004 | 0x0008 | 0x0400 | 0x0800 | 0x200000
"""nosuid, nodev, noexec, noatime, nodiratime, relatime: who may mount in a namespace may not take them away."""
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER, _DROP_BOUND = 38, 22, 2, 24  # linux/prctl.h
_CAPSET = {"x86_64": 126, "aarch64": 91}
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8  # linux/landlock.h
_ALL_OF_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_LATER = (1 << 16) - 1
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15  # truncate, ioctl of a device
_TCP, _SCOPES = 0b11, 0b11
"""Binding and connecting (ABI 4); abstract unix sockets and signals to processes outside (ABI 6)."""
_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """Which Landlock this kernel has, 0 for none."""
    return max(int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)), 0)


def run(spec: dict[str, Any], command: list[str]) -> NoReturn:
    """Becomes the command, or says why not; see `confine` for `spec`."""
    try:
        confine(spec, command)
    except OSError as error:
        os.write(2, f"droidlite: the command was not run, the sandbox cannot be set up ({error})\n".encode())
        os._exit(NOT_CONFINED)


def confine(spec: dict[str, Any], command: list[str]) -> NoReturn:
    """`spec`: read, write: lists of paths; keep: those in write that stay as they are, blank: those that read as empty,
    as far as namespaces can be had; filters: programs with and without a network namespace; announce: the
    descriptor that the listening socket of the proxy is sent over, -1 for none; port: where it listens. Without read it
    is confined already, and only announces."""
    if "read" not in spec:
        _announce(spec["announce"], spec["port"])
        os.execv(command[0], command)
    alone = _leave_network()
    if alone:
        _make_read_only(spec["write"], spec["keep"], spec["blank"])
    if spec["announce"] >= 0:
        if not alone:
            raise OSError("no network namespace can be had, so no host can be allowed")
        _announce(spec["announce"], spec["port"])
    _drop_capabilities()
    _call("prctl", _libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    _restrict(spec["read"], spec["write"], alone)
    _filter(spec["filters"][0 if alone else 1])
    os.execv(command[0], command)


def _leave_network() -> bool:
    """A network of its own, with nothing but loopback, and mounts of its own; False where the kernel gives none."""
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(_NEW_NETWORK | _NEW_MOUNTS) != 0:
        if _libc.unshare(_NEW_USER | _NEW_NETWORK | _NEW_MOUNTS) != 0:
            return False
        try:
            for name, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                with open(f"/proc/self/{name}", "w") as file:
                    file.write(text)
        except OSError:
            return False
    try:
        _raise_loopback()
    except OSError:
        return False
    return True


def _make_read_only(write: Iterable[str], keep: Iterable[str], blank: Iterable[str]) -> None:
    """All but `write`, and `keep` in it, as far as it goes: Landlock knows no modes, times and owners. `blank` reads as
    empty. Whoever began this compares what had to stay afterwards."""
    if _libc.mount(None, b"/", None, _RECURSIVE | _PRIVATE, None) != 0:
        return
    changed = [path for path in map(os.fsencode, write) if not path.startswith(b"/dev/") and _bind(path, path)]
    if _libc.syscall(_SET_MOUNT, _HERE, b"/", _BELOW, struct.pack("QQQQ", _READ_ONLY, 0, 0, 0), 32) == 0:
        for path in changed:
            _libc.syscall(_SET_MOUNT, _HERE, path, _BELOW, struct.pack("QQQQ", 0, _READ_ONLY, 0, 0), 32)
    for path in map(os.fsencode, keep):
        if _bind(path, path):
            flags = os.statvfs(path).f_flag & _LOCKED
            _libc.mount(None, path, None, _BIND | _REMOUNT | _READ_ONLY | flags, None)
    for path in map(os.fsencode, blank):
        if os.path.isdir(path):
            _libc.mount(b"tmpfs", path, b"tmpfs", _READ_ONLY, None)
        else:
            _bind(b"/dev/null", path)
    os.chdir(os.getcwd())  # into the mount that lies over where this process began


def _bind(path: bytes, place: bytes) -> bool:
    return bool(_libc.mount(path, place, None, _BIND | _RECURSIVE, None) == 0)


def _raise_loopback() -> None:
    import fcntl

    asked = _call("socket", _libc.socket(2, 2, 0))  # AF_INET, SOCK_DGRAM; the module takes 6 ms to load
    try:
        fcntl.ioctl(asked, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
    finally:
        os.close(asked)


def _announce(descriptor: int, port: int) -> None:
    """Listens where the command's proxy is to be, and hands the socket out: who answers it is not in this network."""
    import socket

    with socket.create_server(("127.0.0.1", port)) as listening, socket.socket(fileno=descriptor) as way:
        socket.send_fds(way, [b"x"], [listening.fileno()])


def _drop_capabilities() -> None:
    number = _CAPSET.get(os.uname().machine, 0)
    for capability in range(64):
        _libc.prctl(_DROP_BOUND, capability, 0, 0, 0)  # refused where there is none to drop
    header = struct.pack("II", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _call("capset", _libc.syscall(number, header, bytes(24)) if number else 0)


def _restrict(read: Iterable[str], write: Iterable[str], alone: bool) -> None:
    version = abi()
    if not version:
        raise OSError("this kernel has no Landlock")
    everything = _ALL_OF_ABI.get(version, _LATER)
    net, scoped = (0 if alone or version < 4 else _TCP), (_SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = struct.pack("QQQ", everything, net, scoped)[:size]
    ruleset = _call("landlock", _libc.syscall(_CREATE, attributes, ctypes.c_size_t(size), 0))
    for path in read:
        _allow(ruleset, path, _READ)
    for path in write:
        _allow(ruleset, path, everything)
    _call("landlock", _libc.syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # gone, or not for this user: nothing to allow
        return
    if not os.path.isdir(path):
        access &= _ON_FILES
    _call("landlock", _libc.syscall(_ADD, ruleset, 1, struct.pack("=Qi", access, descriptor), 0))
    os.close(descriptor)


def _filter(program: bytes) -> None:
    code = ctypes.create_string_buffer(program)
    footer = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))  # struct sock_fprog
    _call("seccomp", _libc.prctl(_SET_SECCOMP, _FILTER, ctypes.c_char_p(footer), 0, 0))


def _call(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result
