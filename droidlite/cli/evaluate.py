"""The command that judges policies on tables of real outcomes: router eval."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from droidlite.cli.flags import AsJson
from droidlite.cli.router import router


@router.command("eval")
def evaluate(
    folder: Annotated[
        Path | None, Argument(metavar="[FOLDER]", help="Holds tasks.jsonl and outcomes.csv.", show_default=False)
    ] = None,
    tasks: Annotated[Path | None, Option("--tasks", metavar="FILE", help="tasks.jsonl: task_id, kind, prompt.")] = None,
    outcomes: Annotated[
        Path | None,
        Option("--outcomes", metavar="FILE", help="CSV: benchmark, task_id, model, resolved, cost_usd."),
    ] = None,
    models: Annotated[
        list[str], Option("--models", metavar="NAMES", help="Only these (commas, globs; !NAME leaves one out).")
    ] = [],  # noqa: B006 - typer copies it
    kinds: Annotated[list[str], Option("--kinds", metavar="NAMES", help="Only tasks of these kinds (likewise).")] = [],  # noqa: B006
    frontier: Annotated[
        str, Option("--frontier", metavar="MODEL", help="What 100 % is (default: the model with the most passes).")
    ] = "",
    mode: Annotated[
        Literal["cost", "balanced", "quality"], Option("--mode", help="What auto and the other policies aim at.")
    ] = "balanced",
    catch: Annotated[
        float, Option("--verified-catch", min=0, max=1, help="Share of failed runs that a check finds.")
    ] = 1.0,
    alarm: Annotated[
        float, Option("--verified-false-alarm", min=0, max=1, help="Share of solved runs it calls failed.")
    ] = 0.0,
    folds: Annotated[int, Option("--folds", min=2, metavar="K", help="Parts; each is judged by the others.")] = 5,
    group: Annotated[
        Literal["repo", "none"], Option("--group", help="repo: tasks of a repository stay in one part.")
    ] = "none",
    seed: Annotated[int, Option("--seed", min=0, help="Of the parts and the resamples.")] = 0,
    bootstrap: Annotated[
        int, Option("--bootstrap", min=0, metavar="N", help="Resamples for the 95 % intervals (0 = none).")
    ] = 1000,
    png: Annotated[Path | None, Option("--png", metavar="FILE", help="Also draw passes against cost.")] = None,
    as_json: AsJson = False,
) -> int:
    """Policies and auto on tables of real outcomes: what each solves and costs, as a share of one model alone.

    Auto is the router as it ships, with evidence learned on the other parts only. Needs droidlite[eval]."""
    from droidlite.app.evaluating import find_tables, load_extra, show_evaluation

    places = find_tables(folder, tasks, outcomes, png)
    load_extra()
    from droidlite.evals.question import Question

    question = Question(
        models=_names(models), kinds=_names(kinds), frontier=frontier, mode=mode, catch=catch, alarm=alarm,
        folds=folds, group=group, seed=seed, bootstrap=bootstrap,
    )  # fmt: skip
    return show_evaluation(places, question, as_json)


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name for text in given for name in text.replace(",", " ").split())
