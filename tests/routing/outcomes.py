"""Evidence for tests, made from what each model did on each task."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from droidlite.routing.belief import Option
from droidlite.routing.evidence import STEPS, Evidence, Kind, Pair, Record

Runs = Mapping[str, Sequence[tuple[bool, float]]]
"""Model -> for each task, in one order, whether it was solved and its cost in USD."""


def kind_of(runs: Runs, prices: Mapping[str, tuple[float, float]] | None = None) -> Kind:
    prices = prices or {}
    models = {name: record_of(results, prices.get(name, (0.0, 0.0))) for name, results in runs.items()}
    pairs = {f"{a}|{b}": pair_of(runs[a], runs[b]) for a, b in combinations(sorted(runs), 2)}
    return Kind(models=models, pairs=pairs)


def record_of(results: Sequence[tuple[bool, float]], price: tuple[float, float] = (0.0, 0.0)) -> Record:
    costs = [cost for _, cost in results]
    return Record(
        runs=len(results),
        solved=sum(solved for solved, _ in results),
        cost=sum(costs) / len(costs),
        solved_cost=quantiles([cost for solved, cost in results if solved]),
        failed_cost=quantiles([cost for solved, cost in results if not solved]),
        price=price,
    )


def pair_of(a: Sequence[tuple[bool, float]], b: Sequence[tuple[bool, float]]) -> Pair:
    both = list(zip(a, b, strict=True))

    def mean(costs: list[float]) -> float:
        return sum(costs) / len(costs) if costs else 0.0

    return Pair(
        both=sum(x[0] and y[0] for x, y in both),
        first=sum(x[0] and not y[0] for x, y in both),
        second=sum(y[0] and not x[0] for x, y in both),
        neither=sum(not x[0] and not y[0] for x, y in both),
        b_solved_a=mean([y[1] for x, y in both if x[0]]),
        b_failed_a=mean([y[1] for x, y in both if not x[0]]),
        a_solved_b=mean([x[1] for x, y in both if y[0]]),
        a_failed_b=mean([x[1] for x, y in both if not y[0]]),
    )


def quantiles(costs: Sequence[float]) -> tuple[float, ...]:
    if not costs:
        return ()
    ordered = sorted(costs)
    places = [step * (len(ordered) - 1) / (STEPS - 1) for step in range(STEPS)]
    return tuple(
        ordered[int(p)] + (p - int(p)) * (ordered[min(int(p) + 1, len(ordered) - 1)] - ordered[int(p)]) for p in places
    )


def evidence_of(**kinds: Runs) -> Evidence:
    return Evidence(version="test", kinds={name: kind_of(runs) for name, runs in kinds.items()})


def options(*models: str, tier: str = "mid") -> list[Option]:
    return [Option(model=model, tier=tier) for model in models]  # type: ignore[arg-type]


def regular(
    tasks: int, solved_of_100: int, cost: float, *, failed_cost: float | None = None
) -> list[tuple[bool, float]]:
    """Easy tasks first: a model that solves more of 100 solves what a weaker one solves, and more. Costs vary by half
    around `cost`; failed runs around `failed_cost`."""
    made = []
    for task in range(tasks):
        solved = task % 100 < solved_of_100
        centre = cost if solved or failed_cost is None else failed_cost
        made.append((solved, centre * (0.5 + (task * 37 % 101) / 100)))
    return made
