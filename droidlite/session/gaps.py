"""Records that a journal lacks: lines that were taken out, and those a failed write never brought to the disk."""

from collections.abc import Iterator
from pathlib import Path

from droidlite.session.lines import JOURNAL, Line, scan


class Gaps:
    """Takes the lines of a journal in order. A damaged line stands for one record; what is gone after the last line
    leaves no trace."""

    def __init__(self) -> None:
        self._last = self._damaged = 0

    def before(self, line: Line) -> int:
        """How many records are missing before this line."""
        if not line.n:
            self._damaged += 1
            return 0
        missing = line.n - self._last - 1 - self._damaged
        self._last, self._damaged = line.n, 0
        return max(missing, 0)


def unexplained(folder: Path) -> int:
    """How many records the session in a folder lacks that no repair took out: those stand in the copy it kept. Raises
    OSError, and UsageError as `scan` does."""
    found = {n: missing for n, missing in _missing(folder / JOURNAL) if missing}
    if not found:
        return 0
    for copy in folder.glob(f"{JOURNAL}.*.bak"):
        found |= {n: min(missing, found[n]) for n, missing in _missing(copy) if n in found}
    return sum(found.values())


def _missing(path: Path) -> Iterator[tuple[int, int]]:
    """(number of a record, how many are missing before it)."""
    gaps = Gaps()
    return ((line.n, missing) for line in scan(path) for missing in [gaps.before(line)] if line.n)
