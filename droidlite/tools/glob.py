"""The glob tool: files by name pattern, newest first."""

import os

from msgspec import Struct

from droidlite.tool import Outcome, Output, Tool, ToolContext
from droidlite.tools.beneath import Beneath
from droidlite.tools.confined import Place, hidden, locate, open_folder, paths_meant, shown
from droidlite.tools.listing import files_below, matches, spelled_out
from droidlite.tools.problem import Problem, told

_SHOWN = 200


class Glob(Struct, frozen=True, forbid_unknown_fields=True):
    pattern: str
    path: str = "."


def _run(arguments: Glob, context: ToolContext, call_id: str) -> Outcome:
    place = locate(arguments.path, context)
    try:
        os.close(open_folder(place))
    except FileNotFoundError as error:
        raise Problem(f"{place.shown} does not exist.") from error
    choices = spelled_out(arguments.pattern.removeprefix(f"{place.path}/") or "*")
    found = (path for path in files_below(place.path, context) if any(matches(path, choice) for choice in choices))
    with Beneath() as beneath:
        dated = [
            (-facts.st_mtime_ns, path)
            for path in found
            if not hidden(each := Place(place.base, (*place.parts, *path.split("/")), path), context)
            and (facts := beneath.facts(each)) is not None
        ]
    if context.cancellation.cancelled:
        raise Problem("Interrupted.")
    if not dated:
        return Outcome(f"No file matches {arguments.pattern}.")
    plain = place.path == context.folder
    lines = [path if plain else shown(place.path / path, context) for _, path in sorted(dated)]
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"(the newest {_SHOWN} of {len(lines)}; use a narrower pattern)"]
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    return Outcome(text, displays=(Output(text),))


TOOL = Tool(
    name="glob",
    description="List files by pattern (src/**/*.py), newest first. Skips what git ignores.",
    arguments=Glob,
    effect="read",
    targets=lambda arguments, context: paths_meant(arguments.path, context),
    run=told(_run),
)
