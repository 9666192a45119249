"""The gate: what going on costs against what a change of model costs, in dollars, failure priced in. Pure.

With N context tokens, d new and q output tokens a call, and of each model X the prices of a token w_X (written to the
cache, or plain input), r_X (read from it), o_X (output), the calls left T_X, the chance p_X that it finishes, the
tokens W_X of the context that its cache still holds; L the worth of a finished task, H what the handoff costs:

    call    c_X = N r_X + d w_X + q o_X
    stay        = [A is cold: N (w_A - r_A)] + T_A c_A + (1 - p_A) L
    switch      = (N - W_B) (w_B - r_B) + H + T_B c_B + (1 - p_B) L       open where stay - switch > margin

The premium, which is shown and held against the cap, is what only the switch costs: its first two terms, and of the
reading nothing where A is cold too. Prices come from a callable, at the real size, time and kind of cache: w, r and o
are never asked for by themselves, since a token's price may change with the size of the call.
"""

from collections.abc import Callable

from msgspec import Struct

from droidlite.routing.planning import WORTH
from droidlite.settings.config import Mode
from droidlite.types import Usage

Price = Callable[[Usage], float | None]
"""USD of one call of a model, now; None where its price is not known."""
LIFT = 0.19
"""Of what a stronger model would solve more, one consultation of it brings so much: NVIDIA's report on its advisor
(Switchyard, 2026) has 43.8 to 54.7 % solved, 10.9 of 56.2 points missing. Less than that is not known."""


class Ahead(Struct, frozen=True, kw_only=True):
    """What a call from here on looks like, in tokens: N, d and q."""

    context: int
    new: int
    output: int


class Side(Struct, frozen=True, kw_only=True):
    """One model from here on: expected calls left, the chance (0 to 1) that it finishes, and how many tokens of the
    context its cache still holds."""

    price: Price
    calls: float
    success: float
    warm: int = 0


class Gate(Struct, frozen=True, kw_only=True):
    """Both sums and all that they were made of: tokens, calls, chances (0 to 1), USD. `from` is the model at work."""

    context: int
    new: int
    output: int
    warm_from: int
    warm_to: int
    calls_from: float
    calls_to: float
    success_from: float
    success_to: float
    call_from_usd: float
    call_to_usd: float
    reading_from_usd: float
    reading_to_usd: float
    handoff_usd: float
    premium_usd: float
    worth_usd: float
    margin_usd: float
    stay_usd: float
    switch_usd: float

    @property
    def benefit_usd(self) -> float:
        """What the switch is expected to save, all counted."""
        return self.stay_usd - self.switch_usd

    @property
    def opens(self) -> bool:
        return self.benefit_usd > self.margin_usd


def weigh(
    stay: Side, switch: Side, ahead: Ahead, *, worth_usd: float, handoff_usd: float = 0.0, margin_usd: float = 0.0
) -> Gate | None:
    """The gate between two models; None where a price is not known."""
    here, there = _costs(stay, ahead), _costs(switch, ahead)
    if here is None or there is None:
        return None
    (call_from, reading_from), (call_to, reading_to) = here, there
    return Gate(
        context=ahead.context,
        new=ahead.new,
        output=ahead.output,
        warm_from=min(stay.warm, ahead.context),
        warm_to=min(switch.warm, ahead.context),
        calls_from=stay.calls,
        calls_to=switch.calls,
        success_from=stay.success,
        success_to=switch.success,
        call_from_usd=call_from,
        call_to_usd=call_to,
        reading_from_usd=reading_from,
        reading_to_usd=reading_to,
        handoff_usd=handoff_usd,
        premium_usd=(reading_to if stay.warm > 0 else 0.0) + handoff_usd,
        worth_usd=worth_usd,
        margin_usd=margin_usd,
        stay_usd=reading_from + stay.calls * call_from + (1 - stay.success) * worth_usd,
        switch_usd=reading_to + handoff_usd + switch.calls * call_to + (1 - switch.success) * worth_usd,
    )


def within_share(gate: Gate, *, paid_usd: float, spent_usd: float, share: float) -> bool:
    """Whether this switch and those before it (`paid_usd`, their premiums) stay below `share` of what the task would
    cost without any: what was spent on it, and what going on is expected to cost, failure priced in."""
    return paid_usd + gate.premium_usd <= share * (spent_usd - paid_usd + gate.stay_usd)


def worth_of(mode: Mode, cost_usd: float, success: float) -> float:
    """USD that a solved task is worth in `mode`, by what the reference model pays for one: its expected cost of a task
    and its chance."""
    return WORTH[mode] * cost_usd / max(success, 0.05)


def planned_worth(gate: Gate, share: float) -> float:
    """USD that the plan holds a solved task worth by having this stage at all: what the stage pays for one more solved
    task than staying would, and the share of it that switches may cost. 0 where it solves no more."""
    more = gate.success_to - gate.success_from
    cost = gate.calls_to * gate.call_to_usd - gate.calls_from * gate.call_from_usd
    return max(cost, 0.0) * (1 + share) / more if more > 0 else 0.0


def worth_asking(price_usd: float, *, success_from: float, success_to: float, worth_usd: float) -> bool:
    """Whether one consultation for `price_usd` pays: it brings LIFT of what the stronger model would solve more."""
    return price_usd < LIFT * max(success_to - success_from, 0.0) * worth_usd


def reading_usd(price: Price, *, context: int, warm: int) -> float | None:
    """USD that a model's first call costs beyond a warm one, where its cache holds `warm` of `context` tokens; None
    where the price is not known."""
    side = Side(price=price, calls=1.0, success=0.0, warm=warm)
    costs = _costs(side, Ahead(context=context, new=0, output=0))
    return None if costs is None else costs[1]


def _costs(side: Side, ahead: Ahead) -> tuple[float, float] | None:
    """USD of a warm call, and what the first one costs beyond it."""
    context = ahead.context
    cold = context - min(max(side.warm, 0), context)
    warm_call = side.price(Usage(cache_read=context, cache_write=ahead.new, output=ahead.output))
    first = side.price(Usage(cache_read=context - cold, cache_write=ahead.new + cold, output=ahead.output))
    if warm_call is None or first is None:
        return None
    return warm_call, max(first - warm_call, 0.0)
