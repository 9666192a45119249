"""Tables of steps: what is read, and what is wrong with them in one sentence."""

import re
from pathlib import Path

import pytest

from droidlite.errors import UsageError
from droidlite.evals.runs import COLUMNS, NAMES, OPTIONAL, Run, StepRow, read_runs

PAGE = (Path(__file__).parents[2] / "docs" / "escalation-table.md").read_text(encoding="utf-8")
HEADER = "task,model,step,spend,signals,outcome"


def write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "steps.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_the_example_of_the_page(tmp_path: Path) -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "steps.csv"
    path.write_text(example)
    table = read_runs(path)
    assert (table.tasks, table.models, table.kinds, table.repos) == (
        ("t1", "t2"), ("cheap", "dear"), ("fix", "fix"), ("shop", "shop"),
    )  # fmt: skip
    cheap = table.runs[0]["cheap"]
    assert (cheap.solved, cheap.cost, len(cheap.steps)) == (False, 0.049, 4)
    assert cheap.steps[3] == StepRow(0.049, 9900, 300, ("it repeats a call", "its calls cannot be read"))
    assert table.grid().cost.tolist() == [[0.049, 0.21], [0.011, 0.085]]


def test_every_column_and_sign_is_on_the_page() -> None:
    assert [name for name in (*COLUMNS, *OPTIONAL, *NAMES) if f"| `{name}` |" not in PAGE] == []


def test_runs_between_each_other_and_what_may_be_missing(tmp_path: Path) -> None:
    words = "it repeats a call"
    path = write(
        tmp_path, 't,a,1,0,"repeats; ' + words + '",solved,x', "t,b,1,0.5,,failed,x", "", "t,a,2,1e-1,,solved,x",
        header=f"{HEADER},mood",
    )  # fmt: skip
    table = read_runs(path)
    assert table.runs == (
        {
            "a": Run("a", (StepRow(0.0, None, None, (words,)), StepRow(0.1, None, None, ())), solved=True),
            "b": Run("b", (StepRow(0.5, None, None, ()),), solved=False),
        },
    )
    assert (table.kinds, table.repos, table.unused) == (("other",), ("t",), ("mood",))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], " has no steps below its header."),
        (["t,a,1,0.1,,"], ":2: outcome is empty at the last step of a on task 't'; write solved or failed there."),
        (["t,a,1,0.1,,solved", "t,a,2,0.2,,"],
         ":3: outcome is empty at the last step of a on task 't'; write solved or failed there."),
        (["t,a,1,0.1,,failed", "t,a,2,0.2,,solved"],
         ":3: outcome of a on task 't' is not the one of line 2; a run has one end."),
        (["t,a,1,0.1,,won"], ":2: outcome is 'won'; it must be solved or failed, or empty before the last step."),
        (["t,a,1,0.1,,solved", "t,a,1,0.1,,solved"],
         ":3: step 1 of a on task 't' comes where step 2 should; a run's steps are 1, 2, 3, ... in this order, and a "
         "model has one run on a task."),
        (["t,a,one,0.1,,solved"], ":2: step is 'one'; a run's steps are numbered 1, 2, 3, ..."),
        (["t,a,1,0.3,,", "t,a,2,0.2,,solved"],
         ":3: spend is 0.2, less than 0.3 a step before; it must be what the run of a on task 't' has cost by then, "
         "all steps together."),
        (["t,a,1,nan,,solved"], ":2: spend is 'nan'; it must be what the run has cost by then in USD, 0 or more."),
        (["t,a,1,-1,,solved"], ":2: spend is '-1'; it must be what the run has cost by then in USD, 0 or more."),
        (["t,a,1,0.1,repeat,solved"], ":2: signals has 'repeat', which is none; did you mean repeats?"),
        (["t,a,1,0.1,xyz,solved"],
         f":2: signals has 'xyz', which is none; they are {', '.join(NAMES)}."),
        (["t,a,1,0.1,solved"], ":2: 5 fields where the header has 6."),
        (["t,,1,0.1,,solved"], ":2: model is empty."),
    ],
)  # fmt: skip
def test_rows_that_cannot_be(lines: list[str], said: str, tmp_path: Path) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(UsageError) as error:
        read_runs(path)
    assert str(error.value) == f"{path}{said}"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("1k,,,", "tokens is '1k'; it must be a whole number of tokens, or empty."),
        (",-5,,", "output is '-5'; it must be a whole number of tokens, or empty."),
        (",,docs,", "kind of task 't' is 'docs' here and 'fix' on line 2; a task has one."),
        (",,,there", "repo of task 't' is 'there' here and 'here' on line 2; a task has one."),
    ],
)
def test_further_columns_that_cannot_be(cells: str, said: str, tmp_path: Path) -> None:
    header = f"{HEADER},tokens,output,kind,repo"
    path = write(tmp_path, "t,a,1,0.1,,,100,5,fix,here", f"t,a,2,0.2,,solved,{cells}", header=header)
    with pytest.raises(UsageError) as error:
        read_runs(path)
    assert str(error.value) == f"{path}:3: {said}"


def test_a_header_without_its_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "t,a", header="task,model")
    with pytest.raises(UsageError) as error:
        read_runs(path)
    assert str(error.value) == (
        f"{path}:1: column step and spend and signals and outcome is missing; it needs {', '.join(COLUMNS)}."
    )
