"""`droidlite stats --router`: what became of the sessions auto began, of its switches, and what hindsight says."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from droidlite.app.period import begin_of
from droidlite.app.setup import read_setup
from droidlite.app.stats import accounts_of
from droidlite.routing.course import ASKED, PERSON
from droidlite.routing.escalation import FAILED_CHECK, STOPPED, is_failover
from droidlite.session.accounts import Account
from droidlite.session.outcomes import result_of
from droidlite.settings.paths import find_root, repository_of
from droidlite.types import Switch
from droidlite.ui.plain import show, show_json, width
from droidlite.ui.routing_record import Cause, RouterStats, Start, router_lines

KNOWN = frozenset({"judged", "verified", "rewound"})
"""What tells an outcome for certain enough to judge the router by: that nobody checked tells nothing."""


def show_router_stats(cwd: Path, since: str, everywhere: bool, as_json: bool) -> int:
    """Prints it. Raises UsageError, SettingsError, Refused."""
    setup = read_setup(cwd)
    begin = begin_of(since, datetime.now().astimezone())
    repository = None if everywhere else repository_of(find_root(cwd))
    accounts = accounts_of(setup, begin, repository).found
    stats = judge_router(
        accounts,
        since=begin.isoformat(timespec="seconds") if begin else "",
        repository=str(repository) if repository else "",
    )
    show_json(stats) if as_json else show(router_lines(stats, width()))
    return 0


def judge_router(accounts: Iterable[Account], *, since: str = "", repository: str = "") -> RouterStats:
    """What the sessions tell that auto began and that models were paid for in."""
    began = [account for account in accounts if account.routed and account.work and not account.forked_from]
    told = [_Told(account) for account in began]
    known = [each for each in told if each.known]
    failed = [each for each in known if each.start_failed]
    moved = [each for each in known if each.switches]
    return RouterStats(
        since=since,
        repository=repository,
        sessions=len(told),
        known=len(known),
        solved=sum(each.solved for each in known),
        expected=_mean([each.expected for each in known if each.expected is not None]),
        cost_usd=_sum(each.account.cost_usd for each in told),
        known_usd=_sum(each.account.cost_usd for each in known),
        failed_starts=len(failed),
        caught=sum(each.caught for each in failed),
        moved=len(moved),
        rescued=sum(each.solved for each in moved),
        switches=sum(len(each.switches) for each in told),
        wasted=sum(len(each.switches) for each in moved if not each.solved),
        premium_usd=_sum(switch.price_usd for each in told for switch in each.switches),
        start_regret_usd=_sum(each.before_usd for each in moved if each.solved),
        switch_regret_usd=_sum(each.after_usd for each in moved if not each.solved),
        causes=_causes(known),
        starts=_starts(known),
    )


class _Told:
    """One session and what it says of the router: a model that could not be reached is no choice that failed."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.switches = tuple(switch for switch in account.switches if not is_failover(switch))
        told = result_of(account)
        self.known = told is not None and told[2] in KNOWN
        self.solved = told is not None and told[0]
        decision = account.decision
        self.kind = decision.kind if decision else ""
        self.expected = decision.estimate.success.mean if decision and decision.estimate else None
        self.start_failed = bool(self.switches) or not self.solved
        last = self.switches[-1].to if self.switches else account.models[-1]
        self.after_usd = sum(call.usd for call in account.work if call.model == last) if self.switches else 0.0
        self.before_usd = account.cost_usd - self.after_usd

    @property
    def caught(self) -> bool:
        """Whether the failure of the model at the start was noticed: a switch that no person had to ask for, or a check
        that still failed at the end. What was called done, and was not, was missed."""
        ended = self.account.ended.subtype if self.account.ended else ""
        return any(switch.cause != PERSON for switch in self.switches) or ended == "error_verify"


def cause_of(switch: Switch) -> str:
    """Which kind of cause: "failed check", "spend", "model asked", "person asked" or "signs"."""
    named = {FAILED_CHECK: "failed check", ASKED: "model asked", PERSON: "person asked"}
    return named.get(switch.cause) or ("spend" if STOPPED in switch.cause else "signs")


def _causes(known: Sequence[_Told]) -> tuple[Cause, ...]:
    found: dict[str, list[tuple[Switch, bool]]] = defaultdict(list)
    for each in known:
        for switch in each.switches:
            found[cause_of(switch)].append((switch, each.solved))
    rows = (
        Cause(
            cause=cause,
            switches=len(some),
            solved=sum(solved for _, solved in some),
            premium_usd=_sum(switch.price_usd for switch, _ in some),
        )
        for cause, some in found.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.switches, row.cause)))


def _starts(known: Sequence[_Told]) -> tuple[Start, ...]:
    found: dict[tuple[str, str], list[_Told]] = defaultdict(list)
    for each in known:
        found[each.kind, each.account.models[0]].append(each)
    rows = (_start(kind, model, some) for (kind, model), some in found.items())
    return tuple(sorted(rows, key=lambda row: (-row.sessions, row.kind, row.model)))


def _start(kind: str, model: str, some: Sequence[_Told]) -> Start:
    solved = sum(each.solved for each in some)
    cost = sum(each.account.cost_usd for each in some)
    return Start(
        kind=kind,
        model=model,
        sessions=len(some),
        alone=sum(not each.start_failed for each in some),
        rescued=sum(each.solved and bool(each.switches) for each in some),
        unsolved=len(some) - solved,
        expected=_mean([each.expected for each in some if each.expected is not None]),
        solved_usd=round(cost / solved, 8) if solved else None,
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _sum(values: Iterable[float]) -> float:
    return round(sum(values), 8)
