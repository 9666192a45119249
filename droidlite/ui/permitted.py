"""What runs without asking, as a person reads it: the autonomy, each rule and where it stands. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from droidlite.sanitise import clean_line
from droidlite.types import Autonomy
from droidlite.ui.cells import column_widths, set_in_columns, wrap

MEANS: dict[Autonomy, str] = {
    "off": "only reads run without asking",
    "low": "reads and edits inside the folder run without asking",
    "medium": "reads, edits inside the folder and commands that can be undone, on this machine, run without asking",
    "high": "everything runs without asking, but for what is denied",
}


class Permit(Struct, frozen=True, kw_only=True):
    """One rule: what it allows, in words, and where it stands. `fixed` says why it cannot be revoked here ("" = it
    can)."""

    allows: str
    where: str
    fixed: str = ""


class Permitted(Struct, frozen=True, kw_only=True):
    """What may run without asking now. `most` is the highest autonomy policy allows ("" = any), `asked` is asked about
    whatever allows it, `denied` never runs; `only_tools` and `without_tools` are those of the flags, globs included."""

    autonomy: Autonomy
    most: str = ""
    permits: tuple[Permit, ...] = ()
    asked: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    only_tools: tuple[str, ...] = ()
    without_tools: tuple[str, ...] = ()


def permitted_lines(permitted: Permitted, width: int) -> Iterator[str]:
    """All of it in lines of at most `width` cells."""
    most = f" (policy allows no more than {permitted.most})" if permitted.most else ""
    yield from wrap(f"autonomy {permitted.autonomy}{most}: {MEANS[permitted.autonomy]}", width)
    yield from wrap("Shift+Tab or /autonomy changes it", width)
    yield ""
    if permitted.permits:
        rows = [("runs without asking", "allowed by")]
        rows += [(clean_line(one.allows, 200), clean_line(one.where, 200)) for one in permitted.permits]
        widths = column_widths(rows, width, ((1, 14), (0, 24)))
        yield from (set_in_columns(row, widths) for row in rows)
    else:
        yield from wrap("no command was allowed for longer than once", width)
    for name, words in (
        ("always asked about", permitted.asked),
        ("never", permitted.denied),
        ("only these tools", permitted.only_tools),
        ("without these tools", permitted.without_tools),
    ):
        if words:
            yield from wrap(f"{name}: {clean_line(', '.join(words), 500)}", width)
