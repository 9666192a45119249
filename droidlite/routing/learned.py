"""A person's own outcomes made into evidence: the same counts as the shipped ones, aged, and few."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from droidlite.routing.belief import age_weight, name_of
from droidlite.routing.evidence import Evidence, Kind, Record

UNFINISHED = 0.3
"""What a failure counts that is only told by a plan having gone on: the model might have got there."""


class Run(Struct, frozen=True, kw_only=True):
    """What one model did in one session: `weight` (0 to 1) is what the outcome counts, `date` ISO, cost in USD."""

    kind: str
    model: str
    solved: bool
    weight: float
    cost: float
    date: str = ""


def learn(runs: Iterable[Run], today: date) -> Evidence:
    """The runs as evidence, each counted by its weight and its age. Costs are means, weighted alike."""
    sums: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        counted = run.weight * age_weight(run.date, today)
        if counted <= 0 or not run.kind:
            continue
        total = sums.setdefault(run.kind, {}).setdefault(name_of(run.model), [0.0, 0.0, 0.0])
        total[0] += counted
        total[1] += counted * run.solved
        total[2] += counted * run.cost
    kinds = {
        kind: Kind(
            models={
                model: Record(runs=runs_, solved=solved, cost=cost / runs_)
                for model, (runs_, solved, cost) in sorted(models.items())
            }
        )
        for kind, models in sorted(sums.items())
    }
    return Evidence(version="own", kinds=kinds)
