"""Opens paths without ever leaving the root: the kernel checks each step, so a link swapped in midway changes nothing.

A path is first resolved (links followed) and must then lie in an allowed folder; it is opened beneath that folder with
links forbidden. Whatever changes between the two steps makes the open fail; it cannot lead elsewhere.
"""

import errno
import os
import stat
import struct
import sys
from pathlib import Path

from msgspec import Struct

from droidlite.path_globs import fits_path
from droidlite.tool import ToolContext
from droidlite.tools.problem import Denied, Problem

_OPENAT2 = 437  # the same number on every Linux architecture but alpha
_NO_MAGICLINKS, _NO_SYMLINKS, _BENEATH = 0x02, 0x04, 0x08  # linux/openat2.h
_ABSENT = (errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.E2BIG)  # no such call here, or a seccomp filter hides it
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_openat2_works = sys.platform == "linux"


class Place(Struct, frozen=True):
    """A resolved path: `parts` beneath the allowed folder `base`; no parts means the folder itself. `shown` is how
    messages name it."""

    base: Path
    parts: tuple[str, ...]
    shown: str

    @property
    def path(self) -> Path:
        return self.base.joinpath(*self.parts)


def locate(text: str, context: ToolContext, *, writing: bool = False) -> Place:
    """Where `text`, absolute or relative to the working folder, leads. Raises Problem where it is outside the root, the
    extra folders and (for reading) the spill folder, or when writing to git's own files."""
    full = os.path.normpath(context.folder / _checked(text))
    real = _resolved(text, full)
    for base in (context.root, *context.extra, *(() if writing else (context.spill,))):
        parts = _beneath(real, os.path.realpath(base))
        if parts is None:
            continue
        if writing and any(part.casefold() == ".git" for part in parts):
            raise Problem(f"{text}: git's own files are not changed by this tool; use git commands.")
        place = Place(Path(os.path.realpath(base)), parts, shown(Path(real), context))
        if denied := _denied((*_beneath_any(full, context), "/".join(parts)), context, writing=writing):
            raise Denied(f"{text} is denied by a permission rule, {denied}; do without it.")
        return place
    if _beneath(full, str(context.root)) is not None:
        raise Problem(f"{text} is a link that leads out of the working folder {context.root}; it is not followed.")
    raise Problem(f"{text} is outside the working folder {context.root}; only paths inside it can be used.")


def paths_meant(text: str, context: ToolContext) -> tuple[str, ...]:
    """Where `text` lies, relative to the folder that holds it: as it is written, and where its links lead; () where it
    is outside or no path at all."""
    try:
        full = os.path.normpath(context.folder / _checked(text))
        return tuple(dict.fromkeys((*_beneath_any(full, context), *_beneath_any(_resolved(text, full), context))))
    except Problem:
        return ()


def why_hidden(text: str, context: ToolContext) -> str:
    """The rule that keeps what is in the file `text` from being shown, such as read(.env); "" for none."""
    return _denied(paths_meant(text, context), context, writing=False) if context.unreadable else ""


def hidden(place: Place, context: ToolContext) -> bool:
    """Whether a rule keeps what is in this file from being shown."""
    return bool(context.unreadable) and bool(_denied(("/".join(place.parts),), context, writing=False))


def _beneath_any(path: str, context: ToolContext) -> tuple[str, ...]:
    found = (_beneath(path, os.path.realpath(base)) for base in (context.root, *context.extra))
    return next((("/".join(parts) or ".",) for parts in found if parts is not None), ())


def _denied(paths: tuple[str, ...], context: ToolContext, *, writing: bool) -> str:
    """The rule that keeps one of `paths` from being shown or, for writing, changed; "" for none."""
    rules = [("read", glob) for glob in context.unreadable]
    rules += [("edit", glob) for glob in context.unwritable if writing]
    return next((f"{tool}({glob})" for tool, glob in rules if any(fits_path(glob, path) for path in paths)), "")


def _resolved(text: str, full: str) -> str:
    """`full` with its links followed, as far as it exists. Raises Problem for a circle of links."""
    try:
        return os.path.realpath(full, strict=True)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Problem(f"{text} is a link that leads back to itself; it is not followed.") from error
        return os.path.realpath(full)


