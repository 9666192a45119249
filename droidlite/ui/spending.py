"""What sessions cost, as a person reads it: a bar for every day, tables by model and repository, what was saved."""

import datetime
from collections.abc import Iterator, Sequence

from msgspec import Struct

from droidlite.events import Counterfactual
from droidlite.sanitise import clean_line
from droidlite.types import Usage
from droidlite.ui.cells import column_widths, cut, set_in_columns, wrap
from droidlite.ui.wording import counted, dollars, left_out, other_than

DAYS = 45
"""A longer time is drawn by weeks."""
_DATE = 10
_LEAST_BAR = 10


class Day(Struct, frozen=True, kw_only=True):
    """Spend in USD of one day (ISO date, local time)."""

    day: str
    cost_usd: float
    calls: int


class ModelSpend(Struct, frozen=True, kw_only=True):
    """One model's; `unpriced` of its calls have no known price and are in no sum."""

    model: str
    calls: int
    usage: Usage
    cost_usd: float
    unpriced: int = 0


class RepositorySpend(Struct, frozen=True, kw_only=True):
    repository: str
    sessions: int
    calls: int
    cost_usd: float


class Saving(Struct, frozen=True, kw_only=True):
    """Sessions that `chosen_by` (auto or you) began on a model: what they cost, and the reference on their tokens."""

    chosen_by: str
    sessions: int
    cost_usd: float
    counterfactual_usd: float
    saved_usd: float


class Stats(Struct, frozen=True, kw_only=True):
    """Everything `droidlite stats --json` says. `since` is an ISO time ("" = always), `repository` a folder ("" = all);
    days without spend are left out. counterfactual: all priced calls on the reference model; `why_not` says why there
    is none. unpriced, unmeasured: calls without a known price, and without a token count (they cost what they cost on
    both sides). scripted_sessions and `unreadable` ones are left out."""

    since: str
    repository: str
    sessions: int
    calls: int
    cost_usd: float
    days: tuple[Day, ...]
    models: tuple[ModelSpend, ...]
    repositories: tuple[RepositorySpend, ...]
    counterfactual: Counterfactual | None = None
    saved_usd: float | None = None
    savings: tuple[Saving, ...] = ()
    why_not: str = ""
    unpriced: int = 0
    unmeasured: int = 0
    scripted_sessions: int = 0
    unreadable: tuple[str, ...] = ()


def stats_lines(stats: Stats, width: int) -> Iterator[str]:
    """The whole of it in lines of at most `width` cells, without colour."""
    where = f" of {stats.repository}" if stats.repository else " of all folders"
    since = f" since {stats.since[:_DATE]}" if stats.since else ""
    sums = f"{dollars(stats.cost_usd)} in {counted(stats.sessions, 'session')}, {counted(stats.calls, 'call')}"
    yield from wrap(clean_line(f"Spend{where}{since}: {sums}", 500), width)
    if stats.days:
        yield ""
        yield from bars(stats.days, width)
        yield ""
        yield from _models(stats.models, width)
    if len(stats.repositories) > 1:
        yield ""
        yield from _repositories(stats.repositories, width)
    for paragraph in (_saved(stats), _left_out(stats)):
        if paragraph:
            yield ""
            for sentence in paragraph:
                yield from wrap(sentence, width)


def bars(days: Sequence[Day], width: int) -> Iterator[str]:
    """A bar for each day from the first to the last, or for each week where there are many."""
    weekly = _date(days[-1]) - _date(days[0]) >= datetime.timedelta(days=DAYS)
    step = datetime.timedelta(days=7 if weekly else 1)
    sums: dict[datetime.date, float] = {}
    for day in days:
        date = _date(day)
        begin = date - datetime.timedelta(days=date.weekday()) if weekly else date
        sums[begin] = sums.get(begin, 0.0) + day.cost_usd
    most, last = max(sums.values()), max(sums)
    money = max(len(dollars(usd)) for usd in sums.values())
    room = max(width - _DATE - money - 4, _LEAST_BAR)
    if weekly:
        yield "by week, from Monday"
    date = min(sums)
    while date <= last:
        usd = sums.get(date, 0.0)
        bar = "#" * max(round(room * usd / most), 1) if usd > 0 else ""
        yield f"{date.isoformat()}  {bar:<{room}}  {dollars(usd):>{money}}"
        date += step


def _date(day: Day) -> datetime.date:
    return datetime.date.fromisoformat(day.day)


def _models(models: Sequence[ModelSpend], width: int) -> Iterator[str]:
    rows = [("model", "calls", "tokens in", "cached", "tokens out", "cost")]
    for row in models:
        total = row.usage.input + row.usage.cache_read + row.usage.cache_write
        cached = f"{row.usage.cache_read / total:.0%}" if total else ""
        cost = dollars(row.cost_usd) + (f" + {row.unpriced} unpriced" if row.unpriced else "")
        cost = "price not known" if row.unpriced == row.calls else cost
        rows.append((clean_line(row.model, 80), f"{row.calls:,}", f"{total:,}", cached, f"{row.usage.output:,}", cost))
    widths = column_widths(rows, width, ((0, 16), (3, 0), (4, 0), (2, 0)))
    yield from (set_in_columns(row, widths, frozenset({1, 2, 3, 4, 5})) for row in rows)


def _repositories(repositories: Sequence[RepositorySpend], width: int) -> Iterator[str]:
    rows = [("repository", "sessions", "cost")]
    rows += [
        (clean_line(row.repository, 200) or "(not known)", f"{row.sessions:,}", dollars(row.cost_usd))
        for row in repositories
    ]
    widths = column_widths(rows, width, ((0, 16),))
    for name, *rest in rows:
        kept = name if len(name) <= widths[0] else "…" + cut(name[-widths[0] + 1 :], widths[0] - 1)
        yield set_in_columns((kept, *rest), widths, frozenset({1, 2}))


def _saved(stats: Stats) -> Iterator[str] | None:
    other = other_than((row.model for row in stats.models), stats.counterfactual)
    if other is None:
        return iter([stats.why_not]) if stats.why_not else None
    return _sentences(stats, other)


def _sentences(stats: Stats, other: Counterfactual) -> Iterator[str]:
    yield (
        f"On {other.model} alone, the reference, it would have cost {dollars(other.cost_usd)} ({other.basis}): "
        f"{difference(stats.saved_usd or 0.0, other.cost_usd)}."
    )
    for saving in stats.savings:
        chosen = "auto chose the model" if saving.chosen_by == "auto" else "you chose the model"
        yield (
            f"- {chosen} in {counted(saving.sessions, 'session')}: {dollars(saving.cost_usd)} instead of "
            f"{dollars(saving.counterfactual_usd)}"
        )
    yield "Another model would have used other tokens, and might have solved more or less; this counts neither."


def difference(saved: float, of: float) -> str:
    """USD saved, and what share of `of` that is; or what was spent above it."""
    if saved < 0:
        return f"{dollars(-saved)} more was spent"
    return f"{dollars(saved)} saved" + (f", {saved / of:.0%}" if of else "")


def _left_out(stats: Stats) -> list[str]:
    told = []
    if stats.unpriced:
        names = ", ".join(row.model for row in stats.models if row.unpriced)
        calls = f"{counted(stats.unpriced, 'call')} of {clean_line(names, 200)}"
        told.append(f"Without a known price, and in no sum: {calls}.")
    if stats.unmeasured:
        told.append(f"{counted(stats.unmeasured, 'call')} told no token count: counted at what they cost, both ways.")
    return [*told, *left_out(stats.scripted_sessions, stats.unreadable)]
