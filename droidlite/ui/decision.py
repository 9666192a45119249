"""A decision of the router in words: one line before the first call, and everything behind it on request. Pure."""

from collections.abc import Iterator, Sequence

from droidlite.sanitise import clean_line
from droidlite.types import Estimate, Interval, RoutingDecision, Switch
from droidlite.ui.cells import GAP, column_widths, fold, set_in_columns, width_of
from droidlite.ui.conversation import Status
from droidlite.ui.wording import counted, dollars, switching

OTHER_KINDS = "runs of kind"
"""In the basis of an estimate for a kind of task nobody has runs of (routing/belief.py)."""
ENDLESS = 10_000
"""Cells of a line that nobody looks at in a terminal."""
_LEAST_PLAN = 24
"""Cells a plan has beside its numbers, or else it stands above them."""
UNREACHABLE = ("no key", "no endpoint", "not installed")
"""How the reasons begin of models that nobody set up: counted, not listed."""


def decision_line(decision: RoutingDecision) -> str:
    """The plan, the kind of task it is for, what is expected of it and of the reference alone."""
    estimate = decision.estimate
    if estimate is None:
        return clean_line(f"{decision.model} ({decision.strategy}): {'; '.join(decision.reasons)}", 400)
    against = ""
    if decision.counterfactual is not None and len(estimate.stages) + (decision.model != decision.reference) > 1:
        against = f"; {decision.reference} alone: {expected(decision.counterfactual)}"
    elsewhere = "; known from other kinds of task only" if OTHER_KINDS in estimate.basis else ""
    return clean_line(f"auto: {estimate.plan} · {decision.kind} · {expected(estimate)}{against}{elsewhere}", 400)


def expected(estimate: Estimate) -> str:
    return f"{estimate.success.mean:.0%} at {dollars(estimate.cost.mean)}"


def because(decision: RoutingDecision, switches: Sequence[Switch] = ()) -> str:
    """Why the model at work is the one at work, in a few words. Not sanitised."""
    if switches:
        return f"switched: {switches[-1].cause}"
    if decision.strategy == "auto" and decision.estimate is not None:
        rule = f", rule {decision.rule.partition(' (')[0]}" if decision.rule else ""
        return f"auto: {decision.kind}, {expected(decision.estimate)}{rule}"
    return next(iter(decision.reasons), "").removeprefix(f"{decision.model} was ").rstrip(".")


def decision_lines(
    decision: RoutingDecision, switches: Sequence[Switch] = (), *, width: int = ENDLESS
) -> tuple[str, ...]:
    """All of it: reasons, numbers with their intervals, runners-up, the counterfactual, what was rejected and why; and
    the changes of model since. In lines of at most `width` cells, what goes on in a next one indented."""
    lines = [decision_line(decision), ""]
    lines += [f"  {reason}" for reason in decision.reasons]
    if decision.rule:
        lines.append(f"  rules: {decision.rule}")
    if rows := _rows(decision):
        lines += ["", *_table(rows, width)]
    if switches:
        lines += ["", "  since then:", *(f"    {switching(switch)}" for switch in switches)]
    if decision.rejected:
        without = [model for model, why in decision.rejected.items() if why.startswith(UNREACHABLE)]
        lines += ["", "  not considered:"]
        lines += [f"    {m}: {why}" for m, why in sorted(decision.rejected.items()) if m not in without]
        if without:
            lines.append(f"    {counted(len(without), 'model')} without a key or a service here: droidlite models")
    if decision.evidence:
        lines += ["", f"  evidence {decision.evidence}; intervals hold 80 %"]
    return tuple(part for line in lines for part in folded(clean_line(line, 400) if line else "", width))


def folded(line: str, width: int) -> list[str]:
    """It goes on two cells further in than it begins."""
    start = " " * (len(line) - len(line.lstrip()))
    first, *rest = fold(line.lstrip(), width - len(start) - 2)
    return [start + first, *(f"{start}  {part}" for part in rest)] if width_of(line) > width else [line]


