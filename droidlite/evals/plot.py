"""A Report as a picture: passes against cost, both in percent of the frontier, with the mix line and the intervals."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from droidlite.evals.evaluation import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (13, 7)
DOTS_PER_INCH = 150
GREY, INK = "#8a8f98", "#22262b"
STYLES = {
    "frontier": ("*", "#22262b"),
    "best_single": ("s", "#7f6000"),
    "mix_99": ("D", "#6b7280"),
    "oracle": ("^", "#b0b4ba"),
    "text": ("v", "#c2410c"),
    "kind": ("P", "#0e7490"),
    "budget_stop": ("X", "#a21caf"),
    "verified_cascade": ("h", "#4d7c0f"),
    "auto": ("o", "#1d4ed8"),
    "auto_verified": ("o", "#15803d"),
}
"""Marker and colour; shapes differ too, so that the picture can be read without colour."""


def draw(report: Report, path: Path) -> None:
    """Writes the PNG. Raises OSError where `path` cannot be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw_models(axes, report)
    _draw_policies(axes, report)
    _frame(axes, report)
    figure.legend(loc="outside right upper", fontsize=9, frameon=False)
    figure.savefig(path, dpi=DOTS_PER_INCH, format="png")


def _draw_models(axes: "Axes", report: Report) -> None:
    """Each model alone, and the line of the best mixes with the names of its corners."""
    axes.scatter(
        [point.cost_pct for point in report.models],
        [point.pass_pct for point in report.models],
        s=16, color=GREY, alpha=0.7, linewidths=0, label="one model alone", zorder=1,
    )  # fmt: skip
    line = [point for point in report.models if point.on_line]
    axes.plot(
        [point.cost_pct for point in line],
        [point.pass_pct for point in line],
        color=GREY, linewidth=1.4, linestyle="--", label="mix line: a coin between two models", zorder=1,
    )  # fmt: skip
    for point in line:
        axes.annotate(
            point.model, (point.cost_pct, point.pass_pct), xytext=(5, -12), textcoords="offset points", fontsize=8,
            color="#5b6068",
        )  # fmt: skip


def _draw_policies(axes: "Axes", report: Report) -> None:
    for name, score in report.policies.items():
        marker, colour = STYLES.get(name, ("o", INK))
        main = name.startswith("auto")
        across, up = (
            [[max(value - low, 0.0)], [max(high - value, 0.0)]]
            for value, (low, high) in ((score.cost_pct, score.cost_ci), (score.pass_pct, score.pass_ci))
        )
        shape: dict[str, Any] = {"markersize": 13 if marker == "*" else 10 if main else 8}
        axes.errorbar(
            score.cost_pct, score.pass_pct, xerr=across, yerr=up, fmt=marker, color=colour, elinewidth=1.1, capsize=2.5,
            alpha=1.0 if main else 0.85, zorder=4 if main else 3, label=_told(name, report), **shape,
        )  # fmt: skip
        if main or name == "frontier":
            axes.annotate(
                name, (score.cost_pct, score.pass_pct), xytext=(9, 8), textcoords="offset points", fontsize=10,
                color=colour, fontweight="bold", zorder=5,
            )  # fmt: skip


def _told(name: str, report: Report) -> str:
    score = report.policies[name]
    known_as = {"oracle": "oracle (hindsight)", "frontier": f"frontier: {report.frontier}"}.get(name, name)
    return f"{known_as}: {score.pass_pct:.1f} % at {score.cost_pct:.1f} %"


def _frame(axes: "Axes", report: Report) -> None:
    """Axes around the policies and the mix line; models far below are left to the table."""
    shown = [*report.policies.values()]
    corners = [point for point in report.models if point.on_line]
    low = min(*(score.pass_ci[0] for score in shown), *(point.pass_pct for point in corners))
    high = max(*(score.pass_ci[1] for score in shown), *(point.pass_pct for point in corners))
    right = max(*(score.cost_ci[1] for score in shown), *(point.cost_pct for point in corners))
    axes.set_ylim(low - 2, high + 2)
    axes.set_xlim(0, right * 1.08)
    axes.axhline(100, color=INK, linewidth=0.6, alpha=0.4, zorder=0)
    axes.grid(color="#e6e8eb", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(f"cost, % of {report.frontier}'s on the same tasks", color=INK)
    axes.set_ylabel(f"tasks solved, % of {report.frontier}'s", color=INK)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.kinds.items())
    by = ", repositories kept whole" if report.group == "repo" else ""
    axes.set_title(
        f"Tasks solved against cost: {kinds}\n{report.folds} folds{by}, mode {report.mode}; bars: 95 %",
        fontsize=11, color=INK, loc="left",
    )  # fmt: skip
