"""Single faults for scripts/chaos --faults: sessions that meet with one fault in mid-work, and what came of it."""

from collections.abc import Callable, Iterator
from statistics import mean, median

import msgspec
from chaos_counting import WHOLE
from chaos_mix import Mix, Model, Place, Price
from chaos_session import Job, Outcome
from chaos_world import Attempt, World
from msgspec import Struct

DIALECTS = ("anthropic", "openai-responses", "openai-chat")
"""Taken in turn by the runs of a fault."""
STEP = 1
"""The request that meets with the fault: one call has left its effect, the next is being asked for."""
EVER = 99
APART = 4
"""Only every so many-th run is made where each takes a process of its own."""
CAP = 5.0
DEAD = "one of two endpoints dead in mid-session"
LONG = 60
"""Turns of a session in which an endpoint dies."""


class Row(Struct, frozen=True, kw_only=True):
    """A fault and what is wanted. `faults` are met by the first, second, ... attempt of the request, `there` only at
    the endpoint that got the first one. endpoints: how many serve the model. recovers: whether the session is to go on.
    most: attempts at most; first: of these at the first endpoint. seconds: from the first attempt to the whole reply,
    in the median; least: never fewer; longest: never more. best: what was seen elsewhere."""

    name: str
    faults: tuple[str, ...]
    there: bool = False
    endpoints: int = 1
    recovers: bool = True
    most: int = 3
    first: int = EVER
    seconds: float | None = None
    least: float = 0.0
    longest: float | None = None
    best: str = ""

    @property
    def apart(self) -> bool:
        """Whether the services are known to be bad or closed afterwards, in all processes of this person: then every
        session has a process and a home of its own."""
        return len(self.faults) > 2 or (self.endpoints > 1 and "429 short" in self.faults)

    def target(self) -> str:
        wanted = ["all go on" if self.recovers else "all end, told", f"in {self.most} attempts at most"]
        wanted += [f"{self.first} at the first endpoint"] if self.first < EVER else []
        wanted += [f"median {self.seconds:g} s at most"] if self.seconds is not None else []
        wanted += [f"never before {self.least:g} s"] if self.least else []
        wanted += [f"never after {self.longest:g} s"] if self.longest is not None else []
        return ", ".join([*wanted, "0 twice"]) + (f"; elsewhere {self.best}" if self.best else "")


def rows(mix: Mix) -> list[Row]:
    """The faults of the table that can be counted on the wire; limits in seconds follow the settings of the mix."""
    short, stall, ever = mix.retry_after, mix.stall_seconds, ("500",) * EVER
    soon = round(short + 0.05, 2)
    return [
        Row(name=f"429 with Retry-After {short:g}", faults=("429 short",), most=2, seconds=soon, least=short,
            best="3.0 s"),
        Row(name="429 with Retry-After beyond the deadline, two endpoints", faults=("429 long",) * EVER, there=True,
            endpoints=2, most=2, first=1, longest=0.5),
        Row(name=f"both endpoints cooling for {short:g} s", faults=("429 short",) * 2, endpoints=2, least=short),
        *(Row(name=f"{fault} once", faults=(fault,), most=2) for fault in ("500", "503", "529")),
        Row(name="reset before headers", faults=("reset_first",), most=2),
        Row(name="two 500s in a row", faults=("500",) * 2, seconds=1.3, best="three in 1.3 s"),
        Row(name="three 500s in a row", faults=("500",) * 3, most=4, seconds=1.3, best="1.3 s"),
        Row(name="500s for ever at one of two endpoints", faults=ever, there=True, endpoints=2, seconds=1.3,
            best="three in 1.3 s on one"),
        Row(name="500s for ever", faults=ever, recovers=False, most=4),
        Row(name="529s for ever", faults=("529",) * EVER, recovers=False),
        Row(name="500 with x-should-retry: false, two endpoints", faults=("500 final",) * EVER, there=True, endpoints=2,
            most=2, first=1),
        Row(name="401 at one of two endpoints", faults=("401",) * EVER, there=True, endpoints=2, most=2, first=1),
        Row(name="401", faults=("401",) * EVER, recovers=False, most=1),
        Row(name="insufficient_quota", faults=("quota",) * EVER, recovers=False, most=1),
        Row(name="overloaded_error after 200", faults=("overloaded",), most=2),
        Row(name="reset in the middle of a tool call", faults=("reset",), most=2, seconds=0.2, best="0.05 to 0.2 s"),
        Row(name="reset after a whole tool call", faults=("reset_late",), most=2, seconds=0.2, best="0.05 to 0.2 s"),
        Row(name="cut chunk", faults=("cut",), most=2),
        Row(name="clean end without terminal event", faults=("eof",), most=2),
        Row(name="200 with a web page", faults=("html",), most=2),
        Row(name="broken JSON event", faults=("broken",), most=2),
        Row(name=f"silence, limit {stall:g} s", faults=("stall",), most=2, seconds=stall * 1.1, best="240 to 300 s"),
        Row(name=f"pings only, limit {stall:g} s", faults=("pings",), most=2, seconds=stall * 1.1, best="never"),
        Row(name="tool arguments truncated", faults=("truncated",), most=2),
        Row(name="empty reply", faults=("empty",), most=2),
        Row(name="thinking only", faults=("thinking",), most=2),
    ]  # fmt: skip


