"""What one session has cost, as a person reads it: by model, what the cache saved, what each change of model cost."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from droidlite.events import Counterfactual, SharedLedger
from droidlite.sanitise import clean_line
from droidlite.types import Switch, Usage, add_usage
from droidlite.ui.adding import column_of_dollars
from droidlite.ui.cells import column_widths, set_in_columns, wrap
from droidlite.ui.spending import ModelSpend, difference
from droidlite.ui.wording import counted, dollars, instead, of_ledger, other_than

_NOTHING = 5e-10
"""USD below which an amount is the noise of adding floating-point numbers up."""
_HEADERS = ("model", "calls", "tokens in", "cached", "tokens out", "cost")
_SHRINK = ((0, 16), (4, 0), (3, 0), (2, 0), (1, 0))


class StageCost(Struct, frozen=True, kw_only=True):
    """What was spent while one model was at work; `switch` is what brought it in (None: it began, or was chosen),
    `passed` how its last check ended (None: there was none)."""

    model: str
    calls: int
    cost_usd: float
    switch: Switch | None = None
    passed: bool | None = None


class Bill(Struct, frozen=True, kw_only=True):
    """A session's spend in USD. `models`, `lost_usd` (calls that broke off before they could be settled, at their worst
    case) and `open_usd` (calls under way, at theirs) add up to `total_usd`. beside: the calls among them that did none
    of the work (judge, reviewer, adviser). saved_usd: what the same tokens would have cost more without the cache, None
    = not known."""

    total_usd: float
    cap_usd: float | None = None
    models: tuple[ModelSpend, ...] = ()
    lost_usd: float = 0.0
    open_usd: float = 0.0
    beside_calls: int = 0
    beside_usd: float = 0.0
    saved_usd: float | None = None
    stages: tuple[StageCost, ...] = ()
    counterfactual: Counterfactual | None = None
    ledger: SharedLedger | None = None


def bill_lines(bill: Bill, width: int) -> list[str]:
    """All of it in lines of at most `width` cells, without colour."""
    cap = "" if bill.cap_usd is None else f" of {dollars(bill.cap_usd)}"
    lines = wrap(f"{dollars(bill.total_usd)}{cap} in this session", width)
    if bill.ledger is not None:
        lines += wrap(clean_line(of_ledger(bill.ledger), 300), width)
    if bill.models or bill.total_usd > _NOTHING:
        lines += ["", *_table(bill, width)]
    for paragraph in (_remarks(bill), _changes(bill), _instead(bill)):
        told = [line for sentence in paragraph for line in _hung(sentence, width)]
        lines += ["", *told] if told else []
    return lines


def _hung(sentence: str, width: int) -> list[str]:
    """What follows the first line of an item stands below its text."""
    if not sentence.startswith("- "):
        return wrap(sentence, width)
    first, *rest = wrap(sentence[2:], width - 2)
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _table(bill: Bill, width: int) -> Iterator[str]:
    named = [(clean_line(row.model, 80), _counts(row.calls, row.usage), row.cost_usd) for row in bill.models]
    for name, usd in (("broken off, at most", bill.lost_usd), ("under way, at most", bill.open_usd)):
        named += [(name, ("", "", "", ""), usd)] if usd > _NOTHING else []
    *costs, total = column_of_dollars([usd for _, _, usd in named])
    rows = [(name, *counts, cost) for (name, counts, _), cost in zip(named, costs, strict=True)]
    if len(rows) > 1:
        rows.append(("total", *_all_counts(bill.models), total))
    table = [_HEADERS, *rows]
    widths = column_widths(table, width, _SHRINK)
    yield from (set_in_columns(row, widths, frozenset(range(1, len(_HEADERS)))) for row in table)


def _counts(calls: int, usage: Usage) -> tuple[str, str, str, str]:
    read = usage.input + usage.cache_read + usage.cache_write
    cached = f"{usage.cache_read / read:.0%}" if read else ""
    return f"{calls:,}", f"{read:,}", cached, f"{usage.output:,}"


def _all_counts(models: Sequence[ModelSpend]) -> tuple[str, str, str, str]:
    usage = Usage()
    for row in models:
        usage = add_usage(usage, row.usage)
    return _counts(sum(row.calls for row in models), usage)


def _remarks(bill: Bill) -> Iterator[str]:
    for row in bill.models:
        if row.unpriced:
            yield f"{clean_line(row.model, 80)}: {counted(row.unpriced, 'call')} at a price not known, and in no sum"
    if bill.beside_calls:
        calls = counted(bill.beside_calls, "call")
        yield f"of which {dollars(bill.beside_usd)} for {calls} beside the work (judge, reviewer, adviser)"
    if bill.saved_usd is not None and bill.saved_usd > _NOTHING:
        without = dollars(bill.total_usd + bill.saved_usd)
        yield f"the cache saved {dollars(bill.saved_usd)}: without it {without}"


def _changes(bill: Bill) -> Iterator[str]:
    """What each model cost from when it took over, what brought it in, and what came of it."""
    if not any(stage.switch for stage in bill.stages):
        return
    yield "model by model, and what came of it:"
    for stage in bill.stages:
        ended = {None: "no check", True: "the check passed", False: "the check failed"}[stage.passed]
        calls = counted(stage.calls, "call")
        why = f". It took over: {clean_line(_because(stage.switch), 400)}" if stage.switch is not None else ""
        yield f"- {clean_line(stage.model, 80)}: {dollars(stage.cost_usd)} for {calls}; {ended}{why}"


def _because(switch: Switch) -> str:
    price = (f"{dollars(switch.price_usd)} for the switch",) if switch.price_usd and not switch.reasons else ()
    return "; ".join((switch.cause, *switch.reasons, *price))


def _instead(bill: Bill) -> Iterator[str]:
    if (other := other_than((row.model for row in bill.models), bill.counterfactual)) is not None:
        yield f"instead: {instead(other)}: {difference(other.cost_usd - bill.total_usd, other.cost_usd)}"
