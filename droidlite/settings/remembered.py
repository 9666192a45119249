"""What a person allowed for good, folder by folder: beginnings of commands, kept among droidlite's own files."""

import hashlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.errors import SettingsError
from droidlite.settings.keeping import locked, write_whole


class Allowed(Struct, frozen=True, forbid_unknown_fields=True):
    """The file: `root` is the project's folder, `commands` the beginnings of commands that need no question there."""

    root: str
    commands: tuple[str, ...] = ()


def allowed_file(state: Path, root: Path) -> Path:
    """Where the answers for the project at `root` are kept: outside it, so that no repository brings its own."""
    return state / "allowed" / f"{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}.json"


def load_allowed(state: Path, root: Path) -> tuple[str, ...]:
    """The beginnings allowed so far. Raises SettingsError where the file cannot be used."""
    path = allowed_file(state, root)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Allowed)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be used ({error}); delete it to be asked again", file=str(path)) from error
    return kept.commands if kept.root == str(root) else ()


def remember_allowed(state: Path, root: Path, prefix: str) -> None:
    """Adds a beginning; the file is the old one or the new one, never half, and what another droidlite adds meanwhile
    stays. Raises OSError, SettingsError."""
    path = allowed_file(state, root)
    with locked(path.parent):
        known = load_allowed(state, root)
        if prefix not in known:
            _write(path, Allowed(str(root), (*known, prefix)))


def forget_allowed(state: Path, root: Path, prefix: str) -> None:
    """Takes a beginning out again, as `remember_allowed` adds one. Raises OSError, SettingsError."""
    path = allowed_file(state, root)
    with locked(path.parent):
        known = load_allowed(state, root)
        if prefix in known:
            _write(path, Allowed(str(root), tuple(kept for kept in known if kept != prefix)))


def _write(path: Path, allowed: Allowed) -> None:
    write_whole(path, msgspec.json.format(msgspec.json.encode(allowed), indent=2) + b"\n")
