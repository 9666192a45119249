"""Reads and replaces whole files inside the root, and remembers what the model has seen of each."""

import os
from pathlib import Path

from msgspec import Struct

from droidlite.keyformats import MARK
from droidlite.tool import ToolContext
from droidlite.tools.confined import Place, open_file, open_folder
from droidlite.tools.problem import Problem, describe
from droidlite.tools.text import Text, decode

HUGE = 10 * 1024 * 1024
"""Bytes beyond which a file is read in windows and not edited."""

_CHUNK = 1 << 20


class Stamp(Struct, frozen=True):
    """What a file was when the model last read or wrote it. `digest` is "" for a huge file, judged by the rest."""

    mtime_ns: int
    size: int
    inode: int
    digest: str


class Content(Struct, frozen=True):
    """A whole file: its bytes, permission bits and stamp."""

    data: bytes
    mode: int
    stamp: Stamp


class Change(Struct, frozen=True):
    """One file's future: `after` None deletes it; `before` None means it did not exist. A new file gets `mode` where
    one is given (a moved file keeps its own)."""

    place: Place
    before: Content | None
    after: bytes | None
    mode: int | None = None


def load(place: Place) -> Content:
    """The whole file at `place`. Raises Problem when it is missing, no file, unreadable or huge."""
    descriptor = open_file(place)
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if facts.st_size > HUGE:
            size = facts.st_size // (1024 * 1024)
            raise Problem(f"{place.shown} is {size} MB, too large for this tool; use shell (sed, python).")
        data = file.read(HUGE + 1)
        return Content(data, facts.st_mode & 0o7777, stamp_of(facts, data))


def load_if_there(place: Place) -> Content | None:
    """As `load`, None when nothing is at `place`."""
    return load(place) if os.path.lexists(place.path) else None


def stamp_of(facts: os.stat_result, data: bytes | None) -> Stamp:
    from hashlib import blake2b

    digest = "" if data is None else blake2b(data, digest_size=16).hexdigest()
    return Stamp(facts.st_mtime_ns, facts.st_size, facts.st_ino, digest)


def text_of(place: Place, content: Content) -> Text:
    """The file as text. Raises Problem when it is binary."""
    text = decode(content.data)
    if text is None:
        raise binary(place, len(content.data))
    return text


def binary(place: Place, size: int) -> Problem:
    return Problem(f"{place.shown} is a binary file ({size:,} bytes) and cannot be handled as text.")


def remember(context: ToolContext, place: Place, stamp: Stamp) -> None:
    if context.seen.get(place.path) != stamp:
        context.seen[place.path] = stamp
        context.noted(place.path, stamp)


def require_fresh(context: ToolContext, place: Place, content: Content, *, read: bool = False) -> None:
    """Raises Problem when the file changed since the model last saw it; with `read`, also when it never saw it."""
    seen = context.seen.get(place.path)
    if seen is None:
        if read:
            raise Problem(f"{place.shown} exists and was not read yet; read it first, then write.")
        return
    same = seen.digest == content.stamp.digest if seen.digest else seen == content.stamp
    if not same:
        raise Problem(f"{place.shown} changed since it was read; read it again.")


def apply(context: ToolContext, changes: list[Change]) -> None:
    """Makes all `changes` or none. Each file is saved for undo first, and replaced by one rename. Raises Problem."""
    for change in changes:
        _require_writable(change)
        _require_no_marker(change)
    for change in changes:
        keep(context, change.place.path)
    done: list[Change] = []
    try:
        for change in changes:
            _make(context, change)
            done.append(change)
    except (OSError, Problem) as error:
        kept = _undo(context, done)
        reason = describe(error) if isinstance(error, OSError) else str(error)
        raise Problem(f"{reason} {kept}") from error


def _require_writable(change: Change) -> None:
    if change.before is not None and not change.before.mode & 0o222:
        mode = f"{change.before.mode:04o}"
        raise Problem(f"{change.place.shown} is read-only (mode {mode}); change its mode first if that is intended.")


