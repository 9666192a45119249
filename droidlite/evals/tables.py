"""Reads tasks.jsonl and outcomes.csv into a grid; every problem is one sentence with file and line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.evals.grid import Grid
from droidlite.evals.rows import Rows, read_rows, read_text


class Task(Struct, frozen=True, kw_only=True):
    """One line of tasks.jsonl; other fields are ignored. `benchmark` (or `source`) tells tasks of one id apart;
    `instance_id` is shared by tasks over the same issue; `prompt_ref` is the id of the task that has the prompt."""

    task_id: str
    kind: str
    benchmark: str | None = None
    source: str | None = None
    instance_id: str | None = None
    repo: str | None = None
    prompt: str | None = None
    prompt_ref: str | None = None

    @property
    def origin(self) -> str:
        return self.benchmark or self.source or ""


class Listed(Struct, frozen=True):
    task: Task
    line: int


class Tables(Struct, frozen=True):
    """`notes` are sentences about what was left out."""

    grid: Grid
    notes: tuple[str, ...]


def read_tables(tasks: Path, outcomes: Path) -> Tables:
    """The two files as one grid. Raises UsageError."""
    listed = _read_tasks(tasks)
    rows = read_rows(outcomes)
    by_id: dict[str, list[Listed]] = {}
    for each in listed:
        by_id.setdefault(each.task.task_id, []).append(each)
    found = [_match(benchmark, name, by_id) for benchmark, name in rows.tasks]
    notes = [*_unknown(rows, found, tasks, outcomes), *_idle(listed, found, tasks)]
    prompts = {each.task.task_id: each.task.prompt for each in listed if each.task.prompt}
    return Tables(_grid(rows, found, prompts), tuple(notes))


def _read_tasks(path: Path) -> list[Listed]:
    listed: list[Listed] = []
    first: dict[tuple[str, str], int] = {}
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            task = msgspec.json.decode(line, type=Task)
        except msgspec.DecodeError as error:
            raise UsageError(f"{path}:{number}: not a task: {error}; a line is {_EXAMPLE}") from error
        if not task.task_id or not task.kind:
            raise UsageError(f"{path}:{number}: task_id and kind may not be empty; a line is {_EXAMPLE}")
        key = (task.origin, task.task_id)
        if key in first:
            raise UsageError(
                f"{path}:{number}: task {task.task_id!r} is there twice, first on line {first[key]}; remove one, or "
                "tell them apart by `benchmark`."
            )
        first[key] = number
        listed.append(Listed(task, number))
    if not listed:
        raise UsageError(f"{path} has no tasks; a line is {_EXAMPLE}")
    return listed


_EXAMPLE = '{"task_id": "t1", "kind": "bug-fix", "prompt": "..."}'


def _match(benchmark: str, name: str, by_id: Mapping[str, list[Listed]]) -> Listed | None:
    """The task an outcome is of: by `benchmark:task_id`, else by task_id; of several, the one of this benchmark (or of
    a source named after it)."""
    candidates = by_id.get(f"{benchmark}:{name}") or by_id.get(name) or []
    if len(candidates) == 1:
        return candidates[0]
    exact = [each for each in candidates if each.task.origin == benchmark]
    return next((each for each in exact or candidates if each.task.origin.startswith(benchmark)), None)


def _unknown(rows: Rows, found: list[Listed | None], tasks: Path, outcomes: Path) -> list[str]:
    """A note about outcomes whose task is not listed. Raises UsageError where that is all of them."""
    missing = np.array([each is None for each in found])
    strays = missing[rows.task]
    if not strays.any():
        return []
    place = int(np.flatnonzero(strays)[0])
    benchmark, name = rows.tasks[rows.task[place]]
    where = f"{outcomes}:{rows.line(place)}"
    if strays.all():
        raise UsageError(f"{where}: task {name!r} of {benchmark} is not in {tasks}, nor is any other outcome's.")
    return [f"{where}: task {name!r} of {benchmark} is not in {tasks}; {_count(strays, 'outcome')} left out."]


def _idle(listed: list[Listed], found: list[Listed | None], tasks: Path) -> list[str]:
    seen = {each.line for each in found if each is not None}
    idle = [each for each in listed if each.line not in seen]
    if not idle:
        return []
    told = f"{len(idle)} tasks are" if len(idle) > 1 else "it is"
    return [f"{tasks}:{idle[0].line}: task {idle[0].task.task_id!r} has no outcome; {told} left out."]


def _count(flags: Any, noun: str) -> str:
    number = int(flags.sum())
    return f"{number:,} {noun}{'s are' if number > 1 else ' is'}"


def _grid(rows: Rows, found: list[Listed | None], prompts: Mapping[str, str | None]) -> Grid:
    kept = [place for place, each in enumerate(found) if each is not None]
    tasks = [each.task for each in found if each is not None]
    place = np.full(len(found), -1)
    place[kept] = np.arange(len(kept))
    here = place[rows.task] >= 0
    where = (place[rows.task[here]], rows.model[here])
    shape = (len(kept), len(rows.models))
    solved, ran, cost = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape)
    solved[where], ran[where], cost[where] = rows.solved[here], True, rows.cost[here]
    kinds = sorted({task.kind for task in tasks})
    return Grid(
        models=rows.models,
        kinds=tuple(kinds),
        solved=solved,
        cost=cost,
        ran=ran,
        kind=np.array([kinds.index(task.kind) for task in tasks], np.intp),
        instance=_codes([task.instance_id or f"{task.origin}:{task.task_id}" for task in tasks]),
        repo=_codes([task.repo or task.instance_id or task.task_id for task in tasks]),
        prompts=tuple(task.prompt or prompts.get(task.prompt_ref or "") or "" for task in tasks),
    )


def _codes(names: list[str]) -> Any:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.intp)
