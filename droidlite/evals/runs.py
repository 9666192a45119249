"""Reads a table of steps, docs/escalation-table.md, into runs of one model on one task; every problem is one sentence
with file and line."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.evals.grid import Grid
from droidlite.evals.rows import read_text
from droidlite.routing.signals import SIGNALS
from droidlite.settings.reading import nearest

COLUMNS = ("task", "model", "step", "spend", "signals", "outcome")
OPTIONAL = ("tokens", "output", "kind", "repo")
KIND = "other"
"""Of a task whose kind the table does not tell."""
OUTCOMES = {"solved": True, "failed": False}
NAMES = {function.__name__: words for words, function in SIGNALS.items()}
"""Signs as the table may call them, and as a session does."""
_SIGNS = NAMES | {words: words for words in SIGNALS}


class StepRow(Struct, frozen=True):
    """One call of the model: USD that the run has cost by then, tokens it read and wrote (None: not told), and the
    signs that hold then, in words."""

    spend: float
    tokens: int | None
    output: int | None
    signs: tuple[str, ...]


class Run(Struct, frozen=True):
    model: str
    steps: tuple[StepRow, ...]
    solved: bool

    @property
    def cost(self) -> float:
        return self.steps[-1].spend


class Table(Struct, frozen=True, kw_only=True):
    """`runs` by place of the task, then by model; `kinds` and `repos` by place; `unused`: columns nobody reads."""

    path: Path
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    repos: tuple[str, ...]
    models: tuple[str, ...]
    runs: tuple[Mapping[str, Run], ...]
    unused: tuple[str, ...] = ()

    def grid(self) -> Grid:
        """How the runs ended. The `instance` of a task is its place."""
        kinds = tuple(sorted(set(self.kinds)))
        ended = [[runs.get(model) for model in self.models] for runs in self.runs]
        return Grid(
            models=self.models,
            kinds=kinds,
            solved=np.array([[run is not None and run.solved for run in row] for row in ended], bool),
            cost=np.array([[0.0 if run is None else run.cost for run in row] for row in ended]),
            ran=np.array([[run is not None for run in row] for row in ended], bool),
            kind=np.array([kinds.index(kind) for kind in self.kinds], np.intp),
            instance=np.arange(len(self.tasks)),
            repo=np.unique(np.array(self.repos), return_inverse=True)[1].astype(np.intp),
        )


def read_runs(path: Path) -> Table:
    """Raises UsageError."""
    tasks: dict[str, _Task] = {}
    for line in _lines(path):
        task = tasks.setdefault(line.cells["task"], _Task(line))
        task.add(line)
    if not tasks:
        raise UsageError(f"{path} has no steps below its header.")
    runs = tuple({model: begun.run() for model, begun in task.begun.items()} for task in tasks.values())
    return Table(
        path=path,
        tasks=tuple(tasks),
        kinds=tuple(task.kind for task in tasks.values()),
        repos=tuple(task.repo or name for name, task in tasks.items()),
        models=tuple(sorted({model for by_model in runs for model in by_model})),
        runs=runs,
        unused=tuple(name for name in next(iter(tasks.values())).first.cells if name not in (*COLUMNS, *OPTIONAL)),
    )


class _Line:
    """One row of the file and what is wrong with it."""

    def __init__(self, path: Path, number: int, cells: Mapping[str, str]) -> None:
        self.path, self.number, self.cells = path, number, cells

    def wrong(self, problem: str) -> UsageError:
        return UsageError(f"{self.path}:{self.number}: {problem}")

    def usd(self) -> float:
        value = _number(self.cells["spend"])
        if not value >= 0 or math.isinf(value):
            raise self.wrong(
                f"spend is {self.cells['spend']!r}; it must be what the run has cost by then in USD, 0 or more."
            )
        return value

    def step(self) -> int:
        text = self.cells["step"]
        if not (text.isascii() and text.isdigit()):
            raise self.wrong(f"step is {text!r}; a run's steps are numbered 1, 2, 3, ...")
        return int(text)

    def tokens(self, column: str) -> int | None:
        text = self.cells.get(column, "")
        if text and not (text.isascii() and text.isdigit()):
            raise self.wrong(f"{column} is {text!r}; it must be a whole number of tokens, or empty.")
        return int(text) if text else None

    def signs(self) -> tuple[str, ...]:
        found = []
        for name in filter(None, (part.strip() for part in self.cells["signals"].split(";"))):
            if name not in _SIGNS:
                near = nearest(name, list(NAMES))
                hint = f"did you mean {near}?" if near else f"they are {', '.join(NAMES)}."
                raise self.wrong(f"signals has {name!r}, which is none; {hint}")
            found.append(_SIGNS[name])
        return tuple(dict.fromkeys(found))

    def outcome(self) -> bool | None:
        text = self.cells["outcome"]
        if text and text not in OUTCOMES:
            raise self.wrong(f"outcome is {text!r}; it must be solved or failed, or empty before the last step.")
        return OUTCOMES.get(text)


class _Task:
    def __init__(self, first: _Line) -> None:
        self.first = first
        self.kind, self.repo = first.cells.get("kind", "") or KIND, first.cells.get("repo", "")
        self.begun: dict[str, _Begun] = {}

    def add(self, line: _Line) -> None:
        for column, known in (("kind", self.kind), ("repo", self.repo)):
            if (told := line.cells.get(column, "")) and told != known:
                raise line.wrong(
                    f"{column} of task {line.cells['task']!r} is {told!r} here and {known!r} on line "
                    f"{self.first.number}; a task has one."
                )
        self.begun.setdefault(line.cells["model"], _Begun()).add(line)


class _Begun:
    """A run while it is read."""

    def __init__(self) -> None:
        self._steps: list[StepRow] = []
        self._solved: bool | None = None
        self._told = 0
        self._last: _Line | None = None

    def add(self, line: _Line) -> None:
        number, spend, outcome = line.step(), line.usd(), line.outcome()
        whose = f"{line.cells['model']} on task {line.cells['task']!r}"
        if number != len(self._steps) + 1:
            raise line.wrong(
                f"step {number} of {whose} comes where step {len(self._steps) + 1} should; a run's steps are 1, 2, 3, "
                "... in this order, and a model has one run on a task."
            )
        if self._steps and spend < self._steps[-1].spend:
            raise line.wrong(
                f"spend is {spend:g}, less than {self._steps[-1].spend:g} a step before; it must be what the run of "
                f"{whose} has cost by then, all steps together."
            )
        if outcome is not None:
            if self._solved not in (None, outcome):
                raise line.wrong(f"outcome of {whose} is not the one of line {self._told}; a run has one end.")
            self._solved, self._told = outcome, line.number
        self._steps.append(StepRow(spend, line.tokens("tokens"), line.tokens("output"), line.signs()))
        self._last = line

    def run(self) -> Run:
        """Raises UsageError where the last step does not tell how it ended."""
        assert self._last is not None
        if self._solved is None or self._told != self._last.number:
            raise self._last.wrong(
                f"outcome is empty at the last step of {self._last.cells['model']} on task "
                f"{self._last.cells['task']!r}; write solved or failed there."
            )
        return Run(self._last.cells["model"], tuple(self._steps), self._solved)


def _lines(path: Path) -> Iterator[_Line]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    try:
        header = [name.strip() for name in next(reader, [])]
        if missing := [name for name in COLUMNS if name not in header]:
            raise UsageError(f"{path}:1: column {' and '.join(missing)} is missing; it needs {', '.join(COLUMNS)}.")
        for cells in filter(None, reader):
            if len(cells) != len(header):
                raise UsageError(f"{path}:{reader.line_num}: {len(cells)} fields where the header has {len(header)}.")
            line = _Line(path, reader.line_num, dict(zip(header, map(str.strip, cells), strict=True)))
            for column in ("task", "model"):
                if not line.cells[column]:
                    raise line.wrong(f"{column} is empty.")
            yield line
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not CSV: {error}.") from error


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
