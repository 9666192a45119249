"""The write tool: creates a file, or replaces one the model has read."""

from msgspec import Struct

from droidlite.tool import Display, Outcome, Tool, ToolContext
from droidlite.tools.confined import Place, locate, paths_meant
from droidlite.tools.diffs import diff_of
from droidlite.tools.files import Change, Content, apply, load_if_there, require_fresh
from droidlite.tools.problem import Problem, told
from droidlite.tools.text import Text, decode, encode


class Write(Struct, frozen=True, forbid_unknown_fields=True):
    file_path: str
    content: str


def _run(arguments: Write, context: ToolContext, call_id: str) -> Outcome:
    place = locate(arguments.file_path, context, writing=True)
    before = load_if_there(place)
    if before is not None:
        require_fresh(context, place, before, read=bool(before.data))
    after = encode(_text(before, arguments.content))
    if before is not None and before.data == after:
        raise Problem(f"{place.shown} already has exactly this content.")
    apply(context, [Change(place, before, after)])
    verb = "Created" if before is None else "Replaced"
    lines = len(arguments.content.splitlines())
    return Outcome(f"{verb} {place.shown} ({lines} lines).", displays=(_diff(place, before, arguments.content),))


def _text(before: Content | None, content: str) -> Text:
    """`content` in the old file's encoding, mark and newlines; UTF-8 where there was none or Latin-1 cannot hold it."""
    old = None if before is None else decode(before.data)
    if old is None or (old.encoding == "latin-1" and max(content, default="") > "\xff"):
        return Text(content)
    raw = content.replace("\r\n", "\n").replace("\n", old.newline)
    return Text(raw.removeprefix("\ufeff") if old.mark else raw, old.encoding, old.mark, old.errors)


def _diff(place: Place, before: Content | None, content: str) -> Display:
    old = None if before is None else decode(before.data)
    return diff_of(place.shown, old.plain if old else "", content.replace("\r\n", "\n"))


def _preview(arguments: Write, context: ToolContext) -> tuple[Display, ...]:
    try:
        place = locate(arguments.file_path, context, writing=True)
        return (_diff(place, load_if_there(place), arguments.content),)
    except (Problem, OSError):
        return ()


TOOL = Tool(
    name="write",
    description="Create a file, or replace the whole of a file you have read. Prefer edit for changes.",
    arguments=Write,
    effect="write",
    targets=lambda arguments, context: paths_meant(arguments.file_path, context),
    run=told(_run),
    preview=_preview,
)
