"""`auto` on tables: the shipped router's own choice, with evidence learned on the training tasks alone."""

from typing import TypeAlias

import numpy as np
from msgspec import Struct, structs

from droidlite.evals.baselines import told
from droidlite.evals.grid import Flags, Floats
from droidlite.evals.playing import Check, Fold, Played, Step, joined, play
from droidlite.routing.belief import Option
from droidlite.routing.planning import Choice, choose_plan
from droidlite.settings.config import Mode

Choices: TypeAlias = dict[str, Choice]
"""By kind."""


class Guesses(Struct, frozen=True):
    """For runs on unseen tasks: the success the router expected of the model, whether it was solved, and of which kind
    the task was."""

    expected: Floats
    solved: Flags
    kind: Floats


def choices(fold: Fold, mode: Mode, *, verified: bool) -> Choices:
    """What the router would choose for each kind of the test tasks, over the models that ran at it."""
    made = {}
    for code, kind in enumerate(fold.test.kinds):
        if not (fold.test.kind == code).any():
            continue
        pool = [Option(model=model) for model in pool_of(fold, code)]
        reference = fold.test.models[fold.frontier]
        made[kind] = choose_plan(kind, pool, fold.evidence, mode=mode, verified=verified, reference=reference)
    return made


def auto(fold: Fold, made: Choices, check: Check | None = None) -> Played:
    """The chosen plans on the test tasks; `check` where they are verified."""
    parts = []
    for kind, choice in made.items():
        rows = np.flatnonzero(fold.test.kind == fold.test.kinds.index(kind))
        grid = fold.test.pick(rows)
        plan: list[Step] = [(grid.column(stage.model), stage.stop_usd) for stage in choice.plan.chain.stages]
        one = play(grid, plan, check)
        parts.append((rows, structs.replace(one, chosen=(told(grid, plan, kind),))))
    return joined(parts, fold.test.tasks)


def guesses(fold: Fold, made: Choices) -> Guesses:
    """The router's own estimate of each model alone, against what the model did on the test tasks."""
    expected, solved, kinds = [], [], []
    for kind, choice in made.items():
        code = fold.test.kinds.index(kind)
        rows = np.flatnonzero(fold.test.kind == code)
        for model, plan in choice.singles.items():
            column = fold.test.column(model)
            ran = rows[fold.test.ran[rows, column]]
            expected.append(np.full(len(ran), plan.estimate.success.mean))
            solved.append(fold.test.solved[ran, column])
            kinds.append(np.full(len(ran), float(code)))
    return Guesses(np.concatenate(expected), np.concatenate(solved), np.concatenate(kinds))


def pool_of(fold: Fold, code: int) -> list[str]:
    """The models with a training run of this kind; where there is none of the kind, those with any."""
    grid = fold.train
    here = grid.ran[grid.kind == code]
    ran = set(np.flatnonzero((here if here.any() else grid.ran).any(axis=0)).tolist())
    return [grid.models[column] for column in sorted(ran | {fold.frontier})]
