"""What a person trusted of each repository, kept by content hash among droidlite's own files; and pins of it."""

import hashlib
import os
import time
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import msgspec
from msgspec import Struct

from droidlite.errors import SettingsError
from droidlite.regex import regex
from droidlite.settings.keeping import locked, write_whole
from droidlite.settings.trust import Found

NAMED = 20
"""Files a pin names at most."""
_PIN = regex(r"sha256:([0-9a-f]{64})((?:,[^,=\s]+=[0-9a-f]{8})*)")


class Trusted(Struct, frozen=True, forbid_unknown_fields=True):
    """The file: what lay at `root`, whole and each (name -> kind:SHA-256), when it was trusted (seconds since 1970)."""

    root: str
    sha256: str
    files: dict[str, str]
    at: float


class Change(Struct, frozen=True):
    """One file that is not as it was trusted."""

    name: str
    how: str  # "changed", "new" or "gone"

    def __str__(self) -> str:
        return f"{self.name} ({self.how})"


class Pin(Struct, frozen=True):
    """A hash that is trusted; `files` (name -> the first 8 hex digits of its own) only serve to tell what changed."""

    sha256: str
    files: dict[str, str] = {}


def trusted_file(state: Path, root: Path) -> Path:
    return state / "trusted" / f"{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}.json"


def load_trusted(state: Path, root: Path) -> Trusted | None:
    """What was trusted at `root`; of a git worktree that was not asked about, what its repository was. Raises
    SettingsError where the file cannot be used."""
    found = _load(state, root)
    return found or ((home := _home_of(root)) and _load(state, home)) or None


def _load(state: Path, root: Path) -> Trusted | None:
    path = trusted_file(state, root)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Trusted)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be used ({error}); delete it to be asked again", file=str(path)) from error
    files = {os.fsdecode(unquote_to_bytes(name)): digest for name, digest in kept.files.items()}
    return msgspec.structs.replace(kept, files=files) if kept.root == _spelled(root) else None


def remember_trusted(state: Path, found: Found) -> None:
    """Keeps that all of `found` is trusted, and what was trusted in folders that cannot be seen from this one. Raises
    OSError."""
    path = trusted_file(state, found.root)
    with locked(path.parent):
        try:
            before = _load(state, found.root)
        except SettingsError:  # the person was asked again, which it says
            before = None
        elsewhere = {name: digest for name, digest in before.files.items() if not found.reaches(name)} if before else {}
        files = {_quoted(name): digest for name, digest in {**elsewhere, **found.files}.items()}
        kept = Trusted(_spelled(found.root), found.sha256, files, time.time())
        write_whole(path, msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")


def forget_trusted(state: Path, root: Path) -> bool:
    """Asks about it again; False where nothing was trusted. Raises OSError."""
    path = trusted_file(state, root)
    if not path.exists():
        return False
    with locked(path.parent):
        path.unlink(missing_ok=True)
    return True


def changes(trusted: Trusted, found: Found) -> tuple[Change, ...]:
    """What is not as it was trusted."""
    before, now = trusted.files, found.files
    gone = [Change(name, "gone") for name in before if name not in now and found.reaches(name)]
    other = [Change(name, "changed" if name in before else "new") for name in now if before.get(name) != now[name]]
    return tuple(sorted([*gone, *other], key=lambda change: change.name))


def pin_of(found: Found) -> str:
    """What pins all of it, as --trust and `trust` in the settings take it."""
    named = [f",{_quoted(name)}={_short(digest)}" for name, digest in sorted(found.files.items())[:NAMED]]
    return f"sha256:{found.sha256}{''.join(named)}"


def read_pin(text: str) -> Pin | None:
    """The pin that is written so; None where it is none."""
    match = _PIN.fullmatch(text)
    if match is None:
        return None
    named = (part.partition("=") for part in match[2].split(",") if part)
    return Pin(match[1], {os.fsdecode(unquote_to_bytes(name)): digest for name, _, digest in named})


def differing(pin: Pin, found: Found) -> tuple[Change, ...]:
    """What is not as it was pinned, as far as the pin names files."""
    if not pin.files:
        return ()
    now = {name: _short(digest) for name, digest in found.files.items()}
    told = changes(Trusted("", "", pin.files, 0.0), msgspec.structs.replace(found, files=now))
    return tuple(change for change in told if change.how != "new" or len(pin.files) < NAMED)


def _short(digest: str) -> str:
    return digest.partition(":")[2][:8]


def _quoted(name: str) -> str:
    return quote(os.fsencode(name), safe="/")


def _spelled(root: Path) -> str:
    return os.fsencode(root).decode("utf-8", "backslashreplace")


def _home_of(root: Path) -> Path | None:
    """The repository that `root` is a git worktree of; both must say so, for one of them may have been planted."""
    try:
        said = (root / ".git").read_text(encoding="utf-8").strip()
        kept = Path(said.removeprefix("gitdir: "))
        back = (kept / "gitdir").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    home = kept.parent.parent
    there = kept.is_absolute() and kept.parent.name == "worktrees" and home.name == ".git"
    return home.parent if there and Path(back) == root / ".git" else None