def _require_no_marker(change: Change) -> None:
    """What stands for a secret in what the model was shown must not take the secret's place in the file."""
    before, after = (len(MARK.findall((data or b"").decode("latin-1"))) for data in (_data(change), change.after))
    if after > before:
        raise Problem(of_marker(change.place.shown))


def of_marker(shown: str) -> str:
    """What to do where a marker is to be found in, or written to, a file."""
    return (
        f"{shown}: the text holds a marker that stands for a secret in the file, which would be lost; leave its line "
        "out, or ask the person to change it."
    )


def _data(change: Change) -> bytes:
    return change.before.data if change.before else b""


def keep(context: ToolContext, path: Path) -> None:
    """Keeps the file as it is, so that it can be brought back. Raises Problem."""
    try:
        context.save(path)
    except OSError as error:
        raise Problem(f"Nothing was changed: {path} could not be kept for undo: {describe(error)}") from error


def _make(context: ToolContext, change: Change) -> None:
    place, name = change.place, change.place.parts[-1] if change.place.parts else ""
    if not name:
        raise Problem(f"{place.path} is a folder, not a file.")
    above = Place(place.base, place.parts[:-1], str(Path(place.shown).parent))
    folder = open_folder(above, create=change.after is not None)
    try:
        if change.after is None:
            os.unlink(name, dir_fd=folder)
            context.seen.pop(place.path, None)
        else:
            remember(context, place, _replace(folder, name, change))
    except OSError as error:
        error.filename = place.shown
        raise
    finally:
        os.close(folder)


def _replace(folder: int, name: str, change: Change) -> Stamp:
    """Writes beside the old file, then renames over it: a reader sees the old or the new bytes, never half. A file with
    other names, or whose owner could not be kept, is written where it is."""
    data = change.after or b""
    old = _facts(folder, name) if change.before is not None else None
    if old is not None and old.st_nlink > 1:
        return _overwrite(folder, name, change)
    temporary = f".droidlite-{os.urandom(8).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(temporary, flags, 0o666, dir_fd=folder)
    except PermissionError:
        if old is None:
            raise
        return _overwrite(folder, name, change)
    try:
        with os.fdopen(descriptor, "wb") as file:
            kept = old is None or _own(descriptor, old)
            if kept:
                file.write(data)
                file.flush()
                mode = change.mode if change.before is None else change.before.mode
                if mode is not None:
                    os.fchmod(descriptor, mode)  # after the owner: a change of owner takes the set-user bit away
                facts = os.fstat(descriptor)
        if kept:
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            return stamp_of(facts, data)
    except BaseException:
        os.unlink(temporary, dir_fd=folder)
        raise
    os.unlink(temporary, dir_fd=folder)
    return _overwrite(folder, name, change)


def _facts(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _own(descriptor: int, old: os.stat_result) -> bool:
    """Gives the new file the owner and group of the old one; False where only its owner could."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid):
        return True
    try:
        os.fchown(descriptor, old.st_uid, old.st_gid)
    except OSError:
        return False
    return True


def _overwrite(folder: int, name: str, change: Change) -> Stamp:
    """Writes into the file itself, and puts the old bytes back where that fails."""
    before = _data(change)
    descriptor = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        try:
            _fill(descriptor, change.after or b"")
        except OSError:
            _fill(descriptor, before)
            raise
        return stamp_of(os.fstat(descriptor), change.after or b"")
    finally:
        os.close(descriptor)


def _fill(descriptor: int, data: bytes) -> None:
    """The file holds `data` and nothing else; what it holds is cut last, so that its blocks are there to go back to."""
    at = 0
    while at < len(data):
        at += os.pwrite(descriptor, data[at : at + _CHUNK], at)
    os.ftruncate(descriptor, len(data))


def _undo(context: ToolContext, done: list[Change]) -> str:
    """Puts back what `done` changed; says how that went."""
    for change in reversed(done):
        old = None if change.before is None else change.before.data
        try:
            _make(context, Change(change.place, change.before, old))
        except (OSError, Problem):
            return f"{change.place.shown} could not be put back; check it."
    return "Nothing was changed."
