"""What policies of escalation come to over all sessions: solved, dollars, and what became of their switches."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from droidlite.evals.climbing import Session
from droidlite.evals.grid import Floats
from droidlite.evals.runs import Run
from droidlite.evals.scoring import CENTRAL, Ends, Resampler

COUNTS = 7
"""Numbers that `count` gives."""


class Outcome(Struct, frozen=True, kw_only=True):
    """Shares in percent, amounts in USD; `_ci`: ends of the 95 % interval (None: no figure, or nothing was drawn).
    `switches`, `nudges` and `consults` a session. rescued: of the switches, those from a model that fails by itself to
    one that solves the task; wasted: those in sessions whose first model solves it alone."""

    solved_pct: float
    solved_ci: Ends | None
    cost_usd: float
    cost_ci: Ends | None
    cost_per_solved: float | None
    cost_per_solved_ci: Ends | None
    switches: float
    rescued_pct: float | None
    rescued_ci: Ends | None
    wasted_pct: float | None
    wasted_ci: Ends | None
    nudges: float
    consults: float


def count(session: Session, runs: Mapping[str, Run]) -> tuple[float, ...]:
    """One session: solved, cost, switches, of them rescued and wasted; nudges, consultations."""
    switches = [move for move in session.moves if move.is_switch]
    first = session.moves[0].model if session.moves else session.model
    return (
        float(session.solved),
        session.cost_usd,
        float(len(switches)),
        float(sum(not runs[move.model].solved and runs[move.to].solved for move in switches)),
        float(len(switches)) if runs[first].solved else 0.0,
        float(sum(move.rung == "nudge" for move in session.moves)),
        float(sum(move.rung == "consult" for move in session.moves)),
    )


def score(played: Sequence[Mapping[str, tuple[float, ...]]], resampler: Resampler) -> dict[str, Outcome]:
    """Each policy over all tasks; the same draws for all."""
    names = list(played[0])
    table = np.array([[value for name in names for value in each[name]] for each in played])
    drawn = resampler.sums(np.column_stack([table, np.ones(len(table))]))
    sums = np.append(table.sum(axis=0), float(len(table)))
    return {
        name: _outcome(
            *(np.column_stack([whole[:, start : start + COUNTS], whole[:, -1]]) for whole in (sums[None], drawn))
        )
        for name, start in zip(names, range(0, len(names) * COUNTS, COUNTS), strict=True)
    }


def _outcome(whole: Floats, drawn: Floats) -> Outcome:
    """From the sums over all tasks (one row), and over those of each draw."""
    solved, cost, switches, rescued, wasted, nudges, consults, tasks = range(COUNTS + 1)

    def share(of: int, by: int, factor: float = 1.0) -> tuple[float | None, Ends | None]:
        return _ratio(whole, of, by, factor), _ends(drawn, of, by, factor)

    solved_pct, solved_ci = share(solved, tasks, 100)
    cost_usd, cost_ci = share(cost, tasks)
    per_solved, per_solved_ci = share(cost, solved)
    rescued_pct, rescued_ci = share(rescued, switches, 100)
    wasted_pct, wasted_ci = share(wasted, switches, 100)
    return Outcome(
        solved_pct=solved_pct or 0.0,
        solved_ci=solved_ci,
        cost_usd=cost_usd or 0.0,
        cost_ci=cost_ci,
        cost_per_solved=per_solved,
        cost_per_solved_ci=per_solved_ci,
        switches=_ratio(whole, switches, tasks, 1) or 0.0,
        rescued_pct=rescued_pct,
        rescued_ci=rescued_ci,
        wasted_pct=wasted_pct,
        wasted_ci=wasted_ci,
        nudges=_ratio(whole, nudges, tasks, 1) or 0.0,
        consults=_ratio(whole, consults, tasks, 1) or 0.0,
    )


def _ratio(sums: Floats, of: int, by: int, factor: float) -> float | None:
    below = float(sums[0, by])
    return factor * float(sums[0, of]) / below if below else None


def _ends(drawn: Floats, of: int, by: int, factor: float) -> Ends | None:
    """Over the draws that have something to divide by."""
    some = drawn[drawn[:, by] > 0]
    if not len(some):
        return None
    low, high = np.percentile(factor * some[:, of] / some[:, by], CENTRAL)
    return float(low), float(high)
