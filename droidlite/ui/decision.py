"""A decision of the router in words: one line before the first call, and everything behind it on request. Pure."""

from collections.abc import Sequence

from droidlite.sanitise import clean_line
from droidlite.types import Estimate, Interval, RoutingDecision, Switch
from droidlite.ui.conversation import Status
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


def _row(estimate: Estimate, note: str = "") -> str:
    success = f"{estimate.success.mean:.0%} ({100 * estimate.success.low:.0f}-{estimate.success.high:.0%})"
    return f"  {success:<15} {_dollars(estimate.cost):<19} {estimate.plan}{note}"


def _dollars(cost: Interval) -> str:
    return f"${cost.mean:.2f} ({cost.low:.2f}-{cost.high:.2f})"
