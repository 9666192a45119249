"""When a plan goes on to its next model: pure functions over its stages and what has been spent. Never over words."""

from collections.abc import Callable, Sequence

from droidlite.types import ModelSpec, Stage, Switch, Usage

FAILED_CHECK = "the check still fails"
"""The one cause that tells for certain that the model before has failed."""
STOPPED = "few of the tasks it solves cost more than"
"""In the cause of a switch that the spend of a stage brought about."""
FAILED_OVER = "no way to it is open"
"""How the cause begins of a switch from a model whose services fail: it says nothing of the model."""


def cause_to_move(stages: Sequence[Stage], at: int, spent_usd: float, *, check_failed: bool) -> str:
    """Why stage number `at` (from 0), which has spent `spent_usd`, gives way to the next; "" where it stays."""
    if at + 1 >= len(stages):
        return ""
    stop = stages[at].stop_usd
    if check_failed:
        return FAILED_CHECK
    if stop is not None and spent_usd >= stop:
        return f"{stages[at].model} has spent ${spent_usd:.2f}; {STOPPED} ${stop:.2f}"
    return ""


def is_failover(switch: Switch) -> bool:
    """Whether a model gave way because it could not be reached."""
    return switch.cause.startswith(FAILED_OVER)


def switch_price(cost: Callable[[ModelSpec, Usage], float | None], to: ModelSpec, context_tokens: int) -> float | None:
    """USD that a switch costs beyond what a call would cost anyway: the conversation is read cold by `to` once, instead
    of from its cache. None where the price is not known."""
    cold, warm = cost(to, Usage(cache_write=context_tokens)), cost(to, Usage(cache_read=context_tokens))
    return None if cold is None or warm is None else max(cold - warm, 0.0)
