"""The end of a headless run in lines: what went wrong, what it cost in detail, and one last line with the sum of it."""

from collections.abc import Sequence

from droidlite.events import RunFinished
from droidlite.sanitise import clean_line
from droidlite.ui.cells import cut, cut_middle, width_of
from droidlite.ui.wording import counted, dollars, duration, instead, of_ledger, other_than

ANSWERS = frozenset({"success", "error_verify", "error_max_cost", "error_max_turns"})
"""Subtypes whose `result` is the model's answer or summary; in all others it is a sentence about what went wrong."""
WIDTH = 120
"""Cells of the last line at most."""
LEAST = 24
"""Cells of a reason that still tell something; for fewer, other parts of the line go first."""
SEPARATOR = " · "


def answers(finished: RunFinished) -> bool:
    """Whether `result` is an answer, or a summary where a cap allowed one."""
    return finished.subtype in ANSWERS and finished.result not in ("", finished.stopped)


def detail_lines(finished: RunFinished) -> list[str]:
    """What went wrong, in full, and what goes with the cost: of each model, of the reference, of a shared ledger."""
    why = finished.result if finished.subtype not in ANSWERS else finished.stopped
    lines = [f"{finished.subtype}: {why}"] if why else []
    if len(finished.model_usage) > 1:
        each = (f"{model} {dollars(used.cost_usd)}" for model, used in finished.model_usage.items())
        lines.append(f"spent  {', '.join(each)}")
    other = other_than(finished.model_usage, finished.counterfactual)
    lines += [f"instead  {instead(other)}"] if other else []
    lines += [f"ledger  {of_ledger(finished.ledger)}"] if finished.ledger else []
    return [clean_line(line, 2000) for line in lines]


def last_line(finished: RunFinished, *, models: Sequence[str], reason: str, label: str = "", width: int = WIDTH) -> str:
    """Which models answered (in their order; () = none did), what it cost, why the one at work was chosen, how it
    ended: at most `width` cells, of which the reason takes what is left; where that is too little for it, turns and
    time go. `label` says who answers where no model does. Model, cost and ending always stand, so a very narrow
    terminal wraps the line."""
    labels, cost, outcome = (label,) if label else (), _cost(finished), finished.subtype
    reason, most = clean_line(reason, WIDTH), min(width, WIDTH)
    room = WIDTH - width_of(SEPARATOR.join((*labels, "", cost, outcome)))
    names = _names(models, min(room, max(most // 2, LEAST)))
    spans = (counted(finished.num_turns, "turn"), duration(finished.duration_ms / 1000))
    for extra in (spans, spans[1:], ()):
        before, after = (*labels, names, cost), (*extra, outcome)
        room = most - width_of(SEPARATOR.join((*before, *([""] if reason else []), *after)))
        if room >= min(width_of(reason), LEAST):
            break
    told = (cut(reason, room),) if reason and room >= LEAST // 2 else ()
    return SEPARATOR.join((*before, *told, *after))


def _names(models: Sequence[str], room: int) -> str:
    """All of them, or where there is no room the one at work and how many more."""
    names = clean_line(", ".join(models), 1000) or "no model"
    if width_of(names) <= room or not models:
        return names
    more = f" and {len(models) - 1} more" if len(models) > 1 else ""
    return f"{cut_middle(clean_line(models[-1]), room - len(more))}{more}"


def _cost(finished: RunFinished) -> str:
    unpriced = sum(used.unpriced for used in finished.model_usage.values())
    more = f" and {counted(unpriced, 'call')} at a price not known" if unpriced else ""
    return f"{dollars(finished.total_cost_usd)}{more}"
