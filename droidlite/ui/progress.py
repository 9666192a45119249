"""A download's progress: a bar on a terminal, a line for every tenth elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from droidlite.sanitise import clean_line
from droidlite.ui.plain import takes_control_codes, write


@contextmanager
def downloading(label: str, total: int, stream: TextIO, env: Mapping[str, str]) -> Iterator[Callable[[int], None]]:
    """Yields a function to call, often, with the bytes there are so far, of `total`. A resumed download may begin with
    many. Nothing is said on `stream` before the first call. `env` tells TERM, NO_COLOR and whether this is CI."""
    label = clean_line(label, 60)
    if not takes_control_codes(stream, env):
        yield _Tenths(label, total, stream).told
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(file=stream, _environ={})
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.update(task, completed=done)


class _Tenths:
    def __init__(self, label: str, total: int, stream: TextIO) -> None:
        self._label, self._total, self._stream = label, total, stream
        self._said = -1

    def told(self, done: int) -> None:
        tenth = 10 * done // self._total if self._total else 10
        if tenth > self._said:
            self._said = tenth
            size = f"{done / 1e6:,.0f} of {self._total / 1e6:,.0f} MB"
            write(self._stream, f"{self._label}: {10 * tenth} % ({size})\n")
