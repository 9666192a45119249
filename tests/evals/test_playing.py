"""What plans come to on known outcomes, and how tasks go to folds."""

import numpy as np
import pytest
from made_tables import grid_of

from droidlite.errors import UsageError
from droidlite.evals.playing import Check, Played, Step, mixed, play, split

GRID = grid_of({"a": [(1, 1.0), (0, 2.0), (1, 5.0), (0, 1.0)], "b": [(0, 10.0), (1, 10.0), (1, 10.0), None]})
PERFECT = Check(1.0, 0.0)


def told(played: Played) -> tuple[list[float], list[float], list[bool]]:
    return played.solved.tolist(), played.cost.tolist(), played.known.tolist()


@pytest.mark.parametrize(
    ("plan", "check", "solved", "cost"),
    [
        ([(0, None)], None, [1, 0, 1, 0], [1, 2, 5, 1]),
        ([(0, None)], PERFECT, [1, 0, 1, 0], [1, 2, 5, 1]),
        ([(0, 2.0), (1, None)], None, [1, 0, 1, 0], [1, 2, 12, 1]),
        ([(0, 1.5), (1, None)], None, [1, 1, 1, 0], [1, 11.5, 11.5, 1]),
        ([(0, None), (1, None)], PERFECT, [1, 1, 1, 0], [1, 12, 5, 1]),
        ([(0, 4.0), (1, None)], PERFECT, [1, 1, 1, 0], [1, 12, 14, 1]),
        ([(0, None), (1, None)], Check(0.5, 0.0), [1, 0.5, 1, 0], [1, 7, 5, 1]),
        ([(0, None), (1, None)], Check(0.0, 0.5), [0.5, 0, 1, 0], [6, 2, 10, 1]),
    ],
    ids=["one", "one checked", "stop", "early stop", "perfect check", "check and stop", "catches half", "false alarms"],
)
def test_a_plan_on_known_outcomes(
    plan: list[Step], check: Check | None, solved: list[float], cost: list[float]
) -> None:
    played = play(GRID, plan, check)
    known = [True, True, True, len(plan) == 1]
    assert (played.solved[:3].tolist(), played.cost[:3].tolist()) == (solved[:3], cost[:3])
    assert played.known.tolist() == known


def test_three_stages_are_reached_in_turn() -> None:
    grid = grid_of({"a": [(0, 1.0)], "b": [(0, 2.0)], "c": [(1, 4.0)]})
    assert told(play(grid, [(0, None), (1, None), (2, None)], Check(0.5, 0.0))) == ([0.25], [3.0], [True])


def test_a_mix_is_the_mean_of_both_and_needs_both() -> None:
    made = mixed(play(GRID, [(0, None)]), play(GRID, [(1, None)]), 0.75)
    assert told(made) == ([0.75, 0.25, 1.0, 0.0], [3.25, 4.0, 6.25, 0.75], [True, True, True, False])


def test_folds_keep_units_whole_and_are_even() -> None:
    units = np.repeat(np.arange(30), 2)
    fold, notes = split(units, 5, 7, "issue")
    assert notes == []
    assert np.bincount(fold).tolist() == [12] * 5
    assert all(len(set(fold[units == unit])) == 1 for unit in range(30))
    assert (split(units, 5, 7, "issue")[0] == fold).all()
    assert (split(units, 5, 8, "issue")[0] != fold).any()


def test_fewer_units_than_folds_are_told_and_one_is_refused() -> None:
    fold, notes = split(np.array([0, 0, 1, 2]), 5, 0, "repository")
    assert (sorted(set(fold.tolist())), notes) == ([0, 1, 2], ["Every fold is of one repository: there are only 3."])
    with pytest.raises(UsageError) as caught:
        split(np.array([4, 4]), 5, 0, "repository")
    assert str(caught.value) == "All tasks are of one repository: nothing is left to learn from when it is judged."
