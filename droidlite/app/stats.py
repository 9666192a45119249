"""`droidlite stats`: spend by day, model and repository, and what the reference model would have cost."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from droidlite.app.counterfactual import cost_on
from droidlite.app.period import begin_of
from droidlite.app.pool import Pool
from droidlite.app.setup import Setup, read_setup
from droidlite.events import Counterfactual, ModelUsage, add_call
from droidlite.session.accounts import Account, Accounts, read_accounts
from droidlite.session.records import Spent
from droidlite.settings.catalog import resolve
from droidlite.settings.paths import find_root, repository_of
from droidlite.settings.repricing import Repricer
from droidlite.types import ModelSpec
from droidlite.ui.plain import show, show_json, width
from droidlite.ui.spending import Day, ModelSpend, RepositorySpend, Saving, Stats, stats_lines

NOTHING = "Nothing to compare with: no model with a known price may be used here"


def show_stats(cwd: Path, since: str, everywhere: bool, reference: str, as_json: bool) -> int:
    """Prints it. Raises UsageError, SettingsError, Refused."""
    stats = stats_of(read_setup(cwd), cwd, since, everywhere=everywhere, reference=reference)
    if stats.why_not == NOTHING:
        stats = msgspec.structs.replace(stats, why_not=f"{NOTHING}; name one: --reference")
    if as_json:
        show_json(stats)
        return 0
    if not stats.calls:
        folder = "" if everywhere else " of this folder's repository; --all counts every one"
        show([*stats_lines(stats, width()), "", f"No model was paid for in the sessions{folder}."])
        return 0
    show(stats_lines(stats, width()))
    return 0


def stats_of(setup: Setup, cwd: Path, since: str, *, everywhere: bool = False, reference: str = "") -> Stats:
    """What was spent since `since` ("" = always) in the repository of `cwd`, or everywhere. Raises UsageError."""
    begin = begin_of(since, datetime.datetime.now().astimezone())
    repository = None if everywhere else repository_of(find_root(cwd))
    accounts = accounts_of(setup, begin, repository)
    other, why_not = _reference(setup, reference)
    return add_up(accounts, setup, begin=begin, repository=repository, reference=other, why_not=why_not)


def accounts_of(setup: Setup, begin: datetime.datetime | None, repository: Path | None) -> Accounts:
    """The sessions of `repository` (None = all) that went on after `begin` (None = always)."""
    return read_accounts(
        setup.places.state / "sessions",
        since=begin.timestamp() if begin else 0.0,
        wanted=lambda cwd: repository is None or _repository(cwd) == str(repository),
    )


def add_up(
    accounts: Accounts,
    setup: Setup,
    *,
    begin: datetime.datetime | None = None,
    repository: Path | None = None,
    reference: ModelSpec | None = None,
    why_not: str = "",
) -> Stats:
    """All calls of `accounts` since `begin`, and those on `reference` (None = not compared, for the reason given)."""
    since = begin.timestamp() if begin else 0.0
    paid = [(account, calls) for account in accounts.found if (calls := [c for c in account.calls if c.at >= since])]
    calls = [call for _, some in paid for call in some]
    savings, why_not = _against(paid, setup, reference, why_not)
    return Stats(
        since=begin.isoformat(timespec="seconds") if begin else "",
        repository=str(repository) if repository else "",
        sessions=len(paid),
        calls=len(calls),
        cost_usd=round(sum(call.usd for call in calls), 8),
        days=_days(calls),
        models=_models(calls),
        repositories=_repositories(paid),
        counterfactual=Counterfactual(model=reference.id, cost_usd=_sum(savings)) if reference and savings else None,
        saved_usd=round(sum(saving.saved_usd for saving in savings), 8) if savings else None,
        savings=savings,
        why_not=why_not,
        unpriced=sum(call.unpriced for call in calls),
        unmeasured=sum(call.usage is None and call.usd > 0 for call in calls),
        scripted_sessions=sum(1 for account in accounts.found if account.scripted and not account.calls),
        unreadable=accounts.unreadable,
    )


Paid = list[tuple[Account, list[Spent]]]
"""Sessions with their calls in the time looked at."""


def _reference(setup: Setup, name: str) -> tuple[ModelSpec | None, str]:
    """The model all is held against: the one named, else the strongest allowed; and why there is none."""
    if name:
        return resolve(name, setup.catalog, setup.settings.aliases, setup.endpoints), ""
    spec = Pool(setup).reference()
    return spec, "" if spec else NOTHING


def _against(paid: Paid, setup: Setup, reference: ModelSpec | None, why_not: str) -> tuple[tuple[Saving, ...], str]:
    """What was saved against `reference`, by who chose; and why that cannot be told ("" = it can)."""
    if reference is None or not paid:
        return (), why_not
    savings = _savings(paid, reference, Repricer(setup.prices))
    if savings is None:
        return (), f"What {reference.id} would have cost is not known: it has no price for some of that time."
    return savings, why_not


def _days(calls: Iterable[Spent]) -> tuple[Day, ...]:
    sums: dict[str, list[Spent]] = defaultdict(list)
    for call in calls:
        sums[datetime.date.fromtimestamp(call.at).isoformat()].append(call)
    return tuple(
        Day(day=day, cost_usd=round(sum(call.usd for call in some), 8), calls=len(some))
        for day, some in sorted(sums.items())
    )


def _models(calls: Iterable[Spent]) -> tuple[ModelSpend, ...]:
    sums: dict[str, ModelUsage] = {}
    for call in calls:
        sums[call.model] = add_call(sums.get(call.model), call.usage, call.usd, unpriced=call.unpriced)
    rows = (
        ModelSpend(model=model, calls=m.calls, usage=m.usage, cost_usd=round(m.cost_usd, 8), unpriced=m.unpriced)
        for model, m in sums.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.cost_usd, -row.calls, row.model)))


def _repositories(paid: Paid) -> tuple[RepositorySpend, ...]:
    sums: dict[str, list[list[Spent]]] = defaultdict(list)
    for account, calls in paid:
        sums[_repository(account.cwd)].append(calls)
    rows = (
        RepositorySpend(
            repository=repository,
            sessions=len(sessions),
            calls=sum(map(len, sessions)),
            cost_usd=round(sum(call.usd for calls in sessions for call in calls), 8),
        )
        for repository, sessions in sums.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.cost_usd, row.repository)))


def _savings(paid: Paid, reference: ModelSpec, repricer: Repricer) -> tuple[Saving, ...] | None:
    """By who chose the model, those with sessions; None where a price is not known."""
    rows = []
    for chosen_by in ("auto", "you"):
        some = [calls for account, calls in paid if account.routed == (chosen_by == "auto")]
        cost = sum(call.usd for calls in some for call in calls)
        other = cost_on(reference, (call for calls in some for call in calls), repricer)
        if other is None:
            return None
        if some:
            rows.append(
                Saving(
                    chosen_by=chosen_by,
                    sessions=len(some),
                    cost_usd=round(cost, 8),
                    counterfactual_usd=round(other, 8),
                    saved_usd=round(other - cost, 8),
                )
            )
    return tuple(rows)


def _sum(savings: tuple[Saving, ...]) -> float:
    return round(sum(saving.counterfactual_usd for saving in savings), 8)


@cache
def _repository(cwd: str) -> str:
    return str(repository_of(Path(cwd))) if cwd else ""
