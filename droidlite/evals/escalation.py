"""Policies of escalation over a table of steps: every session replayed, with evidence of the other folds only. One
Report out, which `droidlite router eval --escalation` shows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

import numpy as np
from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.evals.climbing import FIRST_TOKENS, Desk, Hears, Session, replay
from droidlite.evals.evaluation import folds_of
from droidlite.evals.grid import Grid
from droidlite.evals.playing import Fold, split
from droidlite.evals.question import Question, narrow
from droidlite.evals.runs import Run, Table
from droidlite.evals.scoring import Resampler
from droidlite.evals.shipped import choices, pool_of
from droidlite.evals.switching import Outcome, count, score
from droidlite.routing.belief import Option, believe
from droidlite.routing.chains import Pairs
from droidlite.routing.handoff_cost import Cost
from droidlite.routing.outlook import Outlook
from droidlite.routing.planning import TARGET, WORTH, Choice
from droidlite.routing.weighing import NEW_TOKENS, OUTPUT_PER_CALL, Scales
from droidlite.settings.config import RouterSettings
from droidlite.types import ModelSpec, RoutingDecision, Usage

HEARS: dict[str, Hears] = {
    "start_alone": "nothing",
    "check_only": "check",
    "spend_stop": "spend",
    "ladder": "ladder",
    "any_sign": "any sign",
    "first_sign": "first sign",
}
"""The policies that start as the router's plan says, by name; check_only where there is a check."""
ASSUMED = (
    "A model that takes over is counted as if it began the task anew: its own run, and the premium of the switch. What "
    "it would inherit (files changed for good or ill, what was found out) no table of single runs can tell.",
    "Nudges, more effort and advice cost what they cost and change nothing.",
    "The cache of the model at work counts as warm, every other as cold: the table has no clock.",
)
Played: TypeAlias = dict[str, tuple[float, ...]]
"""One task under each policy, see switching.count."""


class Market(Struct, frozen=True):
    """What the gate goes by: `find` gives a model by its name in the table (UsageError where nobody knows it), `cost`
    prices a call, `settings` are those of the router."""

    find: Callable[[str], ModelSpec]
    cost: Cost
    settings: RouterSettings


class Asked(Struct, frozen=True, kw_only=True):
    """Beside what any table may be asked: `verified`, whether a check tells at the end of a run if it failed; `start`,
    the model that sessions begin with ("" = as the router's plan says)."""

    question: Question = Question()
    verified: bool = False
    start: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """What `--json` prints. `plans`: what the sessions started with, and in how many folds; `worth`: what a solved task
    counts, in words; `groups`: how many tasks (or repositories) stayed whole; `notes`: what was left out or guessed."""

    frontier: str
    policies: dict[str, Outcome]
    plans: tuple[str, ...]
    verified: bool
    tasks: int
    models: tuple[str, ...]
    kinds: dict[str, int]
    folds: int
    groups: int
    group: str
    mode: str
    worth: str
    max_switch_share: float
    assumed: tuple[str, ...] = ASSUMED
    notes: tuple[str, ...] = ()


def evaluate(table: Table, asked: Asked, market: Market) -> Report:
    """Raises UsageError where the table, what is asked or a price cannot be used."""
    question = asked.question
    narrowed = narrow(table.grid(), question)
    grid, left_out = _run_by_all(narrowed.grid)
    _require_prices(table, market, grid.models)
    if asked.start and asked.start not in grid.models:
        raise UsageError(f"--start {asked.start}: no such model takes part; they are {', '.join(grid.models)}.")
    units = grid.repo if question.group == "repo" else grid.instance
    of_fold, few = split(units, question.folds, question.seed, "repository" if question.group == "repo" else "task")
    folds = folds_of(grid, of_fold, grid.column(narrowed.frontier), TARGET[question.mode])
    plans: Counter[str] = Counter()
    played: dict[int, Played] = {}
    for fold in folds:
        made = choices(fold, question.mode, verified=asked.verified)
        desks = {kind: _desk(fold, kind, choice, asked, market) for kind, choice in made.items()}
        plans.update(f"{kind}: {_plan(desk.decision)}" for kind, desk in desks.items())
        played |= _play(fold, table, desks, verified=asked.verified)
    return Report(
        frontier=narrowed.frontier,
        policies=score(
            [played[place] for place in grid.instance.tolist()], Resampler(units, question.bootstrap, question.seed)
        ),
        plans=tuple(f"{text} ({count} of {len(folds)} folds)" for text, count in plans.most_common()),
        verified=asked.verified,
        tasks=grid.tasks,
        models=grid.models,
        kinds={kind: int((grid.kind == code).sum()) for code, kind in enumerate(grid.kinds)},
        folds=len(folds),
        groups=len(np.unique(units)),
        group=question.group,
        mode=question.mode,
        worth=_worth(question, market, narrowed.frontier),
        max_switch_share=market.settings.max_switch_share,
        notes=(*_guessed(table), *narrowed.notes, *left_out, *few),
    )


