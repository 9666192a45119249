"""Which files a command would overwrite or remove, as far as its words say: they are kept first, to be brought back."""

import glob
import os
import re
from collections.abc import Iterator
from itertools import chain, islice, pairwise

from msgspec import Struct

from droidlite.commands.parsing import UNKNOWN, read_command
from droidlite.commands.tree import Tree
from droidlite.regular import walk

MOST_FILES = 500
"""Files kept for one command; what would touch more is not said to be undoable."""
_WRITING_SIGNS = frozenset({">", ">>", "&>", "&>>", ">&"})
_MOVERS = frozenset({"cp", "mv", "ln", "install"})
_VALUES = {"truncate": ("-s", "-r"), "touch": ("-d", "-t", "-r"), "cp": ("-S",), "mv": ("-S",), "ln": ("-S",)}
"""Options whose value is no file that is written."""


class Overwritten(Struct, frozen=True):
    """`files` by absolute path; `why_not` says why they are not all known ("" = they are)."""

    files: tuple[str, ...] = ()
    why_not: str = ""


def overwritten(command: str, tree: Tree) -> Overwritten:
    """The files in `tree` that shell text would overwrite or remove. Best effort: programs do what they do."""
    reading = read_command(command)
    places = tree.after(argv[1] for argv in reading.commands if argv[0] == "cd" and len(argv) > 1) or (tree.here,)
    found: dict[str, None] = {}
    why_not = ""
    for argv in reading.commands:
        kept = by_command(argv, reading.globs, places)
        found |= dict.fromkeys(kept.files)
        why_not = why_not or kept.why_not
    for redirect in reading.redirects:
        if redirect.sign in _WRITING_SIGNS and redirect.target != UNKNOWN and not redirect.target.isdigit():
            found |= {os.path.join(place, redirect.target): None for place in places}
    files = (path for path in found if path != os.devnull and not tree.leads_out(path) and not os.path.isdir(path))
    return Overwritten(tuple(files), why_not)


def by_command(argv: tuple[str, ...], globs: tuple[str, ...], places: tuple[str, ...]) -> Overwritten:
    """The files one simple command would overwrite or remove, run in any of `places`."""
    words = list(_touched(argv))
    if not words:
        return Overwritten()
    why_not = ""
    if UNKNOWN in words or any(word in globs for word in words):
        why_not = f"what {argv[0]} would overwrite depends on what the shell expands"
    files: list[str] = []
    for place in places:
        paths = [
            os.path.join(place, each) for word in words if word != UNKNOWN for each in _expanded(word, globs, place)
        ]
        found = (
            _moved(argv, paths) if argv[0].rpartition("/")[2] in _MOVERS else chain.from_iterable(map(_below, paths))
        )
        files += islice(found, MOST_FILES + 1)
    if len(files) > MOST_FILES:
        return Overwritten(tuple(files[:MOST_FILES]), f"{argv[0]} touches more files than are kept for undo")
    return Overwritten(tuple(files), why_not)


def _touched(argv: tuple[str, ...]) -> Iterator[str]:
    """The words of a command that name what it overwrites, removes or puts elsewhere."""
    name, words = argv[0].rpartition("/")[2], _words(argv)
    if name in _MOVERS or name in ("rm", "unlink", "shred", "tee", "touch", "truncate"):
        yield from words
    elif name == "sed" and any(re.match(r"-[Enrsz]*i|--in-place", word) for word in argv[1:]):
        scripted = any(re.match(r"-\w*[ef]|--(expr|file)", word) for word in argv[1:])
        yield from words if scripted else words[1:]
    elif name == "dd":
        yield from (word[3:] for word in argv[1:] if word.startswith("of="))


def _words(argv: tuple[str, ...]) -> list[str]:
    """The arguments that are no options, nor values of options that name no file."""
    valued = _VALUES.get(argv[0].rpartition("/")[2], ())
    pairs = pairwise(argv)
    return [word for before, word in pairs if before not in valued and not word.startswith("-")]


def _moved(argv: tuple[str, ...], paths: list[str]) -> Iterator[str]:
    """What cp, mv, ln and install overwrite at the other end, and for mv what is gone at this one."""
    if "-t" in argv[1:]:  # -t FOLDER SOURCE ...
        at = argv.index("-t") - 1
        paths = [*paths[:at], *paths[at + 1 :], *paths[at : at + 1]]
    *sources, end = paths
    for source in sources:
        goal = os.path.join(end, os.path.basename(source.rstrip("/"))) if os.path.isdir(end) else end
        if argv[0].rpartition("/")[2] == "mv":
            yield from _below(source)
        if not os.path.isdir(source) or os.path.islink(source):
            yield goal
        else:
            yield from (os.path.join(goal, os.path.relpath(path, source)) for path in _below(source))


def _expanded(word: str, globs: tuple[str, ...], place: str) -> list[str]:
    return list(islice(glob.iglob(word, root_dir=place), MOST_FILES)) if word in globs else [word]


def _below(path: str) -> Iterator[str]:
    """The path itself, or every file below a folder."""
    if not os.path.isdir(path) or os.path.islink(path):
        yield path
        return
    for folder, _, names in walk(path):
        yield from (os.path.join(folder, name) for name in names)
