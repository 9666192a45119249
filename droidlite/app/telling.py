"""What a person at a terminal is told of a session: where it stands, and what it has cost."""

import os
import time

from droidlite.app.repository import git_state
from droidlite.app.session import Parts
from droidlite.app.ways import Ways
from droidlite.reliability.allowance import Allowance
from droidlite.reliability.health import Kept
from droidlite.sanitise import clean_line
from droidlite.ui.conversation import Spending, Status
from droidlite.ui.wording import ago, duration, tokens


def status_of(parts: Parts) -> Status:
    driver = parts.agent.driver
    return Status(
        model=driver.route.spec.id,
        strategy="chosen" if parts.decision.strategy == "chosen" else "auto",
        aim=parts.escalation.decision.mode if parts.decision.strategy != "chosen" else "",
        switch_share=parts.escalation.switch_share if parts.decision.strategy != "chosen" else 0.0,
        session_id=parts.session_id,
        cwd=parts.cwd,
        place=place_of(parts.cwd, here()),
        endpoint=driver.route.endpoint,
        cost_usd=driver.budget.spent_usd,
        cap_usd=driver.budget.cap_usd,
        context_tokens=parts.agent.transcript.estimate(),
        context_window=driver.route.spec.context,
        autonomy=parts.agent.toolbox.permissions.autonomy,
        sandbox=parts.context.sandbox,
        effort=driver.effort,
        branch=git_state(parts.context.root).removeprefix("branch "),
        scripted=driver.route.scripted,
        stored=parts.journal.stored,
        title=parts.title,
    )


def here() -> str:
    """The folder the person's shell is in; "" where it is gone."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def place_of(folder: str, here: str) -> str:
    """The shortest name of `folder` in a shell that is in `here`; "" where it is that folder."""
    if folder == here:
        return ""
    near = os.path.relpath(folder, here) if here else folder
    near = near if near[0] != "-" else f"./{near}"
    return min(near, folder, key=len)


def going_on(parts: Parts) -> str:
    """Which model goes on though the aim is another, and why."""
    model = parts.agent.driver.route.spec.id
    if parts.decision.strategy == "chosen":
        return f"{model} goes on, you chose it"
    return f"{model} goes on, its cache is warm" if parts.escalation.is_warm else f"{model} goes on"


def endpoint_lines(parts: Parts) -> tuple[str, ...]:
    """How each way to the session's model does; the one in use is marked."""
    route = parts.agent.driver.route
    ways = route.failover
    if not isinstance(ways, Ways):
        return ()
    return tuple(
        f"{'> ' if way.name == route.endpoint else '  '}{way.name}: {doing(way.health.kept(), time.time())}"
        for way in ways.of(route.spec)
    )


def doing(kept: Kept, now: float) -> str:
    """How a way does: its state and for how long, how soon it answers, what is left of its limits, its last error.
    `now` is in seconds since 1970."""
    states = {
        "ok": "ok",
        "failing": "tried after the others",
        "half-open": "open again after failures, for one call to prove it",
        "limited": "at its limit",
        "open": "left alone after failures",
        "quarantined": "refused the key or is out of credit",
    }
    told = [states[kept.state]]
    if kept.until > now and kept.state != "quarantined":
        told[0] += f" for {duration(kept.until - now)}"
    if kept.latency is not None:
        told.append(f"first word after {duration(kept.latency)}")
    if left := _left(kept.allowance):
        told.append(f"{left} left {ago(now - kept.told_at)}")
    if kept.error:
        told.append(f"failed {ago(now - kept.failed_at)}: {kept.error}")
    return clean_line(" · ".join(told), 500)


def _left(allowance: Allowance | None) -> str:
    if allowance is None:
        return ""
    counts = {
        "requests": (allowance.requests_left, allowance.requests),
        "tokens": (allowance.tokens_left, allowance.tokens),
    }
    return ", ".join(
        f"{tokens(left)} of {tokens(most) if most else '?'} {noun}"
        for noun, (left, most) in counts.items()
        if left is not None
    )


def spending_of(parts: Parts) -> Spending:
    budget = parts.agent.driver.budget
    return Spending(
        by_model=dict(budget.by_model),
        total_usd=budget.spent_usd,
        counterfactual=parts.counterfactual(parts.decision),
    )
