"""What a person at a terminal is told of a session: where it stands, and what it has cost."""

from droidlite.app.assemble import git_state
from droidlite.app.session import Parts
from droidlite.app.sharing import shared_ledger
from droidlite.ui.conversation import Spending, Status
from droidlite.ui.wording import counted, instead, of_ledger


def status_of(parts: Parts) -> Status:
    driver = parts.agent.driver
    return Status(
        model=driver.route.spec.id,
        strategy="chosen" if parts.decision.strategy == "chosen" else "auto",
        session_id=parts.session_id,
        cwd=parts.cwd,
        endpoint=driver.route.endpoint,
        cost_usd=driver.budget.spent_usd,
        cap_usd=driver.budget.cap_usd,
        context_tokens=parts.agent.transcript.estimate(),
        context_window=driver.route.spec.context,
        autonomy=parts.agent.toolbox.permissions.autonomy,
        effort=driver.effort,
        branch=git_state(parts.context.root).removeprefix("branch "),
        scripted=parts.scripted,
        stored=parts.journal.stored,
    )


def cost_lines(parts: Parts) -> tuple[str, ...]:
    """What each model has cost, and what the reference would have."""
    budget = parts.agent.driver.budget
    cap = "" if budget.cap_usd is None else f" of ${budget.cap_usd:.2f}"
    lines = [f"${budget.spent_usd:.4f}{cap} in this session"]
    if (ledger := shared_ledger(budget)) is not None:
        lines.append(of_ledger(ledger))
    for model, used in budget.by_model.items():
        usage = used.usage
        total = usage.input + usage.cache_read + usage.cache_write
        hits = f", {usage.cache_read / total:.0%} from the cache" if total else ""
        lines.append(
            f"{model}: ${used.cost_usd:.4f}, {used.calls} calls, {total:,} tokens in{hits}, {usage.output:,} out"
        )
        if used.unpriced:
            lines.append(f"{model}: the price of {counted(used.unpriced, 'call')} is not known, and in no sum")
    other = parts.counterfactual(parts.decision)
    return tuple(lines) if other is None else (*lines, f"instead: {instead(other)}")


def spending_of(parts: Parts) -> Spending:
    budget = parts.agent.driver.budget
    return Spending(
        by_model=dict(budget.by_model),
        total_usd=budget.spent_usd,
        counterfactual=parts.counterfactual(parts.decision),
    )
