"""Spellings that run more than they look like, against autonomy and against rules that allow programs by name."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "commands"))
from corpus import Spelling, benign, bypasses, place, plausible, really_works

from droidlite.commands.rules import judge
from droidlite.commands.tree import Tree
from droidlite.types import Autonomy

SECTION = "command spellings"
_idle: list[str] = []
"""Spellings that do nothing here when bash runs them, so that refusing them says little."""
LEVELS: tuple[Autonomy, ...] = ("off", "low", "medium")


def MECHANISM() -> str:
    return f"tree-sitter-bash, fail-closed, {len(bypasses())} spellings"


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    """Each spelling at each level: without a rule, with all plausible rules together, and with each of them alone."""
    rules = plausible()
    sets: list[tuple[str, ...]] = [(), rules, *(() if quick else ((rule,) for rule in rules))]
    _idle[:] = [] if quick else [each.text for each in bypasses() if each.works and not _works(each)]
    disguised = set(bypasses(named=False))
    with tempfile.TemporaryDirectory() as box:
        tree = Tree(str(place(Path(box)).resolve()))
        for spelling in bypasses():
            for allowed in sets if spelling in disguised else ((),):
                for level in LEVELS:
                    ran = judge(spelling.text, level, allowed, tree=tree).allow
                    yield f"{spelling.text!r} at {level}{_with(allowed)}", ran


def _with(allowed: tuple[str, ...]) -> str:
    return f" with {len(allowed)} rules" if len(allowed) > 1 else "".join(f" with {rule}" for rule in allowed)


def asked() -> tuple[int, int]:
    """Everyday commands that are asked about at medium."""
    with tempfile.TemporaryDirectory() as box:
        tree = Tree(str(place(Path(box)).resolve()))
        return sum(not judge(text, "medium", tree=tree).allow for text in benign()), len(benign())


def untried() -> list[str]:
    return [f"{len(_idle)} spellings do nothing in this machine's bash: {', '.join(map(repr, _idle))}"] if _idle else []


def _works(spelling: Spelling) -> bool:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as box:
        return really_works(spelling, Path(box))
