"""The text baseline: can the words of a prompt tell whether the cheap model will do?"""

from typing import Any

import numpy as np
from msgspec import structs
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from droidlite.evals.baselines import MIX_TARGET
from droidlite.evals.grid import Codes, Flags, Floats, Grid
from droidlite.evals.mixline import mix_for, mix_line, singles
from droidlite.evals.playing import Fold, Played, play

FEATURES = 2**16
INNER_FOLDS = 3
MOST_TASKS = 5_000
"""More training tasks than this are drawn from by lot: the fit no longer changes much, and takes long."""


class TextPolicy:
    """Logistic regression on TF-IDF of the prompt (and the name of the kind): the cheaper model of the training folds'
    mix line where it is likely to solve the task, else the dearer one. The threshold is the cheapest that reaches 99 %
    of the frontier's passes on predictions made across folds of the training tasks. Tasks without a prompt are not
    learned from, and told by their kind alone."""

    def __init__(self, grid: Grid, seed: int) -> None:
        texts = [f"{grid.kinds[code]} {text}" for code, text in zip(grid.kind, grid.prompts, strict=True)]
        self._counts = HashingVectorizer(n_features=FEATURES, alternate_sign=False, norm=None).transform(texts)
        self._has_text = np.array([bool(text) for text in grid.prompts])
        self._seed = seed

    def __call__(self, fold: Fold) -> Played:
        low, high, _ = mix_for(mix_line(singles(fold.train, fold.frontier)), MIX_TARGET)
        names = fold.test.models
        if low.model == high.model:
            made = play(fold.test, [(low.model, None)])
            return structs.replace(made, chosen=(names[low.model],))
        cheap, dear = low.model, high.model
        usable = np.flatnonzero(fold.train.ran[:, cheap] & fold.train.ran[:, dear] & self._has_text[fold.train_rows])
        rows = np.random.default_rng(self._seed).permutation(usable)[:MOST_TASKS]
        counts, solved = self._counts[fold.train_rows[rows]], fold.train.solved[rows, cheap]
        least = _threshold(fold, rows, (cheap, dear), predict_across(counts, solved, fold.train.instance[rows]))
        likely = _predict(counts, solved, self._counts[fold.test_rows])
        take = likely >= least
        one, other = play(fold.test, [(cheap, None)]), play(fold.test, [(dear, None)])
        return Played(
            np.where(take, one.solved, other.solved),
            np.where(take, one.cost, other.cost),
            one.known & other.known,
            (f"{names[cheap]} or {names[dear]}",),
        )


def predict_across(counts: Any, solved: Flags, instance: Codes) -> Floats:
    """For each task the prediction of a fit that has not seen its issue, of whatever kind."""
    part = np.unique(instance, return_inverse=True)[1] % INNER_FOLDS
    likely = np.zeros(len(solved))
    for inner in range(INNER_FOLDS):
        likely[part == inner] = _predict(counts[part != inner], solved[part != inner], counts[part == inner])
    return likely


def _predict(counts: Any, solved: Flags, wanted: Any) -> Floats:
    if not len(solved) or solved.all() or not solved.any():
        return np.full(wanted.shape[0], float(solved.mean()) if len(solved) else 0.0)
    weigh = TfidfTransformer(sublinear_tf=True).fit(counts)
    model = LogisticRegression(solver="liblinear", C=1.0).fit(weigh.transform(counts), solved)
    likely: Floats = model.predict_proba(weigh.transform(wanted))[:, 1]
    return likely


def _threshold(fold: Fold, rows: Codes, models: tuple[int, int], likely: Floats) -> float:
    """The chance of success from which the cheap model is taken (inf = never)."""
    grid, (cheap, dear) = fold.train, models
    order = np.argsort(-likely, kind="stable")
    won, cost = grid.solved[rows][order].astype(float), grid.cost[rows][order]
    passes = np.cumsum(won[:, cheap] - won[:, dear]) + won[:, dear].sum()
    spent = np.cumsum(cost[:, cheap] - cost[:, dear]) + cost[:, dear].sum()
    fits = passes >= MIX_TARGET * won[:, fold.frontier].sum()
    if not fits.any() or spent[fits].min() >= cost[:, dear].sum():
        return float("inf")
    return float(likely[order][np.argmin(np.where(fits, spent, np.inf))])
