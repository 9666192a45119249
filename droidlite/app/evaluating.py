"""`droidlite router eval`: policies and auto on tables of real outcomes, and of escalation on tables of steps."""

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.types import ModelSpec
from droidlite.ui.plain import show, show_json

if TYPE_CHECKING:
    from droidlite.evals.escalation import Asked, Market
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


def require_alone(table: Path, *, alone: bool) -> None:
    """Raises UsageError where `table` is no file, or something was asked with it that is about outcomes."""
    if not alone:
        raise UsageError(
            "--escalation TABLE goes without FOLDER, --tasks, --outcomes, --png, --verified-catch and "
            "--verified-false-alarm; its check is a perfect one."
        )
    if not table.is_file():
        raise UsageError(f"--escalation {table}: there is no such file.")


def show_escalation(table: Path, asked: "Asked", as_json: bool) -> int:
    """Policies of escalation over a table of steps, at the prices and router settings that hold here.

    Raises UsageError, SettingsError, Refused."""
    from droidlite.evals.escalation import evaluate
    from droidlite.evals.runs import read_runs
    from droidlite.evals.switching_report import lines

    report = evaluate(read_runs(table), asked, _market(table))
    show_json(report) if as_json else show(lines(report))
    return 0


def _market(table: Path) -> "Market":
    """Models and prices as a session here knows them; all calls are priced as of now."""
    from droidlite.app.setup import read_setup
    from droidlite.evals.escalation import Market
    from droidlite.routing.belief import name_of
    from droidlite.settings.catalog import resolve

    setup, now = read_setup(Path()), datetime.datetime.now(datetime.UTC)
    alike = {name_of(spec.id): spec for spec in reversed(list(setup.catalog.values()))}
    known: dict[str, ModelSpec] = {}

    def find(model: str) -> ModelSpec:
        if model not in known:
            try:
                known[model] = alike.get(name_of(model)) or resolve(model, setup.catalog, setup.settings.aliases)
            except UsageError as error:
                raise UsageError(
                    f"{table}: nobody knows the model {model}, so no switch to it can be weighed; give it a price "
                    f"under [[models]] in your settings, or leave it out with --models '!{model}'."
                ) from error
        return msgspec.structs.replace(known[model], id=model)

    return Market(
        find=find,
        cost=lambda spec, usage: setup.prices.cost(known[spec.id], usage, now),
        settings=setup.settings.router,
    )


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
