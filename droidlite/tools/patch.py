"""The patch tool: applies a `*** Begin Patch` envelope over several files, all of it or nothing."""

from msgspec import Struct

from droidlite.tool import Diff, Display, Outcome, Tool, ToolContext
from droidlite.tools.confined import Place, locate
from droidlite.tools.diffs import diff_of
from droidlite.tools.envelope import AddFile, DeleteFile, Operation, UpdateFile, parse
from droidlite.tools.files import Change, apply, load, load_if_there, require_fresh, text_of
from droidlite.tools.hunks import patched
from droidlite.tools.problem import Problem, told
from droidlite.tools.text import Text, decode, encode


class Patch(Struct, frozen=True, forbid_unknown_fields=True):
    input: str


class _Plan(Struct, frozen=True):
    """What one operation would do: the changes, the diff and the line told to the model."""

    changes: tuple[Change, ...]
    diff: Diff
    told: str


def _run(arguments: Patch, context: ToolContext, call_id: str) -> Outcome:
    plans = _plans(arguments, context)
    apply(context, [change for plan in plans for change in plan.changes])
    return Outcome("\n".join(plan.told for plan in plans), displays=tuple(plan.diff for plan in plans))


def _plans(arguments: Patch, context: ToolContext) -> list[_Plan]:
    plans = [_plan(operation, context) for operation in parse(arguments.input)]
    paths = [change.place.path for plan in plans for change in plan.changes]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise Problem(f"The patch changes {twice} more than once; put its hunks under one file header.")
    return plans


def _plan(operation: Operation, context: ToolContext) -> _Plan:
    place = locate(operation.path, context, writing=True)
    match operation:
        case AddFile():
            return _adding(operation, place)
        case DeleteFile():
            before = load(place)
            require_fresh(context, place, before)
            old = decode(before.data)
            diff = diff_of(place.shown, old.plain if old else "", "")
            return _Plan((Change(place, before, None),), diff, f"Deleted {place.shown}.")
        case UpdateFile():
            return _updating(operation, place, context)


def _adding(operation: AddFile, place: Place) -> _Plan:
    if load_if_there(place) is not None:
        raise Problem(f"{place.shown} exists; use '*** Update File' to change it.")
    change = Change(place, None, encode(Text(operation.content)))
    return _Plan((change,), diff_of(place.shown, "", operation.content), f"Added {place.shown}.")


def _updating(operation: UpdateFile, place: Place, context: ToolContext) -> _Plan:
    before = load(place)
    require_fresh(context, place, before)
    text = text_of(place, before)
    after = patched(operation, text)
    if not operation.move_to:
        if after.raw == text.raw:
            raise Problem(f"{place.shown}: the patch changes nothing.")
        diff = diff_of(place.shown, text.plain, after.plain)
        return _Plan((Change(place, before, encode(after)),), diff, f"Updated {place.shown}.")
    target = locate(operation.move_to, context, writing=True)
    if load_if_there(target) is not None:
        raise Problem(f"{place.shown} cannot move to {target.shown}: that file exists.")
    changes = (Change(target, None, encode(after), mode=before.mode), Change(place, before, None))
    diff = diff_of(target.shown, text.plain, after.plain)
    return _Plan(changes, diff, f"Moved {place.shown} to {target.shown}.")


def _preview(arguments: Patch, context: ToolContext) -> tuple[Display, ...]:
    try:
        return tuple(plan.diff for plan in _plans(arguments, context))
    except (Problem, OSError):
        return ()


TOOL = Tool(
    name="patch",
    description=(
        "Change files, all or nothing. input: '*** Begin Patch', then per file '*** Add File: path' (lines with +), "
        "'*** Delete File: path', or '*** Update File: path' (optional '*** Move to: path') with hunks: "
        "'@@ enclosing line', then 3 lines of context around changes, each line starting with ' ', '-' or '+'; "
        "last '*** End Patch'."
    ),
    arguments=Patch,
    effect="write",
    run=told(_run),
    preview=_preview,
)
