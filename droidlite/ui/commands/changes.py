"""Commands about what was changed and said: show it, take it back, sum it up."""

from collections.abc import Iterator, Sequence
from typing import get_args

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.tool import Diff
from droidlite.ui.asking import Asking, Option
from droidlite.ui.cells import column_widths, cut_middle, set_in_columns
from droidlite.ui.choosing import Item, pick_from
from droidlite.ui.commands.host import Host
from droidlite.ui.rewinding import Part, Preview, Rewinding
from droidlite.ui.wording import counted

FOLDED = 30
"""Lines of one file's change that /diff shows where there are several files."""


def compact(host: Host, words: str) -> None:
    host.show(host.conversation.compact())


def rewind(host: Host, words: str) -> None:
    if words == "undo":
        told = host.conversation.undo_rewind()
        host.say(host.painter.text("\n".join([*told, "the rewind is taken back"]), "dim"))
        return
    if words:
        raise UsageError("/rewind asks what to go back to; /rewind undo takes the last one back.")
    rows = tuple(reversed(host.conversation.turns()))
    if not rows:
        raise UsageError("There is no message to go back to yet.")
    items = [Item(row.turn, (clean_line(row.text, 120), counted(row.files, "file") + " changed since")) for row in rows]
    turn = host.ask(pick_from("Rewind to just before", items))
    if turn is None:
        return
    preview = host.conversation.preview_rewind(turn)
    part = host.ask(rewind_dialog(preview))[0]
    if part == "look":
        _show_diffs(host, host.conversation.diff(turn), most=400)
        part = host.ask(rewind_dialog(preview, looked=True))[0]
    if part in get_args(Part):
        _tell_rewound(host, host.conversation.rewind(turn, part), part)


def rewind_dialog(preview: Preview, *, looked: bool = False) -> Asking:
    """What would go back, and which of it shall. Its value is a Part, "look" or "no"."""
    files = ["files:", *(f"  {line}" for line in preview.files)] if preview.files else ["no file was changed since"]
    lines = [*files, "conversation:", *(f"  {line}" for line in preview.said), *preview.stays]
    options = [Option("Rewind files and conversation", "both")]
    if preview.files:
        options += [
            Option("Rewind only the conversation; files stay as they are", "conversation"),
            Option("Rewind only the files; the conversation stays", "files"),
        ]
    options += [Option("Show what goes back, line by line", "look")] if preview.files and not looked else []
    return Asking(
        title="Rewind?",
        body=tuple(clean_line(line, 200) for line in lines),
        options=(*options, Option("Leave all as it is", "no")),
        left=("no", ""),
        leaving="cancel",
    )


def _tell_rewound(host: Host, rewound: Rewinding, part: Part) -> None:
    if rewound.told:
        host.say(host.painter.text("\n".join(clean_line(line, 400) for line in rewound.told), "yellow"))
    done = {
        "both": "rewound; your message is below, to edit and send again",
        "conversation": "the conversation is rewound, files stay; your message is below, to edit and send again",
        "files": "the files are put back, the conversation stays; the model is told with your next message",
    }
    host.say(host.painter.text(f"{done[part]} (/rewind undo takes this back)", "dim"))
    if rewound.prompt:
        host.fill(rewound.prompt)


def diff(host: Host, words: str) -> None:
    diffs = host.conversation.diff()
    if not diffs:
        host.say(host.painter.text("nothing changed in this session", "dim"))
        return
    wanted = [diff for diff in diffs if words in diff.path]
    if not wanted:
        raise UsageError(f"This session changed no file {clean_line(words, 120)}; /diff lists those it did.")
    if len(wanted) > 1:
        host.say("\n" + host.painter.text("\n".join(_stat(wanted, host.painter.width - 2)), "bold", "  "))
    _show_diffs(host, wanted, most=2_000 if words or len(wanted) == 1 else FOLDED)


def _stat(diffs: Sequence[Diff], width: int) -> Iterator[str]:
    """A row for each file, and the sums."""
    rows = [(clean_line(diff.path, 200), *_sizes(diff)) for diff in diffs]
    names = counted(len(diffs), "file")
    rows.append((names, f"+{sum(diff.added for diff in diffs)}", f"-{sum(diff.removed for diff in diffs)}"))
    widths = column_widths(rows, width, ((0, 12),))
    for name, *rest in rows:
        yield set_in_columns((cut_middle(name, widths[0]), *rest), widths, frozenset({1, 2}))


def _sizes(diff: Diff) -> tuple[str, str]:
    return (f"+{diff.added}", f"-{diff.removed}") if diff.patch else ("", "not text")


def _show_diffs(host: Host, diffs: Sequence[Diff], most: int) -> None:
    """Each file with at most `most` lines of its change."""
    painter = host.painter
    for diff in diffs:
        sizes = " ".join(each for each in _sizes(diff) if each)
        head = painter.text(f"{clean_line(diff.path, 200)}  {sizes}", "bold", "  ")
        more = diff.patch.count("\n") > most
        tail = painter.text(f"/diff {clean_line(diff.path, 200)} shows all of it", "dim", "        ") if more else ""
        host.say("\n" + head + (painter.diff(diff, most=most) if diff.patch else "") + tail)
