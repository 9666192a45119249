"""A person's own sessions under other policies, as a table, with what is assumed said below it."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.ui.cells import column_widths, set_in_columns, wrap
from droidlite.ui.wording import counted, dollars, left_out


class Replayed(Struct, frozen=True, kw_only=True):
    """One session: its outcome as known (None = not known, and what told it), its cost as it was, and by policy, in
    USD. auto: where auto's figure comes from ("" = it has none). `kind` is the one the evidence was asked for."""

    session_id: str
    date: str
    kind: str
    models: tuple[str, ...]
    solved: bool | None
    basis: str
    cost_usd: float
    policies: dict[str, float]
    auto: Literal["", "as it ran", "shadowed", "planned"] = ""


class Policy(Struct, frozen=True, kw_only=True):
    """One way to have chosen. Sums over the `sessions` it has a figure for: cost_usd, and `was_usd`, what those same
    sessions did cost. expected: how many of `expected_of` would be solved, by the evidence; per_solved_usd: what those
    cost over that. As it was has no expectation: its `solved` of `known` outcomes, and their cost per solved one.
    too_long: sessions whose longest call does not fit the model."""

    policy: str
    sessions: int
    cost_usd: float
    was_usd: float
    expected: float | None = None
    expected_of: int = 0
    per_solved_usd: float | None = None
    solved: int | None = None
    known: int | None = None
    too_long: int = 0
    reference: bool = False


class Replay(Struct, frozen=True, kw_only=True):
    """All of `droidlite router replay --json`. `since` is an ISO time, `repository` a folder ("" = always, all).
    unpriced: sessions left out because a price of theirs is not known; trouble: what is wrong with the evidence."""

    since: str
    repository: str
    sessions: int
    policies: tuple[Policy, ...]
    assumptions: tuple[str, ...]
    evidence: str = ""
    trouble: str = ""
    unpriced: int = 0
    scripted: int = 0
    unreadable: tuple[str, ...] = ()
    replayed: tuple[Replayed, ...] = ()


def replay_lines(replay: Replay, width: int) -> Iterator[str]:
    """The table and its assumptions in lines of at most `width` cells, without colour."""
    where = f" of {replay.repository}" if replay.repository else " of all folders"
    since = f" since {replay.since[:10]}" if replay.since else ""
    yield from wrap(clean_line(f"{counted(replay.sessions, 'session')}{where}{since}", 500), width)
    if replay.policies:
        yield ""
        yield from _table(replay.policies, width)
        yield "* the reference: the strongest model allowed, or the one in the settings"
        yield ""
        yield "What is assumed:"
        for assumption in replay.assumptions:
            yield from _item(assumption, width)
    told = _left_out(replay)
    if told:
        yield ""
        for sentence in told:
            yield from wrap(sentence, width)


def _table(policies: tuple[Policy, ...], width: int) -> Iterator[str]:
    rows = [("policy", "sessions", "cost", "against", "solved", "per solved")]
    for row in policies:
        against = f"{row.cost_usd / row.was_usd - 1:+.0%}" if row.was_usd and row.solved is None else ""
        solved = f"{row.solved:,} of {row.known:,}" if row.solved is not None else _about(row)
        each = dollars(row.per_solved_usd) if row.per_solved_usd is not None else ""
        name = f"{clean_line(row.policy, 80)}{' *' if row.reference else ''}"
        name += f", {row.too_long} too long" if row.too_long else ""
        rows.append((name, f"{row.sessions:,}", dollars(row.cost_usd), against, solved, each))
    widths = column_widths(rows, width, ((0, 24), (1, 0)))
    yield from (set_in_columns(row, widths, frozenset({1, 2, 3, 4, 5})) for row in rows)


def _about(row: Policy) -> str:
    return "" if row.expected is None else f"~{row.expected:,.1f} of {row.expected_of:,}"


def _item(text: str, width: int) -> Iterator[str]:
    first, *rest = wrap(clean_line(text, 1000), width - 2)
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)


def _left_out(replay: Replay) -> list[str]:
    told = [f"The evidence cannot be used: {clean_line(replay.trouble, 300)}"] if replay.trouble else []
    if replay.unpriced:
        told.append(f"Left out, for a price of theirs is not known: {counted(replay.unpriced, 'session')}.")
    return [*told, *left_out(replay.scripted, replay.unreadable)]
