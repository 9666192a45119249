"""Small outcome tables for tests: what each model did, task by task."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from droidlite.evals.grid import Grid

Runs = Mapping[str, Sequence[tuple[int, float] | None]]
"""Model -> for each task, in one order, whether it was solved (1, 0) and its cost in USD; None = no run."""
HEADER = "benchmark,task_id,model,resolved,cost_usd"


def grid_of(runs: Runs, *, kinds: str = "", prompts: tuple[str, ...] = ()) -> Grid:
    """Kinds by one letter a task (all "k" where none are given); every task is an issue and a repository of its own."""
    models = tuple(sorted(runs))
    table = [runs[model] for model in models]
    letters = kinds or "k" * len(table[0])
    names = tuple(sorted(set(letters)))
    return Grid(
        models=models,
        kinds=names,
        solved=np.array([[bool(run and run[0]) for run in column] for column in table]).T,
        cost=np.array([[run[1] if run else 0.0 for run in column] for column in table]).T,
        ran=np.array([[run is not None for run in column] for column in table]).T,
        kind=np.array([names.index(letter) for letter in letters]),
        instance=np.arange(len(letters)),
        repo=np.arange(len(letters)),
        prompts=prompts,
    )


def write_tables(folder: Path, runs: Runs, *, kinds: str = "", prompt: str = "") -> Path:
    """tasks.jsonl and outcomes.csv of the same; three tasks a repository. `prompt` "" = none."""
    tasks = len(next(iter(runs.values())))
    folder.mkdir(exist_ok=True)
    lines = [
        {"task_id": f"t{i}", "kind": kinds[i] if kinds else "bug-fix", "repo": f"r{i // 3}", "extra": i}
        | ({"prompt": f"{prompt} {i}"} if prompt else {})
        for i in range(tasks)
    ]
    (folder / "tasks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = [
        f"bench,t{i},{model},{run[0]},{run[1]}"
        for model, results in runs.items()
        for i, run in enumerate(results)
        if run is not None
    ]
    (folder / "outcomes.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return folder


def half_and_all(tasks: int) -> Runs:
    """A cheap model that solves every second task for 1 USD, and a dear one that solves all for 4."""
    return {"cheap": [((i + 1) % 2, 1.0) for i in range(tasks)], "dear": [(1, 4.0)] * tasks}
