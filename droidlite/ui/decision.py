"""A decision of the router in words: one line before the first call, and everything behind it on request. Pure."""

from collections.abc import Sequence

from droidlite.sanitise import clean_line
from droidlite.types import Estimate, Interval, RoutingDecision, Switch
from droidlite.ui.wording import counted, dollars, switching

OTHER_KINDS = "runs of kind"
"""In the basis of an estimate for a kind of task nobody has runs of (routing/belief.py)."""
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


def decision_lines(decision: RoutingDecision, switches: Sequence[Switch] = ()) -> tuple[str, ...]:
    """All of it: reasons, numbers with their intervals, runners-up, the counterfactual, what was rejected and why; and
    the changes of model since."""
    lines = [decision_line(decision), ""]
    lines += [f"  {reason}" for reason in decision.reasons]
    if decision.rule:
        lines.append(f"  rules: {decision.rule}")
    if decision.estimate is not None:
        lines += ["", f"  {'success':<15} {'cost a task':<19} plan"]
        lines += [_row(estimate) for estimate in (decision.estimate, *decision.others)]
    if decision.counterfactual is not None:
        lines.append(_row(decision.counterfactual, "  (reference)"))
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
    return tuple(clean_line(line, 400) if line else "" for line in lines)


def _row(estimate: Estimate, note: str = "") -> str:
    success = f"{estimate.success.mean:.0%} ({100 * estimate.success.low:.0f}-{estimate.success.high:.0%})"
    return f"  {success:<15} {_dollars(estimate.cost):<19} {estimate.plan}{note}"


def _dollars(cost: Interval) -> str:
    return f"${cost.mean:.2f} ({cost.low:.2f}-{cost.high:.2f})"
