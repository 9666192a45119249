"""The model picker and the same table as plain text: auto first, then every model, its price and whether it may run."""

from collections.abc import Sequence

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.types import Candidate, Estimate, RoutingDecision
from droidlite.ui.cells import column_widths, cut_middle, set_in_columns, wrap
from droidlite.ui.choosing import Choosing, Item
from droidlite.ui.decision import decision_line, expected
from droidlite.ui.wording import per_million, tokens

HEADERS = ("model", "tier", "in $/M", "out $/M", "ctx", "solves", "$/task", "where", "use", "")
RIGHT = frozenset({2, 3, 4, 5, 6})
SHRINK = ((9, 16), (7, 10), (9, 0), (4, 0), (2, 0), (3, 0), (1, 0), (5, 0), (6, 0), (7, 0), (0, 10))
"""Which columns give way when it is narrow, and down to how many cells (0: they go whole). Names last: two that differ
only at their ends must stay apart, and what a row leaves out is told below it."""

AUTO = "auto"


class Aim(Struct, frozen=True):
    """What the picker is left with where another mode of auto is to be shown."""

    mode: str


def model_picker(auto: RoutingDecision | None, candidates: Sequence[Candidate], current: str) -> Choosing:
    """The picker /model opens; its value is a ModelSpec id or "auto", None when left, Aim where the person wants to see
    what auto would choose in the next mode. `current` is marked."""
    items = (auto_item(auto), *(_short(model_item(candidate)) for candidate in _allowed_first(candidates)))
    marked = tuple(_marked(item, current) for item in items)
    start = next((index for index, item in enumerate(items) if item.value == current and not item.why_not), 0)
    return Choosing(
        title="Choose a model" + (f" · {auto.kind} task · auto aims at {auto.mode}" if auto and auto.mode else ""),
        items=marked,
        headers=HEADERS,
        shrink=SHRINK,
        right=RIGHT,
        names=True,
        cursor=start,
        left=None,
        tab=("mode", Aim(next_mode(auto.mode))) if auto and auto.mode else None,
    )


def auto_item(auto: RoutingDecision | None) -> Item:
    if auto is None:
        why_not = "auto has nothing to choose from: no model below is allowed"
        return Item(AUTO, (AUTO, *[""] * 7, "no", why_not), why_not=why_not)
    why = "; ".join(auto.reasons) or "no reason given"
    name, where = clean_line(f"{AUTO} → {auto.model}", 80), clean_line(auto.endpoint, 60)
    cells = (name, "", "", "", "", *_expected(auto.estimate), where, "yes", "")
    told = decision_line(auto) if auto.estimate is not None else f"auto → {auto.model} via {auto.endpoint}: {why}"
    return Item(AUTO, cells, detail=clean_line(told, 600))


def next_mode(mode: str) -> str:
    """The mode after `mode`, round and round."""
    modes = ("cost", "balanced", "quality")
    return modes[(modes.index(mode) + 1) % len(modes)] if mode in modes else modes[1]


def _expected(estimate: Estimate | None) -> tuple[str, str]:
    """Chance of success and cost of one task of the kind at hand."""
    return ("", "") if estimate is None else (f"{estimate.success.mean:.0%}", f"{estimate.cost.mean:.2f}")


def model_item(candidate: Candidate) -> Item:
    spec = candidate.spec
    why_not = clean_line(candidate.why_not, 400)
    cells = (
        clean_line(spec.id, 80),
        spec.tier,
        per_million(candidate.input_price),
        per_million(candidate.output_price),
        tokens(spec.context),
        *_expected(candidate.estimate),
        clean_line(candidate.endpoint or spec.provider, 60),
        "no" if why_not else "yes",
        why_not,
    )
    provider = clean_line(spec.provider, 40)
    traits = [provider if cells[7] == provider else f"{provider} via {cells[7]}"]
    traits += [spec.tier, f"{cells[2]} in, {cells[3]} out $/M", f"{cells[4]} context"]
    if candidate.estimate is not None:
        found = candidate.estimate
        traits.append(
            f"{expected(found)} a task ({100 * found.success.low:.0f}-{found.success.high:.0%}; {found.basis})"
        )
    traits += ["images"] if spec.images else []
    traits += [] if spec.tools else ["no tools"]
    traits += ["open weights"] if spec.open_weights else []
    traits += [f"also {', '.join(clean_line(alias, 40) for alias in spec.aliases)}"] if spec.aliases else []
    return Item(spec.id, cells, detail=" · ".join(traits), why_not=why_not)


def _allowed_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: bool(candidate.why_not))


def _short(item: Item) -> Item:
    """Without the endpoint's name before the model's where a column of its own tells it; the detail has the whole."""
    name, where = item.cells[0], item.cells[7]
    if not name.startswith(f"{where}/"):
        return item
    cells = (name.removeprefix(f"{where}/"), *item.cells[1:])
    return Item(item.value, cells, f"{name} · {item.detail}", item.why_not)


def _marked(item: Item, current: str) -> Item:
    if item.value != current:
        return item
    return Item(item.value, (f"{item.cells[0]} ✓", *item.cells[1:]), item.detail, item.why_not)


def table(auto: RoutingDecision | None, candidates: Sequence[Candidate], width: int, colour: bool) -> str:
    """What `droidlite models` prints: the picker's rows, each reason in full. At most `width` cells a line."""
    first = auto_item(auto)
    lines = [_dim(line, colour) if first.why_not else line for line in wrap(first.detail or first.why_not, width)]
    items = [model_item(candidate) for candidate in _allowed_first(candidates)]
    rows = [HEADERS[:9], *(item.cells[:9] for item in items)]
    widths = column_widths(rows, width, [give for give in SHRINK if give[0] < 9])
    lines += ["", _dim(set_in_columns(rows[0], widths, RIGHT), colour)]
    for item, row in zip(items, rows[1:], strict=True):
        line = set_in_columns((cut_middle(row[0], widths[0]), *row[1:]), widths, RIGHT)
        reason = [f"    {part}" for part in wrap(item.why_not, width - 4)] if item.why_not else []
        lines += [_dim(text, colour) for text in (line, *reason)] if reason else [line]
    return "\n".join(lines) + "\n"


def _dim(text: str, colour: bool) -> str:
    return f"\x1b[2m{text}\x1b[0m" if colour else text