def _play(fold: Fold, table: Table, desks: Mapping[str, Desk], *, verified: bool) -> dict[int, Played]:
    """Every test task under every policy, by its place in the table."""
    frontier, played = fold.test.models[fold.frontier], {}
    hears = {name: hears for name, hears in HEARS.items() if verified or hears != "check"}
    for row, place in enumerate(fold.test.instance.tolist()):
        desk = desks[fold.test.kinds[fold.test.kind[row]]]
        runs = {model: table.runs[place][model] for model in fold.test.models}
        sessions = {name: replay(desk, runs, heard, verified=verified) for name, heard in hears.items()}
        sessions |= {"frontier": _whole(runs[frontier]), "oracle": _whole(_best(list(runs.values())))}
        played[place] = {name: count(session, runs) for name, session in sessions.items()}
    return played


def _whole(run: Run) -> Session:
    return Session(model=run.model, solved=run.solved, cost_usd=run.cost)


def _best(runs: Sequence[Run]) -> Run:
    """Hindsight: the cheapest run that solved the task, else the cheapest."""
    return min(runs, key=lambda run: (not run.solved, run.cost))


def _desk(fold: Fold, kind: str, choice: Choice, asked: Asked, market: Market) -> Desk:
    """What a session of this kind goes by: the plan, and what is believed of the models it was chosen from."""
    pool = [Option(model=model) for model in pool_of(fold, fold.test.kinds.index(kind))]
    beliefs = [believe(option, kind, fold.evidence, today=date.today()) for option in pool]
    plan = choice.plan
    decision = RoutingDecision(
        model=asked.start or plan.chain.stages[0].model,
        endpoint="",
        strategy="auto",
        mode=asked.question.mode,
        kind=kind,
        estimate=None if asked.start else plan.estimate,
        reference=choice.reference,
        counterfactual=choice.singles[choice.reference].estimate,
    )
    outlook = Outlook(beliefs, Pairs(fold.evidence.kinds.get(kind), beliefs))
    scales = Scales(market.cost, market.find, outlook, decision, market.settings)
    return Desk(market.cost, market.find, scales, decision)


def _plan(decision: RoutingDecision) -> str:
    return decision.estimate.plan if decision.estimate is not None else decision.model


def _run_by_all(grid: Grid) -> tuple[Grid, list[str]]:
    """The tasks at which every model has a run: any may take over. Raises UsageError where there is none."""
    whole = np.asarray(grid.ran.all(axis=1))
    if whole.all():
        return grid, []
    if not whole.any():
        column = int(grid.ran.sum(axis=0).argmin())
        raise UsageError(
            f"There is no task at which all of {', '.join(grid.models)} have a run, and any of them may take over; "
            f"{grid.models[column]} has fewest: leave it out with --models '!{grid.models[column]}'."
        )
    gone = int((~whole).sum())
    kept = grid.pick(whole)
    return kept, [f"{gone:,} task{'s are' if gone > 1 else ' is'} left out: not every model has a run there."]


def _require_prices(table: Table, market: Market, models: Sequence[str]) -> None:
    """Raises UsageError where the price of a model is not known."""
    for model in models:
        if market.cost(market.find(model), Usage(input=1_000)) is None:
            raise UsageError(
                f"{table.path}: the price of {model} is not known, so no switch to it can be weighed; give it one "
                f"under [[models]] in your settings, or leave it out with --models '!{model}'."
            )


def _worth(question: Question, market: Market, frontier: str) -> str:
    value = market.settings.task_value_usd
    if value is not None:
        return f"${value:.2f}, as your settings say"
    return f"{WORTH[question.mode]:g} times what {frontier} pays for one"


def _guessed(table: Table) -> Iterator[str]:
    steps = [step for runs in table.runs for run in runs.values() for step in run.steps]
    for column, missing in (
        ("tokens", sum(step.tokens is None for step in steps)),
        ("output", sum(step.output is None for step in steps)),
    ):
        if missing:
            yield f"{missing:,} of {len(steps):,} steps do not tell {column}: {_GUESS[column]} is assumed."
    if table.unused:
        yield f"Nobody reads {', '.join(table.unused)}."


_GUESS = {
    "tokens": f"a context of {FIRST_TOKENS:,} and {NEW_TOKENS:,} more each step",
    "output": f"{OUTPUT_PER_CALL:,} tokens a step",
}
