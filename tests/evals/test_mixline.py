"""The line of the best mixes of two models."""

import numpy as np
import pytest
from made_tables import grid_of, half_and_all

from droidlite.evals.mixline import Corner, Singles, cost_at, mix_for, mix_line, passes_at, singles


def line_of(*points: tuple[float, float], covers: tuple[bool, ...] = ()) -> list[Corner]:
    """Of models at (cost, passes)."""
    cost, passes = np.array(points).T
    return mix_line(Singles(passes, cost, np.array(covers or [True] * len(points))))


def test_only_the_upper_hull_is_on_it() -> None:
    points = (1.0, 1.0), (0.2, 0.8), (0.5, 0.85), (0.6, 0.96), (0.3, 0.7), (1.5, 0.9)
    assert line_of(*points) == [Corner(1, 0.2, 0.8), Corner(3, 0.6, 0.96), Corner(0, 1.0, 1.0)]


def test_a_model_that_ran_too_seldom_is_not() -> None:
    assert line_of((1.0, 1.0), (0.1, 2.0), covers=(True, False)) == [Corner(0, 1.0, 1.0)]


def test_between_corners_lies_the_mix_below_them_a_mix_with_nothing() -> None:
    line = line_of((0.2, 0.8), (1.0, 1.0))
    assert [passes_at(line, cost) for cost in (0.1, 0.2, 0.6, 1.0, 3.0)] == pytest.approx([0.4, 0.8, 0.9, 1.0, 1.0])
    assert [cost_at(line, passes) for passes in (0.4, 0.9, 1.0)] == pytest.approx([0.1, 0.6, 1.0])
    assert cost_at(line, 1.01) is None


def test_the_cheapest_mix_for_some_passes() -> None:
    line = line_of((0.2, 0.8), (1.0, 1.0))
    low, high, share = mix_for(line, 0.99)
    assert (low, high, share) == (line[0], line[1], pytest.approx(0.05))
    assert mix_for(line, 0.7) == (line[0], line[0], 1.0)
    assert mix_for(line, 1.2) == (line[1], line[1], 1.0)


def test_models_are_compared_on_the_tasks_both_ran() -> None:
    runs = half_and_all(8) | {"rare": [(1, 2.0)] + [None] * 7, "some": [(1, 1.0)] * 2 + [None] * 4 + [(0, 1.0)] * 2}
    alone = singles(grid_of(runs), 1)
    assert alone.passes.tolist() == [0.5, 1.0, 1.0, 0.5]
    assert alone.cost.tolist() == [0.25, 1.0, 0.5, 0.25]
    assert alone.covers.tolist() == [True, True, False, True]


def test_a_model_must_have_run_at_every_kind() -> None:
    runs = {"dear": [(1, 4.0)] * 8, "fixer": [(1, 1.0)] * 6 + [None] * 2}
    assert singles(grid_of(runs, kinds="xxxxxxyy"), 0).covers.tolist() == [True, False]
