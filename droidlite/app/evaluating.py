"""`droidlite router eval`: policies and auto on tables of real outcomes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.ui.plain import show, show_json

if TYPE_CHECKING:
    from droidlite.evals.evaluation import Report
    from droidlite.evals.question import Question

NEEDED = ("numpy", "sklearn", "matplotlib")


class Places(Struct, frozen=True):
    """The two tables, and where the picture goes (None = nowhere)."""

    tasks: Path
    outcomes: Path
    png: Path | None = None


def find_tables(folder: Path | None, tasks: Path | None, outcomes: Path | None, png: Path | None) -> Places:
    """From a folder, or from the two files. Raises UsageError."""
    if folder is not None and (tasks or outcomes):
        raise UsageError("Name a FOLDER, or --tasks and --outcomes, not both.")
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; it would hold tasks.jsonl and outcomes.csv.")
    if folder is not None:
        tasks, outcomes = folder / "tasks.jsonl", folder / "outcomes.csv"
    if tasks is None or outcomes is None:
        raise UsageError("router eval needs a FOLDER with tasks.jsonl and outcomes.csv, or --tasks and --outcomes.")
    for path in (tasks, outcomes):
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file.")
    if png is not None and not png.resolve().parent.is_dir():
        raise UsageError(f"--png {png}: there is no folder {png.resolve().parent}.")
    return Places(tasks, outcomes, png)


def show_evaluation(places: Places, question: "Question", as_json: bool) -> int:
    """Raises UsageError where a table or the question cannot be used, or the picture cannot be written."""
    from droidlite.evals.evaluation import evaluate
    from droidlite.evals.report import lines

    report = evaluate(places.tasks, places.outcomes, question)
    if places.png is not None:
        _draw(report, places.png)
    if as_json:
        show_json(report)
        return 0
    show(lines(report))
    if places.png is not None:
        show([f"Picture: {places.png}"])
    return 0


def load_extra() -> None:
    """To be called before anything of evals is imported. Raises UsageError where droidlite[eval] is not installed."""
    from importlib.util import find_spec

    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UsageError(f"router eval needs {', '.join(missing)}: pip install 'droidlite[eval]'")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it when it is loaded; more threads only wait here


def _draw(report: "Report", path: Path) -> None:
    from droidlite.evals.plot import draw

    try:
        draw(report, path)
    except OSError as error:
        raise UsageError(f"--png {path} cannot be written: {error.strerror}.") from error
