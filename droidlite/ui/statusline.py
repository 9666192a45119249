"""The lines that tell which model answers and what it costs: below the input, after a reply, at the start."""

import shlex
from pathlib import PurePath

from droidlite.sanitise import clean_line
from droidlite.ui.cells import cut, width_of
from droidlite.ui.choosing import Fragments
from droidlite.ui.conversation import Spending, Status
from droidlite.ui.wording import SCRIPTED, dollars, instead, other_than, spent, tokens

NOT_STORED = "This session was not stored; it cannot be gone on with."
LEAST_MODEL = 10
"""Cells of the model's name, however narrow it is."""


def status_bar(status: Status, width: int, hint: str = "", mode: str = "") -> Fragments:
    """One line of at most `width` cells. Where it is narrow the folder gives way first, what it costs and what runs
    unasked last. mode: of vi's keys ("" = they are not in use)."""
    label = " ".join(part for part in (mode, "SCRIPTED" if status.scripted else "") if part)
    width -= width_of(label) + 1 if label else 0
    facts = next((facts for facts in _facts(status) if width_of(facts) + LEAST_MODEL <= width), _facts(status)[-1])
    text = cut(clean_line(status.model, 60), max(width - width_of(facts), LEAST_MODEL)) + facts
    room = width - width_of(text)
    where = hint or _where(status, room - 3)
    space = max(room - width_of(where), 1) if where else 0
    fragments: Fragments = [("class:scripted", f"{label} ")] if label else []
    fragments.append(("class:dim", cut(text, width)))
    if where and room > width_of(where):
        fragments.append(("class:warning" if hint else "class:dim", " " * space + where))
    elif hint:
        return [*fragments[:-1], ("class:warning", cut(hint, width))]
    return fragments


def _facts(status: Status) -> list[str]:
    """What stands behind the model's name, ever shorter."""
    strategy, cost, level = f" ({status.strategy})", _cost(status), status.autonomy
    effort = [f"effort {status.effort}"] if status.effort else []
    return [
        " · ".join([strategy, cost, _context(status), f"autonomy {level}", *effort]),
        " · ".join([strategy, cost, _context(status), f"autonomy {level}"]),
        " · ".join(["", cost, _context(status), f"autonomy {level}"]),
        " · ".join(["", cost, f"autonomy {level}"]),
        " · ".join(["", dollars(status.cost_usd), level]),
    ]


def _cost(status: Status) -> str:
    cap = f" of {dollars(status.cap_usd)}" if status.cap_usd is not None else ""
    return f"{dollars(status.cost_usd)}{cap}"


def _context(status: Status) -> str:
    if not status.context_window:
        return f"{tokens(status.context_tokens)} context"
    return f"{status.context_tokens / status.context_window:.0%} context"


def _where(status: Status, room: int) -> str:
    folder = clean_line(PurePath(status.cwd).name or status.cwd, 80)
    branch = f" ({clean_line(status.branch, 60)})" if status.branch else ""
    for text in (f"{folder}{branch}", folder):
        if width_of(text) <= room:
            return text
    return ""


def reply_line(cost_usd: float | None, status: Status) -> str:
    """`$0.0132 message, $0.21 session, claude-... (auto)`"""
    label = " · SCRIPTED" if status.scripted else ""
    model = f"{clean_line(status.model, 80)} ({status.strategy})"
    return f"{dollars(cost_usd)} message, {dollars(status.cost_usd)} session, {model}{label}"


def parting_lines(status: Status, spending: Spending) -> tuple[str, ...]:
    """Said when the person leaves: what the session cost, by model, and what the reference model would have; how to go
    on."""
    other = other_than(spending.by_model, spending.counterfactual)
    alone = f" · {instead(other)}" if other else ""
    cost = clean_line(f"{spent(spending.by_model, spending.total_usd)}{alone}", 1000)
    place = f"-C {shlex.quote(clean_line(status.place, 1000))} " if status.place else ""
    on = f"Go on with: droidlite {place}-r {status.session_id}" if status.stored else NOT_STORED
    return (cost, on) if spending.by_model else (on,)


def header(status: Status) -> tuple[str, ...]:
    """What a session opens with."""
    via = f" via {clean_line(status.endpoint, 60)}" if status.endpoint else ""
    branch = f" ({clean_line(status.branch, 60)})" if status.branch else ""
    lines: tuple[str, ...] = (
        f"droidlite · {clean_line(status.model, 80)} ({status.strategy}){via}",
        f"{clean_line(status.cwd, 200)}{branch}",
        "/help for commands and keys · @ mentions a file · ! runs a command",
    )
    title = (f"going on with: {clean_line(status.title, 200)}",) if status.title else ()
    lines = (*lines[:2], *title, lines[2])
    return (*lines, f"⚠ {SCRIPTED}") if status.scripted else lines
