"""What the organisation denies, tried in every combination of what below it allows the same."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from denying import ALLOWING, ANSWERING, AUTONOMIES, DENIED, combinations

SECTION = "denials of the organisation overridden"


def MECHANISM() -> str:
    counts = (len(DENIED), len(ALLOWING), len(AUTONOMIES), len(ANSWERING))
    return "deny before ask before allow, {} calls by {} kinds of settings by {} autonomies by {} answers".format(
        *counts
    )


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    with tempfile.TemporaryDirectory() as box:
        yield from combinations(Path(box))


def untried() -> list[str]:
    return [
        "what a script, an interpreter or another program does by itself at high autonomy: no rule can read that off a "
        "command, only a sandbox stops it"
    ]
