"""Reads outcomes.csv, a million rows in seconds: columns are taken in blocks, and only a problem looks for its line."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from droidlite.errors import UsageError
from droidlite.evals.grid import Codes, Flags, Floats

COLUMNS = ("benchmark", "task_id", "model", "resolved", "cost_usd")
RESOLVED = {"1": True, "0": False, "true": True, "false": False, "1.0": True, "0.0": False}
_BLOCK = 100_000
_Column: TypeAlias = Sequence[str]
_Where: TypeAlias = Callable[[int], str]


class Rows(Struct, frozen=True, kw_only=True):
    """One place a row, in the file's order: `task` indexes `tasks` (benchmark, task_id), `model` indexes `models`
    (sorted), cost in USD."""

    path: Path
    text: str
    tasks: tuple[tuple[str, str], ...]
    models: tuple[str, ...]
    task: Codes
    model: Codes
    solved: Flags
    cost: Floats

    def line(self, place: int) -> int:
        return _line(self.text, place)


def read_text(path: Path) -> str:
    """The whole file as text, with or without a byte order mark. Raises UsageError, with the line of a wrong byte."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: not UTF-8; save it as UTF-8.") from error


def read_rows(path: Path) -> Rows:
    """The table, checked: all columns, numbers in range, one row for each model at each task. Raises UsageError."""
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise UsageError(f"{path}:1: column {' and '.join(missing)} is missing; it needs {', '.join(COLUMNS)}.")
    take = itemgetter(*(header.index(name) for name in COLUMNS))
    table = _Columns(path, text)
    for block in _blocks(reader, path, len(header)):
        table.add(*zip(*map(take, block), strict=True))
    rows = table.rows()
    _refuse_empty(rows)
    _refuse_twice(rows)
    return rows


class _Columns:
    """What has been read, with names replaced by numbers as they come."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text, self._done = path, text, 0
        self._tasks: dict[tuple[str, str], int] = {}
        self._models: dict[str, int] = {}
        self._parts: list[tuple[list[int], list[int], Flags, Floats]] = []

    def add(self, benchmark: _Column, task: _Column, model: _Column, resolved: _Column, cost: _Column) -> None:
        """One block. Raises UsageError where a value cannot be."""
        tasks, models = self._tasks, self._models
        self._parts.append(
            (
                [tasks.setdefault(key, len(tasks)) for key in zip(benchmark, task, strict=True)],
                [models.setdefault(name, len(models)) for name in model],
                _resolved(resolved, self._where),
                _cost(cost, self._where),
            )
        )
        self._done += len(model)

    def rows(self) -> Rows:
        """Raises UsageError where there are none."""
        if not self._parts:
            raise UsageError(f"{self._path} has no outcomes below its header.")
        task, model, solved, cost = (np.concatenate([part[i] for part in self._parts]) for i in range(4))
        order = sorted(self._models)
        rank = np.array([order.index(name) for name in self._models], np.intp)
        return Rows(
            path=self._path,
            text=self._text,
            tasks=tuple(self._tasks),
            models=tuple(order),
            task=task.astype(np.intp),
            model=rank[model],
            solved=solved.astype(bool),
            cost=cost,
        )

    def _where(self, place: int) -> str:
        """File and line of a place in the block at hand."""
        return f"{self._path}:{_line(self._text, self._done + place)}"


def _blocks(reader: Iterator[list[str]], path: Path, width: int) -> Iterator[list[list[str]]]:
    """Rows by the block, blank lines left out. Raises UsageError where a row is not as wide as the header."""
    done = 0
    while True:
        try:
            block = list(islice(reader, _BLOCK))
        except csv.Error as error:
            raise UsageError(f"{path}:{getattr(reader, 'line_num', 0)}: not CSV: {error}.") from error
        if not block:
            return
        widths = set(map(len, block))
        if 0 in widths:
            block = [row for row in block if row]
        if widths - {0, width}:
            place = next(i for i, row in enumerate(block) if len(row) != width)
            line = _line(read_text(path), done + place)
            raise UsageError(f"{path}:{line}: {len(block[place])} fields where the header has {width}.")
        done += len(block)
        if block:
            yield block


def _line(text: str, place: int) -> int:
    """The line, from 1, on which data row `place` (from 0, blank lines not counted) ends."""
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = (reader.line_num for row in reader if row)
    return next(islice(rows, place + 1, None))


def _resolved(column: _Column, where: _Where) -> Flags:
    known = {value: RESOLVED.get(value.strip().lower()) for value in set(column)}
    if None in known.values():
        place = next(i for i, value in enumerate(column) if known[value] is None)
        raise UsageError(f"{where(place)}: resolved is {column[place]!r}; it must be 1 (solved) or 0 (not solved).")
    return np.array([known[value] for value in column], bool)


def _cost(column: _Column, where: _Where) -> Floats:
    try:
        cost = np.array(list(map(float, column)))
    except ValueError:
        cost = np.array([_number(value) for value in column])
    wrong = np.flatnonzero(~(np.isfinite(cost) & (cost >= 0)))
    if len(wrong):
        place = int(wrong[0])
        raise UsageError(
            f"{where(place)}: cost_usd is {column[place]!r}; it must be what the run cost in USD, 0 or more."
        )
    return cost


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _refuse_empty(rows: Rows) -> None:
    """Raises UsageError where a row names no task or no model."""
    nameless = np.array([not name for _, name in rows.tasks])[rows.task]
    nobody = np.array([not name for name in rows.models])[rows.model]
    for wrong, column in ((nameless, "task_id"), (nobody, "model")):
        if wrong.any():
            raise UsageError(f"{rows.path}:{rows.line(int(np.flatnonzero(wrong)[0]))}: {column} is empty.")


def _refuse_twice(rows: Rows) -> None:
    """Raises UsageError where two rows are of one model at one task."""
    key: NDArray[np.intp] = rows.task * len(rows.models) + rows.model
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[order][1:] == key[order][:-1])
    if not len(again):
        return
    at = again[np.argmin(order[again + 1])]
    first, second = int(order[at]), int(order[at + 1])
    benchmark, name = rows.tasks[rows.task[second]]
    raise UsageError(
        f"{rows.path}:{rows.line(second)}: {rows.models[rows.model[second]]} on task {name!r} of {benchmark} is there "
        f"twice, first on line {rows.line(first)}; keep one run for each model and task."
    )
