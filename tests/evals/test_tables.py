"""Reading tasks.jsonl and outcomes.csv: the join, and one sentence for everything that can be wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_tables import HEADER

from droidlite.errors import UsageError
from droidlite.evals.tables import Tables, read_tables

TASKS = [{"task_id": "t1", "kind": "bug-fix"}, {"task_id": "t2", "kind": "docs"}]
ROWS = ["bench,t1,a,1,0.5", "bench,t1,b,0,0.25", "bench,t2,a,0,1.5"]


def write(folder: Path, tasks: list[Any] | str | bytes = TASKS, outcomes: list[str] | str | bytes = ROWS) -> None:
    """`tasks` as JSON lines, `outcomes` as rows below the usual header; texts and bytes as they are."""
    if isinstance(tasks, list):
        tasks = "".join(json.dumps(task) + "\n" for task in tasks)
    if isinstance(outcomes, list):
        outcomes = "\n".join([HEADER, *outcomes]) + "\n"
    (folder / "tasks.jsonl").write_bytes(tasks.encode() if isinstance(tasks, str) else tasks)
    (folder / "outcomes.csv").write_bytes(outcomes.encode() if isinstance(outcomes, str) else outcomes)


def read(folder: Path) -> Tables:
    return read_tables(folder / "tasks.jsonl", folder / "outcomes.csv")


def test_rows_become_a_grid(tmp_path: Path) -> None:
    write(tmp_path)
    grid = read(tmp_path).grid
    assert (grid.models, grid.kinds, grid.prompts) == (("a", "b"), ("bug-fix", "docs"), ("", ""))
    assert grid.solved.tolist() == [[True, False], [False, False]]
    assert grid.cost.tolist() == [[0.5, 0.25], [1.5, 0.0]]
    assert grid.ran.tolist() == [[True, True], [True, False]]
    assert grid.kind.tolist() == [0, 1]


def test_other_columns_their_order_blank_lines_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    text = "\ufeffcost_usd,n,model,resolved,benchmark,task_id\r\n\r\n0.5,9,a,True,bench,t1\r\n\r\n1,9,a,0,bench,t2\r\n"
    write(tmp_path, outcomes=text)
    grid = read(tmp_path).grid
    assert (grid.solved.tolist(), grid.cost.tolist()) == ([[True], [False]], [[0.5], [1.0]])


def test_a_task_of_two_benchmarks_has_two_kinds(tmp_path: Path) -> None:
    """By benchmark, by a source named after it, or by an id with the benchmark before it."""
    tasks = [
        {"task_id": "x", "kind": "fix", "benchmark": "swe"},
        {"task_id": "x", "kind": "tests", "source": "swt-verified", "prompt_ref": "y"},
        {"task_id": "y", "kind": "fix", "prompt": "It breaks."},
        {"task_id": "swt:y", "kind": "tests", "instance_id": "y"},
    ]
    write(tmp_path, tasks, ["swe,x,a,1,1", "swt,x,a,0,2", "swe,y,a,1,3", "swt,y,a,0,4"])
    grid = read(tmp_path).grid
    assert [grid.kinds[code] for code in grid.kind] == ["fix", "tests", "fix", "tests"]
    assert grid.prompts == ("", "It breaks.", "It breaks.", "")
    assert grid.cost.ravel().tolist() == [1, 2, 3, 4]


def test_tasks_over_one_issue_and_of_one_repository_share_a_number(tmp_path: Path) -> None:
    tasks = [
        {"task_id": "a", "kind": "fix", "instance_id": "one", "repo": "r"},
        {"task_id": "b", "kind": "tests", "instance_id": "one", "repo": "r"},
        {"task_id": "c", "kind": "fix", "repo": "r"},
        {"task_id": "d", "kind": "fix"},
    ]
    write(tmp_path, tasks, [f"bench,{name},m,1,1" for name in "abcd"])
    grid = read(tmp_path).grid
    assert len(set(grid.instance.tolist())) == 3
    assert grid.instance[0] == grid.instance[1]
    assert len(set(grid.repo.tolist())) == 2
    assert len(np.unique(grid.repo[:3])) == 1


def test_what_cannot_be_joined_is_left_out_and_told(tmp_path: Path) -> None:
    write(tmp_path, [*TASKS, {"task_id": "t3", "kind": "docs"}], [*ROWS, "bench,t9,a,1,1", "bench,t9,b,1,1"])
    tables = read(tmp_path)
    assert tables.grid.tasks == 2
    assert tables.notes == (
        f"{tmp_path}/outcomes.csv:5: task 't9' of bench is not in {tmp_path}/tasks.jsonl; 2 outcomes are left out.",
        f"{tmp_path}/tasks.jsonl:3: task 't3' has no outcome; it is left out.",
    )


COLUMNS = "benchmark, task_id, model, resolved, cost_usd"
LINE = '{"task_id": "t1", "kind": "bug-fix", "prompt": "..."}'


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ("", f":1: column benchmark and task_id and model and resolved and cost_usd is missing; it needs {COLUMNS}."),
        ("benchmark,task_id,model,resolved\n", f":1: column cost_usd is missing; it needs {COLUMNS}."),
        (HEADER + "\n", " has no outcomes below its header."),
        ([*ROWS, "bench,t1,a,1,0.7"], ":5: a on task 't1' of bench is there twice, first on line 2; keep one run for "
         "each model and task."),
        (["", *ROWS, "bench,t2,b,1,nan"], ":6: cost_usd is 'nan'; it must be what the run cost in USD, 0 or more."),
        (["bench,t2,b,1,-0.5"], ":2: cost_usd is '-0.5'; it must be what the run cost in USD, 0 or more."),
        (["bench,t2,b,1,inf"], ":2: cost_usd is 'inf'; it must be what the run cost in USD, 0 or more."),
        (["bench,t2,b,1,"], ":2: cost_usd is ''; it must be what the run cost in USD, 0 or more."),
        ([*ROWS, "bench,t2,b,1,free"], ":5: cost_usd is 'free'; it must be what the run cost in USD, 0 or more."),
        ([*ROWS, "bench,t2,b,maybe,1"], ":5: resolved is 'maybe'; it must be 1 (solved) or 0 (not solved)."),
        ([*ROWS, "bench,t2,b,1"], ":5: 4 fields where the header has 5."),
        ([*ROWS, "bench,t2,b,1,1,1"], ":5: 6 fields where the header has 5."),
        ([*ROWS, "bench,,b,1,1"], ":5: task_id is empty."),
        ([*ROWS, "bench,t2,,1,1"], ":5: model is empty."),
        (["bench,t8,b,1,1", "bench,t9,b,1,1"], ":2: task 't8' of bench is not in {tasks}, nor is any other outcome's."),
        ((HEADER + "\nbench,t1,a,1,1\nbench,t2,\xe4,1,1\n").encode("latin-1"), ":3: not UTF-8; save it as UTF-8."),
    ],
    ids=["empty", "column", "no rows", "twice", "nan", "negative", "infinite", "no cost", "word", "resolved", "narrow",
         "wide", "no task", "no model", "unknown tasks", "latin-1"],
)  # fmt: skip
def test_outcomes_that_cannot_be_used(outcomes: list[str] | str | bytes, said: str, tmp_path: Path) -> None:
    write(tmp_path, outcomes=outcomes)
    with pytest.raises(UsageError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}/outcomes.csv{said.replace('{tasks}', f'{tmp_path}/tasks.jsonl')}"


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ("", f" has no tasks; a line is {LINE}"),
        ([{"kind": "docs"}], f":1: not a task: Object missing required field `task_id`; a line is {LINE}"),
        ([*TASKS, {"task_id": "t3"}], f":3: not a task: Object missing required field `kind`; a line is {LINE}"),
        ([*TASKS, {"task_id": "t3", "kind": ""}], f":3: task_id and kind may not be empty; a line is {LINE}"),
        ([{"task_id": 7, "kind": "docs"}], ":1: not a task: Expected `str`, got `int` - at `$.task_id`; "
         f"a line is {LINE}"),
        ("\n[1]\n", f":2: not a task: Expected `object`, got `array`; a line is {LINE}"),
        ("\n\n{task\n", f":3: not a task: JSON is malformed: object keys must be strings (byte 1); a line is {LINE}"),
        ([*TASKS, TASKS[0]], ":3: task 't1' is there twice, first on line 1; remove one, or tell them apart by "
         "`benchmark`."),
        (b'{"task_id": "t1", "kind": "d\xe9p"}', ":1: not UTF-8; save it as UTF-8."),
    ],
    ids=["empty", "no id", "no kind", "empty kind", "number", "list", "not json", "twice", "latin-1"],
)  # fmt: skip
def test_tasks_that_cannot_be_used(tasks: list[Any] | str | bytes, said: str, tmp_path: Path) -> None:
    write(tmp_path, tasks=tasks)
    with pytest.raises(UsageError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}/tasks.jsonl{said}"
