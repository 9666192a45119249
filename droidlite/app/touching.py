"""What a prompt's work has touched: whether it changed anything at all, whether it did since the check last ran, and
whether something was refused; so that a check is not run, and nobody paid, for a tree that is as it was."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from droidlite.agent.toolbox import Toolbox
from droidlite.events import CallDenied, CallStarted, Event
from droidlite.routing.listing import list_files

Stamps = Mapping[str, tuple[int, int]]
"""When each listed file was last changed (ns), and its size (bytes)."""
READ_ONLY = "This run is read-only: the check can only tell how things are."
NOTHING_READ_ONLY = "Nothing could be changed: this run is read-only; --auto low lets it edit."
NOTHING_ALLOWED = "Nothing could be changed: what was tried is not allowed in this session."


class Touch:
    """Watches the calls of one session in `root`, prompt by prompt."""

    def __init__(self, toolbox: Toolbox, root: Path) -> None:
        self._toolbox, self._root = toolbox, root
        self._denied = self._ever = self._since = False
        self._stamps: Stamps = {}

    def begin(self) -> None:
        """A prompt begins."""
        self._denied = self._ever = self._since = False

    def note(self, event: Event) -> bool:
        """Takes in an event of the work; whether it is a call that may change something."""
        if isinstance(event, CallDenied):
            self._denied = self._denied or self._effect(event.name) in ("write", "execute")
        if not isinstance(event, CallStarted) or not self._may_change(event):
            return False
        self._ever = self._since = True
        return True

    def checked(self, stamps: Stamps | None = None) -> None:
        """The check has run; `stamps` are those of the files after it, where they are known."""
        self._since, self._stamps = False, stamps_of(self._root) if stamps is None else stamps

    def since_check(self) -> bool:
        """Whether anything may be other than when the check last ran."""
        return self._since or stamps_of(self._root) != self._stamps

    def why_nothing(self, *, tried: bool) -> str:
        """Why another try cannot change anything ("" = it may), in a sentence for the person. `tried`: a model was told
        of the failed check and changed nothing."""
        if self._ever:
            return ""
        if self._toolbox.permissions.read_only:
            return NOTHING_READ_ONLY
        return NOTHING_ALLOWED if tried and self._denied else ""

    def _effect(self, name: str) -> str:
        tool = self._toolbox.tools.get(name)
        return tool.effect if tool is not None else ""

    def _may_change(self, event: CallStarted) -> bool:
        """Commands that are known to only read change nothing, and neither does a tool that reads."""
        tool = self._toolbox.tools.get(event.name)
        if tool is None or tool.effect != "execute":
            return tool is None or tool.effect != "read"
        return self._toolbox.permissions.may_change(tool, msgspec.convert(event.arguments, tool.arguments))


def stamps_of(root: Path) -> Stamps:
    """The stamps of all listed files below `root`."""
    found = {}
    for path in list_files(root):
        try:
            status = (root / path).lstat()
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def differing(before: Stamps, after: Stamps) -> tuple[str, ...]:
    """The files of `before` that are not the same in `after`."""
    return tuple(sorted(path for path in before if before[path] != after.get(path)))
