"""`droidlite router replay`: what a person's own sessions would have cost under other policies, on the same tokens."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from droidlite.app.counterfactual import cost_on
from droidlite.app.period import begin_of
from droidlite.app.pool import Pool
from droidlite.app.setup import Setup, read_setup
from droidlite.app.stats import accounts_of
from droidlite.routing.router import SURE
from droidlite.session.accounts import Account, Accounts
from droidlite.session.outcomes import result_of
from droidlite.session.records import Spent
from droidlite.settings.paths import find_root, repository_of
from droidlite.settings.repricing import Repricer
from droidlite.types import ModelSpec, RoutingDecision
from droidlite.ui.plain import show, show_json, width
from droidlite.ui.replaying import Policy, Replay, Replayed, replay_lines
from droidlite.ui.wording import counted

AS_IT_WAS, AUTO = "as it was", "auto"
Source = Literal["", "as it ran", "shadowed", "planned"]


def show_replay(cwd: Path, since: str, everywhere: bool, as_json: bool) -> int:
    """Prints it. Raises UsageError, SettingsError, Refused."""
    setup = read_setup(cwd)
    begin = begin_of(since, datetime.datetime.now().astimezone())
    repository = None if everywhere else repository_of(find_root(cwd))
    replay = replayed(accounts_of(setup, begin, repository), setup, begin=begin, repository=repository)
    if as_json:
        show_json(replay)
        return 0
    nothing = ["", "There is nothing to replay; --all takes the sessions of every folder."]
    show([*replay_lines(replay, width()), *(() if replay.sessions else nothing)])
    return 0


def replayed(
    accounts: Accounts, setup: Setup, *, begin: datetime.datetime | None = None, repository: Path | None = None
) -> Replay:
    """Every session of `accounts` that paid a model and went on after `begin`, whole, under every policy."""
    since = begin.timestamp() if begin else 0.0
    paid = [account for account in accounts.found if account.work and account.updated >= since]
    priced = [account for account in paid if not any(call.unpriced for call in account.calls)]
    pool, repricer = Pool(setup), Repricer(setup.prices)
    rows = [Row(account, pool, repricer) for account in priced]
    return Replay(
        since=begin.isoformat(timespec="seconds") if begin else "",
        repository=str(repository) if repository else "",
        sessions=len(rows),
        policies=tuple(_policies(rows, pool)) if rows else (),
        assumptions=tuple(_assumptions(rows, pool)) if rows else (),
        evidence=pool.evidence,
        trouble=pool.trouble,
        unpriced=len(paid) - len(priced),
        scripted=sum(1 for account in accounts.found if account.scripted and not account.calls),
        unreadable=accounts.unreadable,
        replayed=tuple(row.told() for row in rows),
    )


class Auto(Struct, frozen=True):
    """What auto comes to for one session: its cost in USD, its chance of success, and where both come from."""

    cost_usd: float
    success: float | None
    source: Source


class Row:
    """One session under every policy: `costs` in USD and `chances` of success by model, those with a price then."""

    def __init__(self, account: Account, pool: Pool, repricer: Repricer) -> None:
        self.account, self.outcome = account, result_of(account)
        decision = account.decision
        self.kind = decision.kind if decision and decision.confidence >= SURE else "other"
        self.cost_usd = account.cost_usd
        self.longest = max(map(_size, account.work))
        self.costs: dict[str, float] = {}
        for model, spec in pool.specs.items():
            cost = cost_on(spec, account.calls, repricer)
            if cost is not None:
                self.costs[model] = cost
        self.chances = pool.chances(self.kind)
        self.auto = self._auto(pool)

    def told(self) -> Replayed:
        policies = self.costs | ({AUTO: self.auto.cost_usd} if self.auto else {})
        return Replayed(
            session_id=self.account.session_id,
            date=datetime.date.fromtimestamp(self.account.updated).isoformat(),
            kind=self.kind,
            models=self.account.models,
            solved=self.outcome[0] if self.outcome else None,
            basis=self.outcome[2] if self.outcome else "",
            cost_usd=round(self.cost_usd, 8),
            policies={policy: round(cost, 8) for policy, cost in policies.items()},
            auto=self.auto.source if self.auto else "",
        )

    def _auto(self, pool: Pool) -> Auto | None:
        account = self.account
        if account.routed:
            return Auto(self.cost_usd, _expected(account.decisions[0].decision), "as it ran")
        shadow = account.shadowed.decision if account.shadowed else None
        if shadow is not None:
            known = self.costs.get(shadow.model)
            return None if known is None else Auto(known, _expected(shadow), "shadowed")
        return self._planned(pool)

    def _planned(self, pool: Pool) -> Auto | None:
        """The plan of today: each stage at the chance that it is begun, for no more than it may spend."""
        if not pool.specs:
            return None
        plan = pool.choice(self.kind, verified=self.account.verified is not None).plan
        total = 0.0
        for stage, reach in zip(plan.chain.stages, plan.chain.reach, strict=True):
            if stage.model not in self.costs:
                return None
            cost = self.costs[stage.model]
            total += reach * (cost if stage.stop_usd is None else min(cost, stage.stop_usd))
        return Auto(total, plan.chain.success, "planned")


def _policies(rows: list[Row], pool: Pool) -> Iterator[Policy]:
    """As it was, auto, and each model alone, the cheapest first."""
    known = [row for row in rows if row.outcome and row.outcome[1] == 1.0]
    solved = sum(1 for row in known if row.outcome and row.outcome[0])
    cost = sum(row.cost_usd for row in rows)
    yield Policy(
        policy=AS_IT_WAS,
        sessions=len(rows),
        cost_usd=round(cost, 8),
        was_usd=round(cost, 8),
        solved=solved,
        known=len(known),
        per_solved_usd=round(sum(row.cost_usd for row in known) / solved, 8) if solved else None,
    )
    autos = [(row, row.auto.cost_usd, row.auto.success) for row in rows if row.auto]
    if autos:
        yield _policy(AUTO, autos)
    reference = pool.reference()
    alone = [_alone(spec, rows, spec is reference) for spec in pool.specs.values()]
    yield from sorted((policy for policy in alone if policy.sessions), key=lambda policy: policy.cost_usd)


def _alone(spec: ModelSpec, rows: list[Row], is_reference: bool) -> Policy:
    some = [(row, row.costs[spec.id], row.chances.get(spec.id)) for row in rows if spec.id in row.costs]
    too_long = sum(row.longest > spec.context for row, _, _ in some)
    return _policy(f"always {spec.id}", some, too_long=too_long, reference=is_reference)


def _policy(
    name: str, some: list[tuple[Row, float, float | None]], *, too_long: int = 0, reference: bool = False
) -> Policy:
    sure = [(cost, chance) for _, cost, chance in some if chance is not None]
    expected = sum(chance for _, chance in sure)
    return Policy(
        policy=name,
        sessions=len(some),
        cost_usd=round(sum(cost for _, cost, _ in some), 8),
        was_usd=round(sum(row.cost_usd for row, _, _ in some), 8),
        expected=round(expected, 4) if sure else None,
        expected_of=len(sure),
        per_solved_usd=round(sum(cost for cost, _ in sure) / expected, 8) if expected else None,
        too_long=too_long,
        reference=reference,
    )


def _assumptions(rows: list[Row], pool: Pool) -> Iterator[str]:
    yield (
        "Same tokens: every call is priced with the tokens it used, at the other model's price at that time. Another "
        "model would have used others, in more calls or fewer."
    )
    yield (
        "The cache as it was: what was read from or written to it then counts as read or written on the other model, "
        "at its rates."
    )
    unjudged = _count(rows, None)
    yield (
        "Nothing was run again: ~ is how many would be solved by the evidence for sessions of that kind "
        f"({f'version {pool.evidence}' if pool.evidence else 'none is there: what models of that tier do'}). "
        "As it was counts the sessions that a check or you judged"
        + (f"; {counted(unjudged, 'other')} nobody did." if unjudged else ".")
    )
    told = {
        "as it ran": "ran on auto: what they cost",
        "shadowed": "had auto in shadow: the model it would have begun with, on the same tokens",
        "planned": "had neither: what auto would plan today, each later model at the chance that it is reached",
    }
    parts = [f"{count} {words}" for source, words in told.items() if (count := _count(rows, source))]
    if parts:
        yield f"Auto, by sessions: {'; '.join(parts)}."
    if any(row.longest > spec.context for row in rows for spec in pool.specs.values()):
        yield "Too long: sessions with a call larger than the model's context, priced as if it had fitted."


def _count(rows: list[Row], source: str | None) -> int:
    """Sessions whose auto figure is from `source`; with None those whose outcome is not surely known."""
    if source is None:
        return sum(row.outcome is None or row.outcome[1] < 1.0 for row in rows)
    return sum(row.auto is not None and row.auto.source == source for row in rows)


def _expected(decision: RoutingDecision) -> float | None:
    return decision.estimate.success.mean if decision.estimate else None


def _size(call: Spent) -> int:
    usage = call.usage
    return usage.input + usage.cache_read + usage.cache_write + usage.output if usage else 0
