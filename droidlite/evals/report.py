"""A Report as a table a person reads."""

from collections.abc import Iterator, Sequence

from droidlite.evals.evaluation import Report
from droidlite.evals.scoring import Ends, Score

LABELS = {
    "oracle": "oracle (hindsight)",
    "auto": "auto (unverified)",
}
HEADER = ("policy", "pass %", "95 %", "cost %", "95 %", "USD a solved task", "over the mix line", "95 %", "left out")
CHOSEN = 4
"""So many of the plans of auto are told."""


def lines(report: Report) -> Iterator[str]:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.kinds.items())
    by = f"{report.groups:,} repositories kept whole" if report.group == "repo" else "tasks drawn by lot"
    size = f"{report.tasks:,} tasks ({kinds}), {len(report.models)} models"
    yield f"{size}, {report.folds} folds, {by}, mode {report.mode}"
    yield f"100 % is what {report.frontier} alone solves and costs on the same tasks."
    yield ""
    yield from aligned([HEADER, *(_row(name, score) for name, score in report.policies.items())])
    yield ""
    yield (
        f"Verified: a check finds {report.verified_catch:.0%} of the failed runs and calls "
        f"{report.verified_false_alarm:.0%} of the solved ones failed. Left out: tasks at which a model that was "
        "needed has no outcome."
    )
    yield f"Mix line: {' - '.join(_corners(report))}"
    for name in ("auto", "auto_verified"):
        yield f"{LABELS.get(name, name)} chose:"
        yield from (f"  {text}" for text in report.policies[name].chosen[: CHOSEN * len(report.kinds)])
        if shares := report.policies[name].quadrants:
            yield f"  starts: {', '.join(f'{part} {share:.1f} %' for part, share in shares.items())}"
    yield ""
    yield from _calibration(report)
    yield from ("", *report.notes) if report.notes else ()


def _row(name: str, score: Score) -> tuple[str, ...]:
    return (
        LABELS.get(name, name),
        f"{score.pass_pct:.1f}",
        _ends(score.pass_ci),
        f"{score.cost_pct:.1f}",
        _ends(score.cost_ci),
        "-" if score.cost_per_solved is None else f"{score.cost_per_solved:.4f}",
        f"{score.gain_over_mix:+.1f}",
        _ends(score.gain_ci),
        f"{score.left_out:,}" if score.left_out else "",
    )


def _ends(ends: Ends) -> str:
    return f"{ends[0]:.1f} .. {ends[1]:.1f}"


def _corners(report: Report) -> Iterator[str]:
    for point in report.models:
        if point.on_line:
            yield f"{point.model} ({point.pass_pct:.1f} % at {point.cost_pct:.1f} %)"


def _calibration(report: Report) -> Iterator[str]:
    fit = report.calibration
    by_kind = ", ".join(f"{kind} {each.ece:.3f}" for kind, each in fit.kinds.items())
    yield (
        f"Success as the router expects it of one model, on {fit.runs:,} runs of unseen tasks: ECE {fit.ece:.3f} "
        f"({by_kind}), Brier {fit.brier:.3f}"
    )
    rows = [
        (f"{each.low:.0%} .. {each.high:.0%}", f"{each.runs:,}", f"{each.expected:.1%}", f"{each.solved:.1%}")
        for each in fit.bins
    ]
    yield from aligned([("expected", "runs", "mean expected", "solved"), *rows])


def aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The first column to the left, all others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
