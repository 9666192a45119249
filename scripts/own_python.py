"""Lets a script that was begun by another Python go on in the .venv of this checkout."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def require() -> None:
    """Returns where this Python can import droidlite; else begins anew in .venv, or exits with a sentence."""
    if find_spec("droidlite") and find_spec("msgspec"):
        return
    own = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "python"
    if not own.exists() or Path(sys.executable) == own:
        sys.exit(f"{sys.argv[0]}: droidlite is not installed here; run scripts/check once, which makes .venv")
    os.execv(own, [str(own), *sys.argv])
