"""The model picker and the same table as plain text: auto first, then every model, its price and whether it may run."""

from collections.abc import Sequence
from typing import get_args

from msgspec import Struct, field, structs

from droidlite.sanitise import clean_line
from droidlite.types import Candidate, Effort, Estimate, RoutingDecision, Tier
from droidlite.ui.cells import column_widths, cut_middle, set_in_columns, wrap
from droidlite.ui.choosing import Choosing, Dial, Item, Turned
from droidlite.ui.conversation import Move
from droidlite.ui.decision import decision_line, expected
from droidlite.ui.wording import dollars, per_million, tokens

TABLE = ("model", "tier", "in $/M", "out $/M", "ctx", "solves", "$/task", "where", "use")
PICKER = ("model", "in $/M", "out $/M", "ctx", "solves", "$/task", "switch", "where", "")
SHRINK = ((8, 16), (7, 10), (8, 0), (3, 0), (1, 0), (2, 0), (0, 26), (7, 0), (6, 0), (0, 20), (4, 0), (5, 0), (0, 10))
"""Which columns of the picker give way when it is narrow, and down to how many cells (0: they go whole). Names last:
two that differ only at their ends must stay apart, and what a row leaves out is told below it."""
SHRINK_TABLE = ((7, 10), (0, 26), (1, 0), (0, 20), (8, 0), (7, 0), (5, 0), (6, 0), (4, 0), (2, 0), (3, 0), (0, 10))
"""Of the printed table prices and context stay at 80 columns: a model's row has no detail below it that tells them."""
RIGHT = frozenset({2, 3, 4, 5, 6})
TIERS = get_args(Tier)[::-1]
AWAY = "not available here"
EFFORTS = ("default", *get_args(Effort)[1:])

AUTO = "auto"


class Aim(Struct, frozen=True):
    """What the picker is left with where another mode of auto is to be shown."""

    mode: str


class Now(Struct, frozen=True):
    """Where the session stands: `current` is what it is set to (an id, or "auto"), `model` works with `effort`, and
    `moves` says by id what going on with another would mean."""

    current: str
    model: str = ""
    effort: Effort = ""
    moves: dict[str, Move] = field(default_factory=dict)


def model_picker(auto: RoutingDecision | None, candidates: Sequence[Candidate], now: Now) -> Choosing:
    """The picker /model opens; its value is Turned(ModelSpec id or "auto", an effort of EFFORTS), None when left, Aim
    where the person wants to see what auto would choose in the next mode."""
    ordered = sorted(candidates, key=_group)
    served = {
        spec_id: [c for c in ordered if c.spec.id == spec_id] for spec_id in dict.fromkeys(c.spec.id for c in ordered)
    }
    items = (auto_item(auto), *(model_item(first, now, rest) for first, *rest in served.values()))
    marked = tuple(_marked(item, now.current) for item in items)
    start = next((index for index, item in enumerate(items) if item.value == now.current and not item.why_not), 0)
    return Choosing(
        title="Choose a model" + (f" · {auto.kind} task · auto aims at {auto.mode}" if auto and auto.mode else ""),
        items=marked,
        headers=PICKER,
        shrink=SHRINK,
        right=frozenset({1, 2, 3, 4, 5, 6}),
        names=True,
        cursor=start,
        left=None,
        tab=("mode", Aim(next_mode(auto.mode))) if auto and auto.mode else None,
        dial=Dial("effort", EFFORTS, EFFORTS.index(now.effort or EFFORTS[0])),
    )


def effort_of(chosen: Turned) -> Effort:
    """The effort a picker was left with, as the settings have it: "" is the service's default."""
    efforts: tuple[Effort, ...] = get_args(Effort)
    return efforts[EFFORTS.index(chosen.dial)]


