"""The report on policies of escalation as a table a person reads."""

from collections.abc import Iterator

from droidlite.evals.escalation import Report
from droidlite.evals.report import aligned
from droidlite.evals.scoring import Ends
from droidlite.evals.switching import Outcome

LABELS = {
    "start_alone": "start alone",
    "check_only": "failed check only",
    "spend_stop": "spend stop only",
    "any_sign": "any one sign, priced",
    "first_sign": "first sign, any price",
    "oracle": "oracle (hindsight)",
}
HEADER = (
    "policy", "solved %", "95 %", "USD a task", "95 %", "USD a solved", "95 %", "switches", "rescued %", "95 %",
    "wasted %", "95 %",
)  # fmt: skip
PLANS = 6
"""So many of the plans are told."""


def lines(report: Report) -> Iterator[str]:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.kinds.items())
    by = f"{report.groups:,} repositories kept whole" if report.group == "repo" else "tasks drawn by lot"
    yield f"{report.tasks:,} tasks ({kinds}), {len(report.models)} models, {report.folds} folds, {by}"
    ends = "a check tells at its end whether a run failed" if report.verified else "nobody checks how a run ended"
    yield f"Mode {report.mode}, {'verified' if report.verified else 'unverified'}: {ends}."
    yield f"A solved task is worth {report.worth}; switches may cost {report.max_switch_share:.0%} of the task."
    yield ""
    yield from aligned([HEADER, *(_row(report, name, one) for name, one in report.policies.items())])
    yield ""
    yield "Switches: a session. Rescued: from a model that fails by itself to one that solves it. Wasted: the first"
    yield "model would have solved it alone. All but the last two policies start with:"
    yield from (f"  {text}" for text in report.plans[:PLANS])
    yield ""
    yield from (*report.assumed, *report.notes)


def _row(report: Report, name: str, one: Outcome) -> tuple[str, ...]:
    label = f"{report.frontier} from the start" if name == "frontier" else LABELS.get(name, name)
    switched = (
        (f"{one.switches:.2f}", _number(one.rescued_pct, 1), _ends(one.rescued_ci, 0), _number(one.wasted_pct, 1),
         _ends(one.wasted_ci, 0))
        if one.switches
        else ("", "", "", "", "")
    )  # fmt: skip
    return (
        label,
        f"{one.solved_pct:.1f}",
        _ends(one.solved_ci, 0),
        f"{one.cost_usd:.4f}",
        _ends(one.cost_ci, 4),
        _number(one.cost_per_solved, 4),
        _ends(one.cost_per_solved_ci, 4),
        *switched,
    )


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _ends(ends: Ends | None, digits: int) -> str:
    return "" if ends is None else f"{ends[0]:.{digits}f} .. {ends[1]:.{digits}f}"
