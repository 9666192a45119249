"""The policies auto is held against, on tables whose answers are known."""

import numpy as np
import pytest
from made_tables import Runs, grid_of, half_and_all
from scipy.sparse import csr_matrix

from droidlite.evals import baselines
from droidlite.evals.grid import Grid
from droidlite.evals.learning import learn
from droidlite.evals.playing import Check, Fold, Played
from droidlite.evals.words import TextPolicy, predict_across

PERFECT = Check(1.0, 0.0)


def fold_of(grid: Grid, frontier: str, *, target: float = 1.0) -> Fold:
    """Learned on the first half of the tasks, played on the second."""
    rows = np.arange(grid.tasks)
    half = grid.tasks // 2
    train = grid.pick(rows[:half])
    return Fold(
        train=train,
        test=grid.pick(rows[half:]),
        train_rows=rows[:half],
        test_rows=rows[half:],
        evidence=learn(train),
        frontier=grid.column(frontier),
        target=target,
    )


def fold(runs: Runs, frontier: str = "dear", *, kinds: str = "", target: float = 1.0) -> Fold:
    return fold_of(grid_of(runs, kinds=kinds), frontier, target=target)


def sums(played: Played) -> tuple[float, float, int, tuple[str, ...]]:
    return float(played.solved.sum()), float(played.cost.sum()), int(played.known.sum()), played.chosen


def test_the_best_single_is_the_cheapest_that_reaches_the_target() -> None:
    runs = half_and_all(20) | {"good": [(int(i % 10 > 0), 2.0) for i in range(20)]}
    assert sums(baselines.best_single(fold(runs))) == (10, 40, 10, ("dear",))
    assert sums(baselines.best_single(fold(runs, target=0.9))) == (9, 20, 10, ("good",))
    assert sums(baselines.best_single(fold(runs, target=0.5))) == (5, 10, 10, ("cheap",))


def test_the_choice_is_made_on_the_training_tasks_alone() -> None:
    """Lucky where it is learned, it solves nothing where it is judged."""
    runs = {"lucky": [(1, 1.0)] * 10 + [(0, 1.0)] * 10, "dear": [(1, 4.0)] * 20}
    assert sums(baselines.best_single(fold(runs))) == (0, 10, 10, ("lucky",))


def test_each_kind_has_its_best_model() -> None:
    runs = {"fixer": [(int(i % 2 == 0), 1.0) for i in range(20)], "dear": [(1, 4.0)] * 20}
    assert sums(baselines.best_of_kind(fold(runs, kinds="xy" * 10))) == (10, 25, 10, ("x: fixer", "y: dear"))


def test_a_kind_that_was_never_seen_goes_to_the_frontier() -> None:
    played = baselines.best_of_kind(fold(half_and_all(8), kinds="xxxxxyyy", target=0.5))
    assert sums(played) == (4, 13, 4, ("x: cheap", "y: dear"))


def test_the_mix_has_99_percent_of_the_passes() -> None:
    solved, cost, known, chosen = sums(baselines.mix_99(fold(half_and_all(200))))
    assert (solved, cost) == (pytest.approx(99.0), pytest.approx(0.02 * 100 + 0.98 * 400))
    assert (known, chosen) == (100, ("2% cheap, 98% dear",))


def test_the_oracle_takes_the_cheapest_run_that_solved_else_the_cheapest() -> None:
    runs = {"a": [(0, 1.0), (1, 1.0), (0, 1.0)] * 2, "b": [(1, 3.0), (1, 3.0), (0, 3.0)] * 2}
    assert sums(baselines.oracle(fold(runs, "b"))) == (2, 5, 3, ())


def test_the_stop_is_a_quantile_of_what_solved_runs_cost() -> None:
    """The cheap model's failures spend 3, its solved runs 1: stopping at 1 and going on loses nothing."""
    runs = {"cheap": [(1, 1.0), (0, 3.0)] * 10, "dear": [(1, 4.0)] * 20}
    assert sums(baselines.budget_stop(fold(runs))) == (10, 30, 10, ("cheap until its stop -> dear",))


