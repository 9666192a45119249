"""Nothing that is judged was learned from."""

import numpy as np
from made_tables import grid_of, half_and_all

from droidlite.evals.evaluation import folds_of
from droidlite.evals.learning import learn


def test_a_fold_is_judged_by_what_was_learned_on_the_others() -> None:
    grid = grid_of(half_and_all(12))
    folds = folds_of(grid, np.arange(12) % 3, 1, 0.99)
    assert sorted(row for fold in folds for row in fold.test_rows) == list(range(12))
    for fold in folds:
        assert sorted([*fold.train_rows, *fold.test_rows]) == list(range(12))
        assert fold.evidence == learn(grid.pick(fold.train_rows)) != learn(grid)
        assert fold.evidence.kinds["k"].models["dear"].runs == 8
