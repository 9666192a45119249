"""The patch tool: applies a `*** Begin Patch` envelope over several files, all of it or nothing."""

from pathlib import Path

from msgspec import Struct

from droidlite.tool import Diff, Display, Outcome, Tool, ToolContext
from droidlite.tools.confined import Place, locate, paths_meant
from droidlite.tools.diffs import diff_of
from droidlite.tools.envelope import AddFile, DeleteFile, Operation, UpdateFile, parse
from droidlite.tools.files import Change, Content, apply, binary, load_if_there, require_fresh
from droidlite.tools.hunks import patched
from droidlite.tools.problem import Problem, told
from droidlite.tools.text import Text, decode, encode


class Patch(Struct, frozen=True, forbid_unknown_fields=True):
    input: str


class _File(Struct):
    """One path while the operations are gone through: what it was, what it will be (None = no file), and whether it was
    moved here. `begun` is the text its diff starts from."""

    place: Place
    before: Content | None
    after: bytes | None
    begun: str
    moved_from: str = ""
    mode: int | None = None
    gone_to: str = ""


class _Tree:
    """The files of one patch: an operation sees what those before it made of them."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._files: dict[Path, _File] = {}

    def at(self, path: str) -> _File:
        """Raises Problem for a path outside, and for a file changed since it was read."""
        place = locate(path, self._context, writing=True)
        if place.path not in self._files:
            before = load_if_there(place)
            if before is not None:
                require_fresh(self._context, place, before)
            text = decode(before.data) if before else None
            data = before.data if before else None
            self._files[place.path] = _File(place, before, data, text.plain if text else "")
        return self._files[place.path]

    def changes(self) -> list[Change]:
        """What makes the tree true; a moved file appears at its new place before it goes from the old one."""
        changed = [file for file in self._files.values() if file.after != (file.before.data if file.before else None)]
        made = [Change(file.place, file.before, file.after, mode=file.mode) for file in changed]
        return sorted(made, key=lambda change: change.after is None and self._files[change.place.path].gone_to != "")

    def told(self) -> list[tuple[str, Diff]]:
        """Line and diff for each file that is other than it was."""
        files = [file for file in self._files.values() if not file.gone_to and (file.before or file.after is not None)]
        return [(_line(file), diff_of(file.place.shown, file.begun, _text(file))) for file in files]


def _line(file: _File) -> str:
    shown = file.place.shown
    if file.moved_from:
        return f"Moved {file.moved_from} to {shown}."
    if file.after is None:
        return f"Deleted {shown}."
    return f"Added {shown}." if file.before is None else f"Updated {shown}."


def _text(file: _File) -> str:
    text = decode(file.after) if file.after is not None else None
    return text.plain if text else ""


def _run(arguments: Patch, context: ToolContext, call_id: str) -> Outcome:
    tree = _planned(arguments, context)
    apply(context, tree.changes())
    lines, diffs = zip(*tree.told(), strict=True) if tree.told() else ((), ())
    return Outcome("\n".join(lines), displays=diffs)


def _planned(arguments: Patch, context: ToolContext) -> _Tree:
    tree = _Tree(context)
    for operation in parse(arguments.input):
        _take(operation, tree)
    if not tree.changes():
        raise Problem("The patch changes nothing.")
    return tree


def _take(operation: Operation, tree: _Tree) -> None:
    file = tree.at(operation.path)
    match operation:
        case AddFile():
            if file.after is not None:
                raise Problem(f"{file.place.shown} exists; use '*** Update File' to change it.")
            file.after, file.gone_to = encode(Text(operation.content)), ""
        case DeleteFile():
            if file.after is None:
                raise Problem(f"{file.place.shown} does not exist.")
            file.after = None
        case UpdateFile():
            _update(operation, file, tree)


def _update(operation: UpdateFile, file: _File, tree: _Tree) -> None:
    shown = file.place.shown
    if file.after is None:
        raise Problem(f"{shown} does not exist.")
    text = decode(file.after)
    if text is None:
        raise binary(file.place, len(file.after))
    after = patched(operation, text)
    target = tree.at(operation.move_to) if operation.move_to else file
    if target is file:
        if after.raw == text.raw:
            raise Problem(f"{shown}: the patch changes nothing.")
        file.after = encode(after)
        return
    if target.after is not None:
        raise Problem(f"{shown} cannot move to {target.place.shown}: that file exists.")
    target.after, target.begun, target.moved_from = encode(after), file.begun, file.moved_from or shown
    target.mode = file.before.mode if file.before else file.mode
    target.gone_to, file.after, file.gone_to = "", None, target.place.shown


def _targets(arguments: Patch, context: ToolContext) -> tuple[str, ...]:
    try:
        operations = parse(arguments.input)
    except Problem:  # it will say so itself
        return ()
    paths = [operation.path for operation in operations]
    paths += [each.move_to for each in operations if isinstance(each, UpdateFile) and each.move_to]
    return tuple(dict.fromkeys(found for path in paths for found in paths_meant(path, context)))


def _preview(arguments: Patch, context: ToolContext) -> tuple[Display, ...]:
    try:
        return tuple(diff for _, diff in _planned(arguments, context).told())
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
    targets=_targets,
    run=told(_run),
    preview=_preview,
)
