"""Paths that lead out of the folder: written so, by links, and by a race that swaps folders and files for links."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from racing import WORK, Arena, can_race, hostile, naive, race, reaches, walking

from droidlite.tools import confined

SECTION = "paths and races"
QUICK = 40
"""One of so many of the race's attempts is made in a quick run."""
NAIVE = 5_000
_lost: list[int] = []


def MECHANISM() -> str:
    ways = "openat2 RESOLVE_BENEATH and a component walk" if confined.openat2_works() else "a component walk"
    return f"{ways}" + "".join(f" (resolve-then-open lost {lost} of {NAIVE:,} here)" for lost in _lost)


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    _lost.clear()
    for walk in _ways():
        with tempfile.TemporaryDirectory() as box, walking(walk):
            arena = Arena(Path(box))
            for path in hostile(arena):
                yield from reaches(arena, path)
    for walk in _ways() if can_race() else ():
        for tool, count in WORK.items():
            with tempfile.TemporaryDirectory() as box:
                for name, out, _ in race(Path(box), tool, count // QUICK if quick else count, walk=walk):
                    yield name, out
    if can_race() and not quick:
        with tempfile.TemporaryDirectory() as box:
            _lost.append(naive(Path(box), NAIVE))


def _ways() -> tuple[bool, ...]:
    return (False, True) if confined.openat2_works() else (True,)


def untried() -> list[str]:
    told = [] if can_race() else ["the race: this system has no renameat2 to swap with"]
    told += [] if confined.openat2_works() else ["openat2: this kernel does not have it or a filter hides it"]
    return [*told, "a race against /rewind, which is begun by the person"]
