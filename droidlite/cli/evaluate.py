"""The command that judges policies on tables of real outcomes: router eval."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from droidlite.cli.flags import AsJson
from droidlite.cli.router import router
from droidlite.errors import UsageError


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
    escalation: Annotated[
        Path | None,
        Option(
            "--escalation",
            metavar="TABLE",
            help="Replay escalation instead, over a CSV with a row a call: task, model, step (1, 2, ...), spend (USD "
            "of the run so far), signals (;-separated), outcome (solved or failed, at the last step); it may have "
            "tokens, output, kind, repo.",
        ),
    ] = None,
    verified: Annotated[
        bool, Option("--verified", help="With --escalation: a check tells at the end of a run whether it failed.")
    ] = False,
    start: Annotated[
        str, Option("--start", metavar="MODEL", help="With --escalation: begin with it (default: as the plan says).")
    ] = "",
    png: Annotated[Path | None, Option("--png", metavar="FILE", help="Also draw passes against cost.")] = None,
    as_json: AsJson = False,
) -> int:
    """Policies and auto on tables of real outcomes: what each solves and costs, as a share of one model alone.

    Auto is the router as it ships, with evidence learned on the other parts only. Needs droidlite[eval].

    With --escalation the ladder of a session is replayed over runs whose steps and spend are known, and held against
    never escalating, a spend stop, one sign, the frontier from the start and hindsight, in dollars. The run of a model
    that takes over is its own on that task plus the premium of the switch: what it would inherit from the model before
    (its edits, good or bad, and what it found out) is ignored, because no table of single runs can tell it. The
    columns: docs/escalation-table.md."""
    from droidlite.app.evaluating import find_tables, load_extra, require_alone, show_escalation, show_evaluation

    places = None
    if escalation is not None:
        alike = folder is None and tasks is None and outcomes is None and png is None
        require_alone(escalation, alone=alike and (catch, alarm) == (1.0, 0.0))
    elif verified or start:
        raise UsageError("--verified and --start belong to --escalation TABLE; of outcomes ask --verified-catch.")
    else:
        places = find_tables(folder, tasks, outcomes, png)
    load_extra()
    from droidlite.evals.question import Question

    question = Question(
        models=_names(models), kinds=_names(kinds), frontier=frontier, mode=mode, catch=catch, alarm=alarm,
        folds=folds, group=group, seed=seed, bootstrap=bootstrap,
    )  # fmt: skip
    if places is not None:
        return show_evaluation(places, question, as_json)
    from droidlite.evals.escalation import Asked

    assert escalation is not None
    return show_escalation(escalation, Asked(question=question, verified=verified, start=start), as_json)


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name for text in given for name in text.replace(",", " ").split())
