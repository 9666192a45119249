"""What became of the router's decisions, as a person reads it: outcomes, switches, and what hindsight says."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.ui.cells import column_widths, set_in_columns, wrap
from droidlite.ui.wording import counted, dollars


class Cause(Struct, frozen=True, kw_only=True):
    """Switches of one kind of cause in sessions whose outcome is known: how many of those ended solved, and what the
    switches themselves cost, in USD."""

    cause: str
    switches: int
    solved: int
    premium_usd: float


class Start(Struct, frozen=True, kw_only=True):
    """Sessions of one kind of task that began on one model and whose outcome is known: solved by it `alone`, rescued by
    another after a switch, or unsolved. `expected`: the mean chance of success that auto gave the plan (None = none);
    `solved_usd`: their whole cost over the solved ones (None = none solved)."""

    kind: str
    model: str
    sessions: int
    alone: int
    rescued: int
    unsolved: int
    expected: float | None
    solved_usd: float | None


class RouterStats(Struct, frozen=True, kw_only=True):
    """Everything `droidlite stats --router --json` says, of sessions that auto began. An outcome is `known` where a
    check passed or failed, a person judged, or files were put back.

    failed_starts: known sessions whose first model did not solve the task; caught: those of them that droidlite noticed
    itself, by a switch or a check that failed at the end. moved: known sessions with a switch; rescued: those solved
    after it. wasted: switches in known sessions that ended unsolved all the same. premium_usd: what all switches cost
    themselves. Regret, in USD: start_regret_usd was spent before the switch in rescued sessions, where the other model
    should have begun; switch_regret_usd after it in those that stayed unsolved, where nobody should have taken over."""

    since: str
    repository: str
    sessions: int
    known: int
    solved: int
    expected: float | None
    cost_usd: float
    known_usd: float
    failed_starts: int
    caught: int
    moved: int
    rescued: int
    switches: int
    wasted: int
    premium_usd: float
    start_regret_usd: float
    switch_regret_usd: float
    causes: tuple[Cause, ...] = ()
    starts: tuple[Start, ...] = ()


def router_lines(stats: RouterStats, width: int) -> Iterator[str]:
    """The whole of it in lines of at most `width` cells, without colour."""
    for sentence in _sentences(stats):
        yield from wrap(clean_line(sentence, 1_000), width)
    if stats.starts:
        yield ""
        yield from _table(_starts(stats.starts), width, (6, 0), (1, 16), words=2)
        yield from wrap(
            "expected: the chance of success that auto gave its plans; $/solved: all cost over the solved tasks", width
        )
    if stats.causes:
        yield ""
        yield from _table(_causes(stats.causes), width, (0, 12), words=1)


def _sentences(stats: RouterStats) -> Iterator[str]:
    where = f" of {stats.repository}" if stats.repository else " of all folders"
    since = f" since {stats.since[:10]}" if stats.since else ""
    began = f"Auto began {counted(stats.sessions, 'session')}{where}{since}, for {dollars(stats.cost_usd)}"
    yield f"{began}; what came of it is known of {stats.known}."
    if not stats.known:
        yield "An outcome is known where --verify passed or failed, where you judged (/good, /bad), or put files back."
        return
    expected = f"; auto expected {stats.expected:.0%}" if stats.expected is not None else ""
    per = f", {dollars(stats.known_usd / stats.solved)} per solved task" if stats.solved else ""
    yield f"Solved: {_share(stats.solved, stats.known)}{expected}{per}."
    yield f"Catch rate: {_share(stats.caught, stats.failed_starts)} failures of the first model were noticed."
    yield f"Rescue rate: {_share(stats.rescued, stats.moved)} sessions with a switch were solved after it."
    yield (
        f"Wasted switches: {stats.wasted} of {stats.switches} helped nothing; all switches cost "
        f"{dollars(stats.premium_usd)} themselves."
    )
    yield (
        f"Regret, in hindsight: {dollars(stats.start_regret_usd)} went to first models that had to be rescued, "
        f"{dollars(stats.switch_regret_usd)} to models that took over and did not solve it either."
    )


def _table(rows: Sequence[tuple[str, ...]], width: int, *shrink: tuple[int, int], words: int) -> Iterator[str]:
    """The rows in columns, of which the first `words` hold no numbers."""
    widths = column_widths(rows, width, shrink)
    return (set_in_columns(row, widths, frozenset(range(words, len(rows[0])))) for row in rows)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({part / whole:.0%})" if whole else "")


def _starts(starts: Sequence[Start]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("kind", "begun on", "sessions", "alone", "rescued", "unsolved", "expected", "$/solved")
    ]
    rows += [
        (
            clean_line(row.kind, 40) or "(not told)",
            clean_line(row.model, 80),
            *(f"{number:,}" for number in (row.sessions, row.alone, row.rescued, row.unsolved)),
            f"{row.expected:.0%}" if row.expected is not None else "",
            dollars(row.solved_usd) if row.solved_usd is not None else "",
        )
        for row in starts
    ]
    return rows


def _causes(causes: Sequence[Cause]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("switched because of", "switches", "solved then", "cost")]
    rows += [(row.cause, f"{row.switches:,}", f"{row.solved:,}", dollars(row.premium_usd)) for row in causes]
    return rows
