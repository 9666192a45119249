"""All policies on all folds: tables in, one Report out. `droidlite router eval` shows it, in three forms."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from msgspec import Struct, structs

from droidlite.evals import baselines, shipped
from droidlite.evals.calibration import Calibration, calibrate
from droidlite.evals.grid import Codes, Grid
from droidlite.evals.learning import learn
from droidlite.evals.mixline import mix_line, singles
from droidlite.evals.playing import Check, Fold, Played, joined, split
from droidlite.evals.question import Question, narrow
from droidlite.evals.scoring import Resampler, Score, score
from droidlite.evals.tables import read_tables
from droidlite.routing.planning import TARGET

Policy = Callable[[Fold], Played]


class Point(Struct, frozen=True):
    """A model alone, in percent of the frontier on the tasks both ran; `on_line`: a corner of the mix line."""

    model: str
    pass_pct: float
    cost_pct: float
    on_line: bool


class Report(Struct, frozen=True, kw_only=True):
    """What `--json` prints. `models`: each model alone, cheapest first; `groups`: how many issues (or
    repositories) stayed whole, in one fold and one draw; `notes`: what was left out, and why."""

    frontier: str
    policies: dict[str, Score]
    calibration: Calibration
    models: tuple[Point, ...]
    kinds: dict[str, int]
    tasks: int
    folds: int
    groups: int
    group: str
    mode: str
    target_pct: float
    verified_catch: float
    verified_false_alarm: float
    notes: tuple[str, ...]


def evaluate(tasks: Path, outcomes: Path, question: Question) -> Report:
    """Raises UsageError where the tables or the question cannot be used."""
    tables = read_tables(tasks, outcomes)
    narrowed = narrow(tables.grid, question)
    grid, frontier = narrowed.grid, narrowed.grid.column(narrowed.frontier)
    units = grid.repo if question.group == "repo" else grid.instance
    of_fold, few = split(units, question.folds, question.seed, "repository" if question.group == "repo" else "issue")
    folds = folds_of(grid, of_fold, frontier, TARGET[question.mode])
    tried = _try_all(grid, folds, question)
    scores = score(grid, frontier, list(tried.played.values()), Resampler(units, question.bootstrap, question.seed))
    return Report(
        frontier=narrowed.frontier,
        policies=dict(zip(tried.played, scores, strict=True)),
        calibration=calibrate(tried.guesses, grid.kinds),
        models=_points(grid, frontier),
        kinds={kind: int((grid.kind == code).sum()) for code, kind in enumerate(grid.kinds)},
        tasks=grid.tasks,
        folds=len(folds),
        groups=len(np.unique(units)),
        group=question.group,
        mode=question.mode,
        target_pct=100 * TARGET[question.mode],
        verified_catch=question.catch,
        verified_false_alarm=question.alarm,
        notes=(*tables.notes, *narrowed.notes, *few, *tried.notes),
    )


class _Tried(Struct, frozen=True):
    played: dict[str, Played]
    guesses: list[shipped.Guesses]
    notes: list[str]


def _try_all(grid: Grid, folds: Sequence[Fold], question: Question) -> _Tried:
    """Every policy on every fold, auto last; and what the router expected of each model."""
    check = Check(question.catch, question.alarm)
    simple, notes = _policies(grid, question, check)
    played = {name: _over_folds([policy(fold) for fold in folds], folds, grid.tasks) for name, policy in simple.items()}
    plain = [shipped.choices(fold, question.mode, verified=False) for fold in folds]
    checked = [shipped.choices(fold, question.mode, verified=True) for fold in folds]
    for name, made, by in (("auto", plain, None), ("auto_verified", checked, check)):
        pieces = [shipped.auto(fold, choice, by) for fold, choice in zip(folds, made, strict=True)]
        played[name] = _over_folds(pieces, folds, grid.tasks)
    return _Tried(played, [shipped.guesses(fold, choice) for fold, choice in zip(folds, plain, strict=True)], notes)


def _policies(grid: Grid, question: Question, check: Check) -> tuple[Mapping[str, Policy], list[str]]:
    """In the order in which they are shown, and what cannot be tried here."""
    found: dict[str, Policy] = {
        "frontier": baselines.always_frontier,
        "best_single": baselines.best_single,
        "mix_99": baselines.mix_99,
        "oracle": baselines.oracle,
    }
    notes = []
    if any(grid.prompts):
        from droidlite.evals.words import TextPolicy

        found["text"] = TextPolicy(grid, question.seed)
    else:
        notes.append("The text baseline is left out: no task has a prompt.")
    found["kind"] = baselines.best_of_kind
    found["budget_stop"] = baselines.budget_stop
    found["verified_cascade"] = partial(baselines.verified_cascade, check=check)
    return found, notes


def folds_of(grid: Grid, of_fold: Codes, frontier: int, target: float) -> list[Fold]:
    made = []
    for number in range(int(of_fold.max()) + 1):
        train_rows, test_rows = np.flatnonzero(of_fold != number), np.flatnonzero(of_fold == number)
        train = grid.pick(train_rows)
        made.append(
            Fold(
                train=train,
                test=grid.pick(test_rows),
                train_rows=train_rows,
                test_rows=test_rows,
                evidence=learn(train),
                frontier=frontier,
                target=target,
            )
        )
    return made


def _over_folds(pieces: Sequence[Played], folds: Sequence[Fold], tasks: int) -> Played:
    whole = joined([(fold.test_rows, piece) for fold, piece in zip(folds, pieces, strict=True)], tasks)
    counts = Counter(whole.chosen)
    told = tuple(f"{text} ({count} of {len(folds)} folds)" for text, count in counts.most_common())
    return structs.replace(whole, chosen=told)


def _points(grid: Grid, frontier: int) -> tuple[Point, ...]:
    alone = singles(grid, frontier)
    line = {corner.model for corner in mix_line(alone)}
    order = np.argsort(alone.cost, kind="stable")
    return tuple(
        Point(grid.models[m], 100 * float(alone.passes[m]), 100 * float(alone.cost[m]), int(m) in line)
        for m in order
        if alone.covers[m]
    )
