"""What handing a conversation over costs: all of it read cold by the new model, or a note written by the old one. Pure.

With N tokens of conversation, W of them still in the cache of the old model A, a note of n tokens, K tokens that are
handed over beside it, and per token of a model X the prices w_X (written to its cache, or plain input), r_X (read from
it) and o_X (output):

    whole   N w_B
    note    [W r_A + (N - W + QUESTION) w_A + n o_A]  +  (K + n) w_B

Prices come from a callable, at the real size and time of each call.
"""

from collections.abc import Callable

from msgspec import Struct

from droidlite.types import ModelSpec, Usage

Cost = Callable[[ModelSpec, Usage], float | None]
"""USD of one call, now; None where the price is not known."""
QUESTION = 250
"""Tokens of prompts/handoff.md."""
NOTE = 1_500
"""Tokens a note is expected to have, thinking about it included."""
LEAST_SAVING_USD = 0.02
"""A note leaves things out: below this there is nothing to be gained for that."""


class Load(Struct, frozen=True, kw_only=True):
    """In tokens: `whole` conversation, how many of it are `warm` in the old model's cache, what is `kept` beside a note
    (the system prompt and the tools included), and the `note`."""

    whole: int
    kept: int
    warm: int = 0
    note: int = NOTE


class HandoffCost(Struct, frozen=True, kw_only=True):
    """USD of both ways; `writing_usd` is the old model's part of the second."""

    whole_usd: float
    note_usd: float
    writing_usd: float

    @property
    def note_pays(self) -> bool:
        return self.whole_usd - self.note_usd > LEAST_SAVING_USD


def handoff_cost(cost: Cost, here: ModelSpec, there: ModelSpec, load: Load) -> HandoffCost | None:
    """Both ways from `here` to `there`; None where a price is not known."""
    warm = min(max(load.warm, 0), load.whole)
    asked = Usage(cache_read=warm, cache_write=load.whole - warm + QUESTION, output=load.note)
    writing = cost(here, asked)
    reading = cost(there, Usage(cache_write=load.kept + load.note))
    whole = cost(there, Usage(cache_write=load.whole))
    if writing is None or reading is None or whole is None:
        return None
    return HandoffCost(whole_usd=whole, note_usd=writing + reading, writing_usd=writing)