def shown(path: Path, context: ToolContext) -> str:
    """`path` as people and models read it: relative to the working folder where it lies inside the root."""
    return os.path.relpath(path, context.folder) if path.is_relative_to(context.root) else str(path)


def open_beneath(place: Place, flags: int, mode: int = 0o666) -> int:
    """A file descriptor of exactly `place`, no link followed. Raises OSError, and Problem when it was swapped."""
    if not place.parts:
        return os.open(place.base, flags | os.O_CLOEXEC)
    base = os.open(place.base, _FOLDER)
    try:
        return _open_relative(base, place.parts, flags | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EXDEV, errno.EAGAIN):
            raise Problem(f"{place.shown} was replaced while it was being opened; try again.") from error
        error.filename = place.shown
        raise
    finally:
        os.close(base)


def open_file(place: Place) -> int:
    """A descriptor to read the regular file at `place`. Raises Problem for anything that is not one."""
    try:
        descriptor = open_beneath(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError as error:
        raise Problem(f"{place.shown} does not exist.") from error
    except NotADirectoryError as error:
        raise Problem(f"{place.shown} does not exist: part of its path is a file.") from error
    except PermissionError as error:
        raise Problem(f"{place.shown} cannot be read: permission denied.") from error
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise Problem(f"{place.shown} is a socket or device, not a file.") from error
        raise
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return descriptor
    os.close(descriptor)
    raise Problem(f"{place.shown} {_kind_of(kind)}")


def open_folder(place: Place, *, create: bool = False) -> int:
    """A descriptor of the folder at `place`; `create` makes what is missing. Raises Problem and OSError."""
    if create:
        for depth in range(1, len(place.parts) + 1):
            _make_folder(Place(place.base, place.parts[:depth], "/".join(place.parts[:depth])))
    try:
        return open_beneath(place, _FOLDER)
    except NotADirectoryError as error:
        raise Problem(f"{place.shown or place.base} is a file, not a folder.") from error


def _make_folder(place: Place) -> None:
    parent = open_folder(Place(place.base, place.parts[:-1], str(Path(place.shown).parent)))
    try:
        os.mkdir(place.parts[-1], dir_fd=parent)
    except FileExistsError:
        return
    except OSError as error:
        raise Problem(f"The folder {place.shown} cannot be made: {error.strerror}.") from error
    finally:
        os.close(parent)


def _checked(text: str) -> str:
    if not text or "\0" in text:
        raise Problem("The path is empty or holds a NUL character.")
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise Problem("The path holds characters that no file name can have.") from error
    return text


def _beneath(path: str, base: str) -> tuple[str, ...] | None:
    """The parts of `path` below `base`, whole components compared; None when it is not below."""
    wanted, folder = Path(path).parts, Path(base).parts
    return wanted[len(folder) :] if wanted[: len(folder)] == folder else None


def _kind_of(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "is a folder, not a file; use glob to list it."
    if stat.S_ISFIFO(mode):
        return "is a named pipe, not a file."
    return "is a device, not a file."


def openat2_works() -> bool:
    """Whether the kernel itself keeps a path beneath its folder here; else each component is looked at."""
    if _openat2_works:
        os.close(open_beneath(Place(Path("/"), (".",), "/"), _FOLDER))
    return _openat2_works


def _open_relative(base: int, parts: tuple[str, ...], flags: int, mode: int) -> int:
    global _openat2_works
    if _openat2_works:
        try:
            return _openat2(base, "/".join(parts), flags, mode)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            _openat2_works = error.errno != errno.ENOSYS
    return _walk(base, parts, flags, mode)


def _openat2(base: int, relative: str, flags: int, mode: int) -> int:
    import ctypes

    how = struct.pack("QQQ", flags, mode if flags & os.O_CREAT else 0, _BENEATH | _NO_SYMLINKS | _NO_MAGICLINKS)
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    descriptor = int(syscall(_OPENAT2, base, os.fsencode(relative), how, ctypes.c_size_t(len(how))))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), relative)
    return descriptor


def _walk(base: int, parts: tuple[str, ...], flags: int, mode: int) -> int:
    """The same without openat2: one component at a time, each refused if it is a link."""
    here = os.dup(base)
    try:
        for part in parts[:-1]:
            below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        return os.open(parts[-1], flags | os.O_NOFOLLOW, mode, dir_fd=here)
    finally:
        os.close(here)
