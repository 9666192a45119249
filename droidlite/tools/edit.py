"""The edit tool: replaces one exact piece of text in a file, or all copies of it."""

from msgspec import Struct

from droidlite.keyformats import MARK
from droidlite.tool import Display, Outcome, Tool, ToolContext
from droidlite.tools.confined import Place, locate, paths_meant
from droidlite.tools.diffs import diff_of
from droidlite.tools.files import Change, Content, apply, load, of_marker, require_fresh, text_of
from droidlite.tools.nearest import nearest
from droidlite.tools.problem import Problem, told
from droidlite.tools.text import Span, Text, encode

_NAMED = 10  # matches whose line numbers are told


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    file_path: str
    old_string: str
    new_string: str
    replace_all: bool = False


class _Plan(Struct, frozen=True):
    place: Place
    before: Content
    text: Text
    edited: Text
    count: int


def _run(arguments: Edit, context: ToolContext, call_id: str) -> Outcome:
    plan = _plan(arguments, context)
    apply(context, [Change(plan.place, plan.before, encode(plan.edited))])
    times = "" if plan.count == 1 else f" ({plan.count} places)"
    diff = diff_of(plan.place.shown, plan.text.plain, plan.edited.plain)
    return Outcome(f"Edited {plan.place.shown}{times}.", displays=(diff,))


def _plan(arguments: Edit, context: ToolContext) -> _Plan:
    """What the edit would do. Raises Problem when it is not exactly one thing."""
    place = locate(arguments.file_path, context, writing=True)
    before = load(place)
    require_fresh(context, place, before)
    text = text_of(place, before)
    old, new = (part.replace("\r\n", "\n") for part in (arguments.old_string, arguments.new_string))
    if not old:
        raise Problem("old_string is empty; give the exact text to replace, or use write for a whole file.")
    if old == new:
        raise Problem("old_string and new_string are the same; nothing would change.")
    plain = text.plain
    starts = _matches(plain, old)
    if not starts and MARK.search(old):
        raise Problem(of_marker(place.shown))
    if not starts:
        raise Problem(f"old_string was not found in {place.shown}. {nearest(plain, old)}".rstrip())
    if len(starts) > 1 and not arguments.replace_all:
        raise Problem(_ambiguous(place, plain, starts))
    spans = [Span(start, start + len(old), new) for start in starts]
    return _Plan(place, before, text, text.replaced(spans), len(starts))


def _matches(plain: str, old: str) -> list[int]:
    found, at = [], plain.find(old)
    while at >= 0:
        found.append(at)
        at = plain.find(old, at + len(old))
    return found


def _ambiguous(place: Place, plain: str, starts: list[int]) -> str:
    lines = ", ".join(str(plain.count("\n", 0, start) + 1) for start in starts[:_NAMED])
    more = ", ..." if len(starts) > _NAMED else ""
    return (
        f"old_string matches {len(starts)} times in {place.shown} (lines {lines}{more}); "
        "include more of the surrounding lines to make it unique, or set replace_all."
    )


def _preview(arguments: Edit, context: ToolContext) -> tuple[Display, ...]:
    try:
        plan = _plan(arguments, context)
    except (Problem, OSError):
        return ()
    return (diff_of(plan.place.shown, plan.text.plain, plan.edited.plain),)


TOOL = Tool(
    name="edit",
    description=(
        "Replace old_string, copied exactly from the file without line numbers, by new_string. "
        "It must match once unless replace_all."
    ),
    arguments=Edit,
    effect="write",
    targets=lambda arguments, context: paths_meant(arguments.file_path, context),
    run=told(_run),
    preview=_preview,
)