def next_model(candidates: Sequence[Candidate], current: str) -> str:
    """After `current` in the round of Ctrl+N: auto, then the first model of each tier that may be used."""
    first = {c.spec.tier: c.spec.id for c in reversed(candidates) if not c.why_not}
    ring = [AUTO, *(first[tier] for tier in TIERS if tier in first)]
    return ring[(ring.index(current) + 1) % len(ring)] if current in ring else AUTO


def _group(candidate: Candidate) -> tuple[bool, int]:
    """By tier, the strongest first; what cannot be used here comes last."""
    return bool(candidate.why_not), TIERS.index(candidate.spec.tier)


def auto_item(auto: RoutingDecision | None) -> Item:
    if auto is None:
        why_not = "auto has nothing to choose from: no model below is allowed"
        return Item(AUTO, (AUTO, *[""] * 7, why_not), why_not=why_not)
    why = "; ".join(auto.reasons) or "no reason given"
    name, where = clean_line(f"{AUTO} → {auto.model}", 80), clean_line(auto.endpoint, 60)
    cells = (name, "", "", "", *_expected(auto.estimate), "", where, "")
    told = decision_line(auto) if auto.estimate is not None else f"auto → {auto.model} via {auto.endpoint}: {why}"
    return Item(AUTO, cells, detail=clean_line(told, 600), explained=(*_estimated(auto.estimate), clean_line(why, 600)))


def next_mode(mode: str) -> str:
    """The mode after `mode`, round and round."""
    modes = ("cost", "balanced", "quality")
    return modes[(modes.index(mode) + 1) % len(modes)] if mode in modes else modes[1]


def _expected(estimate: Estimate | None) -> tuple[str, str]:
    """Chance of success and cost of one task of the kind at hand."""
    return ("", "") if estimate is None else (f"{estimate.success.mean:.0%}", f"{estimate.cost.mean:.2f}")


def model_item(candidate: Candidate, now: Now, rest: Sequence[Candidate] = ()) -> Item:
    """A row of the picker. `rest` is the same model elsewhere."""
    spec, move = candidate.spec, now.moves.get(candidate.spec.id, Move())
    why_not = clean_line(candidate.why_not, 400)
    name, where = clean_line(spec.id, 80), clean_line(candidate.endpoint or spec.provider, 60)
    cells = (
        name.removeprefix(f"{where}/"),  # a column of its own tells the endpoint; the detail has the whole
        per_million(candidate.input_price),
        per_million(candidate.output_price),
        tokens(spec.context),
        *_expected(candidate.estimate),
        _switch(move, at_work=spec.id == now.model),
        f"{where} !" if move.health else where,
        why_not,
    )
    return Item(
        spec.id,
        cells,
        detail=" · ".join([*_traits(candidate, move.health, cells[0] != name), *_elsewhere(rest)]),
        why_not=why_not,
        group=AWAY if why_not else spec.tier,
        explained=_explained(candidate, move, at_work=spec.id == now.model),
    )


def _elsewhere(rest: Sequence[Candidate]) -> list[str]:
    names = dict.fromkeys(clean_line(c.endpoint, 60) for c in rest if c.endpoint and not c.why_not)
    return [f"then {', '.join(names)}"] if names else []


def _traits(candidate: Candidate, health: str, shortened: bool) -> list[str]:
    spec = candidate.spec
    provider, where = clean_line(spec.provider, 40), clean_line(candidate.endpoint or spec.provider, 60)
    traits = [clean_line(spec.id, 80)] if shortened else []
    traits += [f"{where}: {clean_line(health, 200)}"] if health else []
    traits += [provider if where == provider else f"{provider} via {where}", spec.tier]
    traits.append(f"{per_million(candidate.input_price)} in, {per_million(candidate.output_price)} out $/M")
    traits.append(f"{tokens(spec.context)} context")
    if candidate.estimate is not None:
        found = candidate.estimate
        traits.append(
            f"{expected(found)} a task ({100 * found.success.low:.0f}-{found.success.high:.0%}; {found.basis})"
        )
    traits += ["images"] if spec.images else []
    traits += [] if spec.tools else ["no tools"]
    traits += ["open weights"] if spec.open_weights else []
    traits += [f"also {', '.join(clean_line(alias, 40) for alias in spec.aliases)}"] if spec.aliases else []
    return traits


