"""Percentages, intervals, gains and calibration, against numbers made by hand."""

import numpy as np
import pytest
from made_tables import grid_of, half_and_all

from droidlite.evals.calibration import Bin, Calibration, Fit, calibrate
from droidlite.evals.playing import Check, play
from droidlite.evals.scoring import Resampler, Score, score
from droidlite.evals.shipped import Guesses

GRID = grid_of(half_and_all(10))
CASCADE = play(GRID, [(0, None), (1, None)], Check(1.0, 0.0))


def test_a_perfect_check_between_the_two() -> None:
    """All solved for 10 x 1 + 5 x 4 = 30 of 40 USD; the coin at 75 % of cost solves 50 + 50 x 2/3 percent."""
    drawn = Resampler(GRID.instance, 0, 0)
    assert score(GRID, 1, [CASCADE], drawn) == [
        Score(
            pass_pct=100.0,
            cost_pct=75.0,
            cost_per_solved=3.0,
            pass_ci=(100.0, 100.0),
            cost_ci=(75.0, 75.0),
            gain_over_mix=pytest.approx(100 - 250 / 3),
            gain_ci=(pytest.approx(100 - 250 / 3), pytest.approx(100 - 250 / 3)),
            mix_cost_pct=100.0,
            tasks=10,
            left_out=0,
            chosen=(),
            quadrants={"safe": 50.0, "rescue": 50.0, "loss": 0.0, "hard": 0.0},
        )
    ]


def test_shares_are_of_the_frontier_on_the_same_tasks() -> None:
    runs = {"cheap": [(1, 1.0), (1, 1.0), None, None], "dear": [(1, 2.0), (0, 2.0), (1, 9.0), (1, 9.0)]}
    grid = grid_of(runs)
    (one,) = score(grid, 1, [play(grid, [(0, None)])], Resampler(grid.instance, 0, 0))
    assert (one.pass_pct, one.cost_pct, one.cost_per_solved, one.tasks, one.left_out) == (200.0, 50.0, 1.0, 2, 2)


def test_the_interval_is_the_bootstraps_own_and_the_same_for_the_same_seed() -> None:
    grid = grid_of(half_and_all(100))
    cheap = play(grid, [(0, None)])
    first, again, other = (score(grid, 1, [cheap], Resampler(grid.instance, 500, seed))[0] for seed in (1, 1, 2))
    assert first == again != other
    low, high = first.pass_ci
    # 100 tasks of which half are solved: a standard error of 5 points
    assert (low, high) == (pytest.approx(40.2, abs=2), pytest.approx(59.8, abs=2))
    assert first.cost_ci == (25.0, 25.0)
    assert first.gain_ci == (pytest.approx(0.0), pytest.approx(0.0))


def test_units_are_drawn_whole() -> None:
    """Ten issues of which five are solved in all their ten tasks: 16 points of standard error, not 5."""
    units = np.repeat(np.arange(10), 10)
    columns = np.stack([(units < 5).astype(float), np.ones(100)], axis=1)
    drawn = Resampler(units, 2000, 0).sums(columns)
    assert drawn[:, 1].tolist() == [100.0] * 2000
    assert float((drawn[:, 0] / 100).std()) == pytest.approx(0.158, abs=0.01)


def test_a_sum_over_a_draw_is_the_sum_of_what_was_drawn() -> None:
    drawn = Resampler(np.array([3, 3, 8]), 1000, 0).sums(np.array([[1.0], [2.0], [10.0]]))
    assert set(drawn.ravel().tolist()) == {6.0, 13.0, 20.0}


def test_calibration_by_bin_and_kind() -> None:
    parts = [
        Guesses(np.array([0.75, 0.75, 0.75, 0.75]), np.array([True, True, False, False]), np.zeros(4)),
        Guesses(np.array([0.95, 0.15]), np.array([True, False]), np.ones(2)),
    ]
    assert calibrate(parts, ("fix", "docs")) == Calibration(
        runs=6,
        ece=pytest.approx((4 * 0.25 + 0.05 + 0.15) / 6),
        brier=pytest.approx((2 * 0.0625 + 2 * 0.5625 + 0.0025 + 0.0225) / 6),
        bins=(Bin(0.1, 0.2, 1, 0.15, 0.0), Bin(0.7, 0.8, 4, 0.75, 0.5), Bin(0.9, 1.0, 1, 0.95, 1.0)),
        kinds={
            "fix": Fit(4, pytest.approx(0.25), pytest.approx(0.3125)),
            "docs": Fit(2, pytest.approx(0.1), pytest.approx(0.0125)),
        },
    )


def test_what_starting_there_came_to() -> None:
    """Of four tasks the cheap one solves one, the dear one another two; nobody solves the last."""
    grid = grid_of(
        {"cheap": [(1, 1.0), (0, 1.0), (0, 1.0), (0, 1.0)], "dear": [(1, 4.0), (1, 4.0), (1, 4.0), (0, 4.0)]}
    )
    drawn = Resampler(grid.instance, 0, 0)
    cheap, checked = score(
        grid, 1, [play(grid, [(0, None)]), play(grid, [(0, None), (1, None)], Check(0.5, 0.0))], drawn
    )
    assert cheap.quadrants == {"safe": 25.0, "rescue": 0.0, "loss": 50.0, "hard": 25.0}
    assert checked.quadrants == {"safe": 25.0, "rescue": 25.0, "loss": 25.0, "hard": 25.0}