def rig(mix: Mix, endpoints: int) -> Mix:
    """A mix of one model for each dialect, served by so many endpoints, that fails only when told to."""
    names = ("first", "second")[:endpoints]
    return msgspec.structs.replace(
        mix,
        turns=STEP + 1,
        tight=0.0,
        models=tuple(Model(f"chaos-{dialect}", Price(3.0, 15.0)) for dialect in DIALECTS),
        endpoints=tuple(Place(f"{d}-{name}", d, f"chaos-{d}") for d in DIALECTS for name in names),  # type: ignore[arg-type]
    )


class Script:
    """Chooses the fault of each attempt by a row."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self._met: dict[str, list[str]] = {}

    def __call__(self, place: Place, tag: str, step: int) -> str:
        if step != STEP:
            return ""
        met = self._met.setdefault(tag, [])
        met.append(place.name)
        count = met.count(met[0]) if self.row.there else len(met)
        elsewhere = self.row.there and place.name != met[0]
        return "" if elsewhere or count > len(self.row.faults) else self.row.faults[count - 1]


def jobs(row: Row, runs: int) -> Iterator[Job]:
    for number in range(-(-runs // APART) if row.apart else runs):
        model = f"chaos-{DIALECTS[number % len(DIALECTS)]}"
        yield Job(f"f{number}", model, STEP + 1, CAP, again=0, binary=row.apart, apart=row.apart)


Run = Callable[[World, Iterator[Job]], list[Outcome]]
"""Runs jobs against a world."""


class Came(Struct, frozen=True, kw_only=True):
    """What came of one row. recovered: sessions that went on to their end. counts: attempts of each faulted request;
    first: of these at its first endpoint. seconds: from the first attempt to the whole reply. accepted: replies taken
    though not whole."""

    row: Row
    runs: int
    recovered: int
    counts: list[int]
    first: int
    seconds: list[float]
    twice: int
    missing: int
    accepted: int
    told: str

    @property
    def reached(self) -> bool:
        row, seconds = self.row, self.seconds or [0.0]
        return (
            self.recovered == (self.runs if row.recovers else 0)
            and not (self.twice or self.missing or self.accepted)
            and max(self.counts, default=0) <= row.most
            and self.first <= row.first
            and (row.seconds is None or median(seconds) <= row.seconds)
            and (row.longest is None or max(seconds) <= row.longest)
            and (not self.seconds or min(seconds) >= row.least)
        )

    def measured(self) -> str:
        counts, seconds = self.counts or [0], self.seconds
        words = [f"{self.recovered} of {self.runs} went on", f"{mean(counts):.2f} attempts ({max(counts)} at most)"]
        words += [f"{self.twice} twice", f"{self.missing} missing"] if self.missing else [f"{self.twice} twice"]
        words += [f"{self.accepted} taken though not whole"] if self.accepted else []
        words += [f"median {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"] if seconds else []
        return ", ".join(words)


def play(row: Row, mix: Mix, runs: int, run: Run) -> Came:
    """One row, in a world of its own."""
    with World(rig(mix, row.endpoints), choose=Script(row)) as world:
        outcomes = run(world, jobs(row, runs))
    faulted = _by_tag([attempt for attempt in world.attempts if attempt.step == STEP])
    whole = sum(attempt.fault in WHOLE for attempt in world.attempts)
    return Came(
        row=row,
        runs=len(outcomes),
        recovered=sum(each.endings == ["success"] for each in outcomes),
        counts=[len(group) for group in faulted],
        first=max((sum(each.endpoint == group[0].endpoint for each in group) for group in faulted), default=0),
        seconds=[group[-1].at - group[0].at for group in faulted if len(group) > 1 and not group[-1].fault],
        twice=sum(each.twice for each in outcomes),
        missing=sum(each.missing for each in outcomes),
        accepted=max(sum(each.answered for each in outcomes) - whole, 0),
        told=next((told for each in outcomes for told in each.told), ""),
    )


def dead_share(mix: Mix, run: Run) -> tuple[str, bool]:
    """The share of a dead endpoint in the requests of long sessions, once it failed five times or the session had gone
    elsewhere; in words, and whether it is at most 5 % and all sessions ended well."""
    rigged = msgspec.structs.replace(rig(mix, 2), turns=LONG)
    some = (
        Job(f"d{n}", f"chaos-{DIALECTS[n % len(DIALECTS)]}", LONG, CAP * 10, again=0, binary=True, apart=True)
        for n in range(6)
    )
    with World(rigged, choose=lambda place, tag, step: "500" if step and place.name.endswith("first") else "") as world:
        outcomes = run(world, some)
    ended = sum(each.endings == ["success"] for each in outcomes)
    later: list[Attempt] = []
    for group in _by_tag([attempt for attempt in world.attempts if attempt.step]):
        fifth = [n for n, attempt in enumerate(group) if attempt.fault][:5]
        later += group[(fifth[-1] if len(fifth) == 5 else 0) + 1 :] if fifth else group
    share = sum(attempt.endpoint.endswith("first") for attempt in later) / max(len(later), 1)
    told = f"{share:.1%} of {len(later):,}, {ended} of {len(outcomes)} sessions went on"
    return told, share <= 0.05 and ended == len(outcomes)


def _by_tag(attempts: list[Attempt]) -> list[list[Attempt]]:
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.tag, []).append(attempt)
    return list(groups.values())
