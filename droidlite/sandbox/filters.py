"""The system calls no confined command may make, as the filter program the kernel runs (seccomp(2), classic BPF)."""

import struct
from collections.abc import Iterable
from functools import cache

AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16  # linux/socket.h
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_* of linux/audit.h, by what uname calls the machine."""
_COLUMNS = ("x86_64", "aarch64")
_DENIED = {
    # what could go round the filter itself, or round a namespace
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "open_by_handle_at": (304, 265),
    # mounts
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442),
    # the person's keyring, which no namespace separates
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # the machine
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112), "quotactl": (179, 60),
}  # fmt: skip
"""Numbers on x86_64 and aarch64 (asm/unistd_64.h, asm-generic/unistd.h)."""
_SOCKET, _CLONE, _CLONE3, _IOCTL = (41, 198), (56, 220), (435, 435), (16, 29)
_CLONE_NEW = 0x7E020000
"""Every CLONE_NEW* flag of linux/sched.h: no namespace of its own."""
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # asm-generic/ioctls.h: types into the terminal of somebody else
_X32 = 0x40000000
_EPERM, _ENOSYS = 1, 38
_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16
"""Offsets within seccomp_data; of an argument the low half comes first on both machines."""


@cache
def filter_program(machine: str, *, domains: tuple[int, ...]) -> bytes:
    """The program for `machine` that lets sockets of `domains` alone be made and refuses what is listed here; b"" for a
    machine whose numbers are not known."""
    if machine not in ARCHITECTURES:
        return b""
    column = _COLUMNS.index(machine)
    code = [
        *_refuse_unless(_ARCHITECTURE, ARCHITECTURES[machine]),
        _one(_LOAD, _NUMBER),
        *_if(_JGE, _X32, [_one(_RETURN, _ERRNO | _ENOSYS)]),
        *_if(_JEQ, _CLONE3[column], [_one(_RETURN, _ERRNO | _ENOSYS)]),  # its flags cannot be seen: clone is used then
    ]
    for numbers in _DENIED.values():
        code += _if(_JEQ, numbers[column], [_one(_RETURN, _ERRNO | _EPERM)])
    code += _if(_JEQ, _CLONE[column], [_one(_LOAD, _ARGUMENT), *_if(_JSET, _CLONE_NEW, _REFUSED), _PASSED])
    code += _if(_JEQ, _SOCKET[column], [_one(_LOAD, _ARGUMENT), *_passing(domains), *_REFUSED])
    typed = [part for number in (_TIOCSTI, _TIOCLINUX) for part in _if(_JEQ, number, _REFUSED)]
    code += _if(_JEQ, _IOCTL[column], [_one(_LOAD, _ARGUMENT + 8), *typed, _PASSED])
    return b"".join((*code, _PASSED))


def _one(code: int, value: int, jump: tuple[int, int] = (0, 0)) -> bytes:
    return struct.pack("<HBBI", code, *jump, value)


_REFUSED = [_one(_RETURN, _ERRNO | _EPERM)]
_PASSED = _one(_RETURN, _ALLOW)


def _if(test: int, value: int, then: list[bytes]) -> list[bytes]:
    return [_one(test, value, (0, len(then))), *then]


def _refuse_unless(offset: int, value: int) -> list[bytes]:
    return [_one(_LOAD, offset), _one(_JEQ, value, (1, 0)), _one(_RETURN, _ERRNO | _ENOSYS)]


def _passing(domains: Iterable[int]) -> list[bytes]:
    return [part for domain in sorted(domains) for part in _if(_JEQ, domain, [_PASSED])]
