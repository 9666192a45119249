"""Outcomes as arrays: one row a task, one column a model, so that every policy is a few sums over them."""

from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.intp]


class Grid(Struct, frozen=True, kw_only=True):
    """T tasks by M models. `solved` and `cost` (USD) are T x M, `ran` says where there is a run at all (elsewhere
    solved is False and cost 0). `kind` indexes `kinds`. `instance` numbers what a task is about: tasks of several kinds
    over one issue share it; `repo` numbers repositories. `prompts` are "" where the table has none."""

    models: tuple[str, ...]
    kinds: tuple[str, ...]
    solved: Flags
    cost: Floats
    ran: Flags
    kind: Codes
    instance: Codes
    repo: Codes
    prompts: tuple[str, ...] = ()

    @property
    def tasks(self) -> int:
        return len(self.kind)

    def column(self, model: str) -> int:
        return self.models.index(model)

    def pick(self, rows: NDArray[np.generic]) -> "Grid":
        """The same models on some tasks only: `rows` are indices or a mask."""
        places = np.arange(self.tasks)[rows]
        return Grid(
            models=self.models,
            kinds=self.kinds,
            solved=self.solved[places],
            cost=self.cost[places],
            ran=self.ran[places],
            kind=self.kind[places],
            instance=self.instance[places],
            repo=self.repo[places],
            prompts=tuple(self.prompts[place] for place in places) if self.prompts else (),
        )

    def choose(self, models: tuple[str, ...]) -> "Grid":
        """The same tasks with these models only, in this order."""
        columns = [self.column(model) for model in models]
        return Grid(
            models=models,
            kinds=self.kinds,
            solved=self.solved[:, columns],
            cost=self.cost[:, columns],
            ran=self.ran[:, columns],
            kind=self.kind,
            instance=self.instance,
            repo=self.repo,
            prompts=self.prompts,
        )
