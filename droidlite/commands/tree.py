"""The folders a command may stay in: whether a path leads out of them, by its text or through links on the disk."""

import glob
import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from posixpath import normpath

from msgspec import Struct

from droidlite.regular import walk

MOST_MATCHES = 2_000
"""Files a pattern may name before what it leads to counts as not known."""
MOST_ENTRIES = 20_000
"""Files below a folder that are looked at for links that lead out."""
MOST_PLACES = 16
"""Folders a chain of cd may end in."""


class Tree(Struct, frozen=True):
    """`root` is what commands may not leave, resolved, `cwd` the folder in it where they begin ("" = there), `extra`
    further allowed ones. Without a root only the text is judged."""

    root: str = ""
    extra: tuple[str, ...] = ()
    cwd: str = ""

    @property
    def here(self) -> str:
        return self.cwd or self.root

    def leads_out(self, path: str, places: Iterable[str] = ()) -> bool:
        """Whether `path` names something outside, seen from where commands begin or from one of `places`."""
        if path == "/dev/null":
            return False
        if path.startswith("~") or ".." in path.split("/"):
            return True
        if path.startswith("/") and not self._holds(normpath(path)):
            return True
        return any(not self._holds(os.path.realpath(os.path.join(place, path))) for place in self._places(places))

    def expands_out(self, pattern: str, places: Iterable[str] = ()) -> bool:
        """Whether a pattern of file names matches, or may match, something outside."""
        if any(part.startswith(".") and fnmatchcase("..", part) for part in pattern.split("/")):
            return True
        for place in self._places(places):
            matches = list(islice(glob.iglob(pattern, root_dir=place, include_hidden=True), MOST_MATCHES + 1))
            if len(matches) > MOST_MATCHES or any(self.leads_out(match, (place,)) for match in matches):
                return True
        return False

    def links_out_below(self, path: str, places: Iterable[str] = ()) -> bool:
        """Whether a link below the folder `path` leads out, or there is too much below it to say."""
        for place in self._places(places):
            seen = 0
            for folder, folders, files in walk(os.path.join(place, path)):
                seen += len(folders) + len(files)
                links = (os.path.join(folder, name) for name in (*folders, *files))
                if seen > MOST_ENTRIES or any(
                    os.path.islink(link) and not self._holds(os.path.realpath(link)) for link in links
                ):
                    return True
        return False

    def after(self, steps: Iterable[str]) -> tuple[str, ...] | None:
        """Every folder a command may run in when these are the folders that are changed to, in this order; None for
        too many."""
        places = [self.here] if self.root else []
        for step in steps:
            places += [each for place in places if (each := os.path.join(place, step)) not in places]
            if len(places) > MOST_PLACES:
                return None
        return tuple(places)

    def _places(self, places: Iterable[str]) -> Iterator[str]:
        if self.root:
            yield from places or (self.here,)

    def _holds(self, path: str) -> bool:
        return any(f"{path}/".startswith(f"{folder.rstrip('/')}/") for folder in (self.root, *self.extra) if folder)


def candidates(word: str) -> Iterator[str]:
    """The parts of an argument that could be a path: itself, what follows = or : in it, an option's attached value."""
    if not word.startswith("-"):
        yield from (part for part in (word, word.partition("=")[2], *word.split(":")[1:]) if part)
        return
    found = re.search(r"[/~]|\.\.", word)
    value = word.partition("=")[2] or (word[found.start() :] if found else "")
    yield from (part for part in (value, value.partition("=")[2], *value.split(":")[1:]) if part)


def attached(word: str) -> Iterator[str]:
    """What could be a path attached to a letter of `-abc`."""
    if word.startswith("-") and not word.startswith("--"):
        yield from (word[at:] for at in range(2, len(word)))