def test_the_cascade_is_the_cheapest_two_that_reach_the_target() -> None:
    plain = half_and_all(20)
    assert sums(baselines.verified_cascade(fold(plain), PERFECT)) == (10, 30, 10, ("cheap -> dear",))
    assert sums(baselines.verified_cascade(fold(plain, target=0.5), PERFECT)) == (5, 10, 10, ("cheap",))
    blind = baselines.verified_cascade(fold(plain), Check(0.0, 0.0))
    assert sums(blind) == (10, 40, 10, ("dear",))


@pytest.mark.parametrize(("catch", "alarm"), [(1.0, 0.0), (0.7, 0.1), (0.5, 0.5)])
def test_the_cascades_that_are_compared_are_the_ones_that_are_played(catch: float, alarm: float) -> None:
    draw = np.random.default_rng(3)
    runs: Runs = {
        name: [(int(draw.random() < rate), float(draw.random())) if draw.random() < 0.9 else None for _ in range(60)]
        for name, rate in (("a", 0.4), ("b", 0.6), ("c", 0.9))
    }
    grid = grid_of(runs | {"c": [run or (0, 0.5) for run in runs["c"]]})
    check = Check(catch, alarm)
    passes, cost = baselines.cascades(grid, 2, check)
    for first, second in ((0, 1), (1, 0), (0, 2), (2, 1)):
        shared = grid.pick(grid.ran[:, first] & grid.ran[:, second])
        played = baselines.play(shared, [(first, None), (second, None)], check)
        wanted = played.solved.sum() / shared.solved[:, 2].sum(), played.cost.sum() / shared.cost[:, 2].sum()
        assert (passes[first, second], cost[first, second]) == pytest.approx(wanted)


def test_words_that_tell_are_used() -> None:
    """Typos the cheap model always solves, races never: the text policy takes it for typos alone."""
    kinds_of = ["a typo in the docs", "a race in the scheduler"]
    grid = grid_of(half_and_all(80), prompts=tuple(kinds_of[i % 2] for i in range(80)))
    assert sums(TextPolicy(grid, 0)(fold_of(grid, "dear"))) == (40, 20 * 1 + 20 * 4, 40, ("cheap or dear",))


def test_words_that_tell_nothing_save_nothing() -> None:
    grid = grid_of(half_and_all(80), prompts=("the same words",) * 80)
    assert sums(TextPolicy(grid, 0)(fold_of(grid, "dear"))) == (40, 160, 40, ("cheap or dear",))


def test_a_task_without_a_prompt_is_told_by_its_kind_alone() -> None:
    """Which is less sure than a typo, so that it goes to the dear model."""
    cheap = [(int(i % 7 > 0 or i >= 40), 1.0) for i in range(80)]
    prompts = tuple("" if i >= 70 else "a race" if i % 7 == 0 and i < 40 else "a typo" for i in range(80))
    grid = grid_of({"cheap": cheap, "dear": [(1, 4.0)] * 80}, prompts=prompts)
    assert sums(TextPolicy(grid, 0)(fold_of(grid, "dear"))) == (40, 30 * 1 + 10 * 4, 40, ("cheap or dear",))


def test_what_was_seen_of_an_issue_is_not_taken_for_knowledge_of_words() -> None:
    """Every issue is two tasks of one text that says nothing of other issues: predictions must not tell them apart."""
    solved = np.repeat(np.random.default_rng(1).random(60) < 0.7, 2)
    issue = np.repeat(np.arange(60), 2)
    counts = csr_matrix(np.eye(60)[issue])
    likely = predict_across(counts, solved, issue)
    assert likely[solved].mean() - likely[~solved].mean() == pytest.approx(0, abs=0.02)
