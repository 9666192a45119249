"""What scripts/chaos counts: the attempts the services saw held against what the sessions say came of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from chaos_session import Outcome
from chaos_world import Attempt
from msgspec import Struct
from scipy.special import betaincinv

WHOLE = ("", "truncated")
"""What a service sends to its end; all else is no reply."""


class Tally(Struct, kw_only=True):
    """Of one run of the bench. accepted: replies that were taken though no service sent them whole. unfinished:
    sessions that were given up though resumed. recoveries: seconds between the first attempt of a request and the one
    that was answered, for requests that needed more than one."""

    sessions: int
    requests: int
    answered: int
    attempts: int
    accepted: int
    effects: int
    twice: int
    missing: int
    acknowledged: int
    lost: int
    stuck: int
    unfinished: int
    over_usd: float
    over: int
    capped: int
    tracebacks: int
    recoveries: list[float]
    degraded: int
    by_endpoint: dict[str, int]
    by_fault: dict[str, int]
    told: dict[str, list[str]]

    @property
    def failed(self) -> int:
        return self.requests - self.answered

    @property
    def success(self) -> float:
        return self.answered / max(self.requests, 1)

    @property
    def bound(self) -> float:
        return lower_bound(self.answered, self.requests)

    @property
    def per_request(self) -> float:
        return self.attempts / max(self.requests, 1)

    def recovery(self) -> tuple[float, float]:
        """Median and longest, seconds; 0 where nothing had to recover."""
        return (median(self.recoveries), max(self.recoveries)) if self.recoveries else (0.0, 0.0)


def lower_bound(successes: int, trials: int, *, confidence: float = 0.95) -> float:
    """The one-sided lower bound of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the
    case of the binomial", Biometrika 26, 1934): 0 failures in 2,995 or 3 in 7,752 are just 0.999."""
    if successes == 0:
        return 0.0
    return float(betaincinv(successes, trials - successes + 1, 1 - confidence))


def tally(attempts: Sequence[Attempt], outcomes: Sequence[Outcome], books: dict[str, float]) -> Tally:
    worked = [attempt for attempt in attempts if not attempt.final]
    answered = sum(each.answered for each in outcomes)
    over = [usd for each in outcomes if (usd := books.get(each.job.tag, 0.0) - each.job.cap) > 0]
    return Tally(
        sessions=len(outcomes),
        requests=sum(each.requests for each in outcomes),
        answered=answered,
        attempts=len(worked),
        accepted=max(answered - sum(attempt.fault in WHOLE for attempt in worked), 0),
        effects=sum(each.effects for each in outcomes),
        twice=sum(each.twice for each in outcomes),
        missing=sum(each.missing for each in outcomes),
        acknowledged=sum(each.acknowledged for each in outcomes),
        lost=sum(each.lost for each in outcomes),
        stuck=sum(each.stuck for each in outcomes),
        unfinished=sum(each.endings[-1] not in ("success", "error_max_cost") for each in outcomes),
        over_usd=max(over, default=0.0),
        over=len(over),
        capped=sum("error_max_cost" in each.endings for each in outcomes),
        tracebacks=sum(each.tracebacks for each in outcomes),
        recoveries=recoveries(worked),
        degraded=sum(attempt.degraded for attempt in worked),
        by_endpoint=dict(Counter(attempt.endpoint for attempt in worked)),
        by_fault=dict(Counter(attempt.fault for attempt in worked if attempt.fault).most_common()),
        told=_told(outcomes),
    )


def _told(outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """What was said where a run ended badly, and the tags of the sessions; the most frequent first."""
    told: dict[str, list[str]] = defaultdict(list)
    for each in outcomes:
        for said in each.told:
            told[said].append(each.job.tag)
    return dict(sorted(told.items(), key=lambda item: -len(item[1])))


def recoveries(attempts: Iterable[Attempt]) -> list[float]:
    """Seconds from the first attempt of each request to the whole reply; only of those that met with a fault."""
    groups: dict[tuple[str, int, int], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        groups[attempt.tag, attempt.step, attempt.resumed].append(attempt)
    found = []
    for group in groups.values():
        well = next((attempt for attempt in group if not attempt.fault), None)
        if group[0].fault and well is not None:
            found.append(well.at - group[0].at)
    return found
