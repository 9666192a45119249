"""Screens kept as plain text under screens/. `scripts/screens` writes them anew: look at the difference git shows."""

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from terminal import Terminal

FOLDER = Path(__file__).parent / "screens"
REWRITING = "REWRITE_SCREENS"
SECONDS = 15.0
"""A screen that has not come by then is another one."""
VOLATILE = (
    (re.compile(r"/tmp/d-\w{8}"), "/tmp/d-########"),
    (re.compile(r"\b\d{8}-\d{6}-[a-z2-9]{4}\b"), "########-######-####"),
    (re.compile(r"(⎿ .*) · \d\.\d s$", re.MULTILINE), r"\1"),
    (re.compile(r"\b\d\.\d s\b"), "#.# s"),
    (re.compile(r"(?<=sandbox   )\w+$", re.MULTILINE), "########"),
)
"""What differs from run to run, and what stands for it: as many characters, so that nothing else moves. How long a call
took is told only where it was long."""

OTHERS = "\n  not available here\n"
"""Below it the picker has models of the catalog at prices of the day."""
NUMBER = re.compile(r"(?<= )\d[\d.]*[kM]?(?=\s)")


def told(lines: Sequence[str]) -> str:
    """A screen as it is kept: without blank lines at the end, and the same in every run."""
    text = "\n".join(lines).rstrip("\n") + "\n"
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    ours, heading, others = text.partition(OTHERS)
    return ours + heading + NUMBER.sub(lambda found: "#" * len(found[0]), others)


def matches(terminal: Terminal, name: str, sign: str) -> None:
    """Waits until the screen is the one kept as `name` for this width; fails with the difference. `sign` is a text by
    which it is known that the screen has come."""
    path = FOLDER / f"{name}-{terminal.screen.size[0]}.txt"
    terminal.shows(sign)
    if os.environ.get(REWRITING):
        terminal.rests()
        FOLDER.mkdir(exist_ok=True)
        path.write_text(told(terminal.screen.lines), encoding="utf-8")
        return
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    if not terminal.comes(lambda: told(terminal.screen.lines) == kept, SECONDS):
        now = told(terminal.screen.lines)
        difference = difflib.unified_diff(kept.splitlines(), now.splitlines(), path.name, "seen", lineterm="", n=9)
        raise AssertionError("\n".join([*difference, "Where it is meant: scripts/screens writes the screens anew."]))
