"""Evidence from outcomes, against counts made by hand."""

from typing import Any

import msgspec
from made_tables import grid_of

from droidlite.evals.learning import learn
from droidlite.routing.evidence import Evidence, Kind, Pair, Record


def plain(value: Any) -> Any:
    """Numbers to nine places: quantiles between runs are not exact."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return round(float(value), 9) if isinstance(value, float | int) else value


def test_counts_means_quantiles_pairs_and_the_tail() -> None:
    grid = grid_of({"b": [(1, 2.0), (0, 6.0), (0, 4.0), None], "a": [(1, 1.0), (1, 3.0), (0, 2.0), (0, 4.0)]})
    assert plain(learn(grid, version="v", date="2026-06-30", source="here")) == plain(WANTED)


WANTED = Evidence(
    version="v",
    date="2026-06-30",
    source="here",
    kinds={
        "k": Kind(
            models={
                "a": Record(
                    runs=4,
                    solved=2,
                    cost=2.5,
                    solved_cost=tuple(1 + step / 10 for step in range(21)),
                    failed_cost=tuple(2 + step / 10 for step in range(21)),
                ),
                "b": Record(
                    runs=3,
                    solved=1,
                    cost=4.0,
                    solved_cost=(2.0,) * 21,
                    failed_cost=tuple(4 + step / 10 for step in range(21)),
                ),
            },
            pairs={
                "a|b": Pair(
                    both=1,
                    first=1,
                    second=0,
                    neither=1,
                    b_solved_a=4.0,
                    b_failed_a=4.0,
                    a_solved_b=1.0,
                    a_failed_b=2.5,
                )
            },
            # a's failures cost 2 and 4, its solved runs 1 to 3; b's cost 4 and 6, its solved run 2: of the four one
            # is below the median of its model's solved cost and all later quantiles
            tail=(0.0,) * 10 + (0.25,) * 11,
        )
    },
)


def test_a_mean_over_no_task_is_the_mean_over_the_tasks_both_ran() -> None:
    evidence = learn(grid_of({"a": [(1, 1.0), (1, 1.0)], "b": [(1, 2.0), (1, 4.0)]}))
    assert evidence.kinds["k"].pairs["a|b"] == Pair(2, 0, 0, 0, 3.0, 3.0, 1.0, 1.0)


def test_models_that_never_met_have_no_pair_and_kinds_keep_apart() -> None:
    evidence = learn(grid_of({"a": [(1, 1.0), None], "b": [None, (0, 2.0)]}, kinds="xy"))
    assert {kind: (sorted(told.models), told.pairs, told.tail) for kind, told in evidence.kinds.items()} == {
        "x": (["a"], {}, ()),
        "y": (["b"], {}, ()),
    }