def _switch(move: Move, *, at_work: bool) -> str:
    """What going on with this model costs beyond a warm cache."""
    if at_work and move.warm:
        return "warm"
    return "" if move.switch_usd is None else dollars(move.switch_usd)


def _estimated(found: Estimate | None) -> tuple[str, ...]:
    if found is None:
        return ()
    chance, cost = found.success, found.cost
    return (
        f"solves {chance.mean:.0%}: the chance that it solves one task of this kind; 80 % sure to be in "
        f"{100 * chance.low:.0f}-{chance.high:.0%}. From {clean_line(found.basis, 200)}.",
        f"$/task {cost.mean:.2f}: what it is expected to spend on one such task, solved or not; 80 % sure to be in "
        f"${cost.low:.2f}-{cost.high:.2f}. Tokens of the same runs at today's prices.",
    )


def _explained(candidate: Candidate, move: Move, *, at_work: bool) -> tuple[str, ...]:
    """Where the row's numbers come from, one sentence each."""
    spec, told = candidate.spec, list(_estimated(candidate.estimate))
    if candidate.estimate is None:
        told.append("solves, $/task: nothing is known of it for this kind of task, or it cannot be used here.")
    if at_work and move.warm:
        told.append(f"switch: it is at work, and its cache holds {tokens(move.warm)} of this conversation.")
    elif move.switch_usd is not None:
        held = f" (its cache still holds {tokens(move.warm)} of it)" if move.warm else ""
        usd = dollars(move.switch_usd)
        told.append(f"switch {usd}: what reading the conversation there{held} costs beyond a warm cache.")
    told.append(
        "in, out $/M: USD per million tokens at a small context, by genai-prices or by your [[models]] price; "
        f"ctx: {spec.context:,} tokens fit."
    )
    return tuple(told)


def _marked(item: Item, current: str) -> Item:
    if item.value != current:
        return item
    return structs.replace(item, cells=(f"{item.cells[0]} ✓", *item.cells[1:]))


def table(auto: RoutingDecision | None, candidates: Sequence[Candidate], width: int, colour: bool) -> str:
    """What `droidlite models` prints: a row for each model, each reason in full. At most `width` cells a line."""
    first = auto_item(auto)
    lines = [_dim(line, colour) if first.why_not else line for line in wrap(first.detail or first.why_not, width)]
    found = sorted(candidates, key=lambda candidate: bool(candidate.why_not))
    rows = [TABLE, *map(_table_row, found)]
    widths = column_widths(rows, width, SHRINK_TABLE)
    lines += ["", _dim(set_in_columns(rows[0], widths, RIGHT), colour)]
    for candidate, row in zip(found, rows[1:], strict=True):
        line = set_in_columns((cut_middle(row[0], widths[0]), *row[1:]), widths, RIGHT)
        why_not = clean_line(candidate.why_not, 400)
        reason = [f"    {part}" for part in wrap(why_not, width - 4)] if why_not else []
        lines += [_dim(text, colour) for text in (line, *reason)] if reason else [line]
    return "\n".join(lines) + "\n"


def _table_row(candidate: Candidate) -> tuple[str, ...]:
    spec = candidate.spec
    return (
        clean_line(spec.id, 80),
        spec.tier,
        per_million(candidate.input_price),
        per_million(candidate.output_price),
        tokens(spec.context),
        *_expected(candidate.estimate),
        clean_line(candidate.endpoint or spec.provider, 60),
        "no" if candidate.why_not else "yes",
    )


def _dim(text: str, colour: bool) -> str:
    return f"\x1b[2m{text}\x1b[0m" if colour else text