def budget_line(status: Status, switches: Sequence[Switch]) -> str:
    """What changes of model may cost and have cost; "" where nobody routes."""
    if not status.aim:
        return ""
    spent = sum(switch.price_usd for switch in switches)
    count = "1 switch" if len(switches) == 1 else f"{len(switches)} switches"
    so_far = f"{count} so far, {dollars(spent)}" if switches else "no switch so far"
    return f"  mode {status.aim} · {so_far}; they may cost up to {status.switch_share:.0%} of a task"


def numbers(decision: RoutingDecision, status: Status) -> tuple[str, ...]:
    """Where each number on the screen comes from, one sentence each."""
    window = f" of the {status.context_window:,} that fit" if status.context_window else ""
    cap = f"; the cap is {dollars(status.cap_usd)}, and no call is sent that could pass it" if status.cap_usd else ""
    lines = [
        f"{dollars(status.cost_usd)}: what the services say the calls so far used, at the price of each{cap}. /cost",
        f"{status.context_tokens:,} tokens of context{window}: the service's own count at its last reply, and four "
        "bytes a token since. /context",
    ]
    found = decision.estimate
    if found is None:
        return (*lines, f"{decision.model} was not routed, so nothing was estimated: {'; '.join(decision.reasons)}")
    lines += [
        f"{found.success.mean:.0%} ({100 * found.success.low:.0f}-{found.success.high:.0%}): the chance that "
        f"{found.plan} solves one {decision.kind} task, and where it lies with 80 % certainty. From {found.basis}.",
        f"{_dollars(found.cost)}: what such a task is expected to cost, solved or not: the tokens of the same runs at "
        "today's prices.",
    ]
    if decision.counterfactual is not None:
        against = decision.counterfactual
        lines.append(
            f"{expected(against)}: the same for {decision.reference} alone, the reference. From {against.basis}."
        )
    lines.append(
        f"{decision.confidence:.0%}: how sure it is of the kind of task ({decision.kind}). droidlite route tells why"
    )
    return tuple(clean_line(line, 400) for line in lines)


def _rows(decision: RoutingDecision) -> list[tuple[str, str, str]]:
    """What is expected of the plan, of the others, and of the reference."""
    found = [] if decision.estimate is None else [decision.estimate, *decision.others]
    against = decision.counterfactual
    rows = []
    for at, estimate in enumerate(found):
        note = " (reference)" if against is not None and estimate.plan == against.plan else ""
        rows.append(_row(estimate, note or (" (not surely as good)" if at > len(decision.runners_up) else "")))
    if against is not None and all(estimate.plan != against.plan for estimate in found):
        rows.append(_row(against, " (reference)"))
    return rows


def _row(estimate: Estimate, note: str = "") -> tuple[str, str, str]:
    success = f"{estimate.success.mean:.0%} ({100 * estimate.success.low:.0f}-{estimate.success.high:.0%})"
    return success, _dollars(estimate.cost), clean_line(estimate.plan, 380) + note


def _table(rows: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    """The plan last: it alone may go on in a next line. Where there is little room it stands above its numbers."""
    rows = [("success", "cost a task", "plan"), *rows]
    widths = column_widths(rows, width, ())
    left = sum(widths[:2]) + 3 * GAP
    if width - left < min(_LEAST_PLAN, widths[2]):
        for success, cost, plan in rows[1:]:
            yield f"  {plan}"
            yield f"    {success} at {cost}"
        return
    for success, cost, plan in rows:
        first, *rest = fold(plan, width - left)
        yield "  " + set_in_columns((success, cost, first), (*widths[:2], width - left))
        yield from (" " * left + part for part in rest)


def _dollars(cost: Interval) -> str:
    return f"${cost.mean:.2f} ({cost.low:.2f}-{cost.high:.2f})"
