"""What a session changed, as diffs and as words; and the files a person may mention."""

import difflib
import os
import re
import subprocess
from heapq import nsmallest
from pathlib import Path

from droidlite.errors import Refused, UsageError
from droidlite.hostgit import run_git
from droidlite.regular import git_answers, read_regular, walk
from droidlite.session.checkpoint import Checkpoint, FileChange
from droidlite.session.conversation import first_line
from droidlite.session.fold import Session as Past
from droidlite.settings.paths import find_root
from droidlite.tool import Diff
from droidlite.tools.diffs import diff_of
from droidlite.ui.rewinding import Preview
from droidlite.ui.wording import counted

EFFECTS = {
    "modified": "its content goes back",
    "created": "it is removed",
    "deleted": "it comes back",
    "mode": "its mode goes back",
    "unsaved": "it cannot go back",
}
MOST_FILES = 50
MOST_LISTED = 10
"""Files a preview names."""
MOST_NAMED = 3
"""Commands and messages named where there are more."""
SHOWN = 200_000
"""Characters of one file a diff is made of."""


def session_diff(checkpoint: Checkpoint, root: Path) -> str:
    """Unified diff of what this session changed, against what the files were before its first change."""
    parts: list[str] = []
    for change in checkpoint.changes_since():
        before = checkpoint.content_before(change.path)
        after = _text(root / change.path)
        if before is None or after is None:
            parts.append(f"{change.path}: {change.effect} (not text)\n")
            continue
        old = f"a/{change.path}" if change.effect != "created" else "/dev/null"
        new = f"b/{change.path}" if change.effect != "deleted" else "/dev/null"
        parts += difflib.unified_diff(before.splitlines(True), after.splitlines(True), old, new)
    return "".join(part if part.endswith("\n") else f"{part}\n\\ No newline at end of file\n" for part in parts)


def session_diffs(checkpoint: Checkpoint, root: Path, turn: int = 0) -> tuple[Diff, ...]:
    """What was changed since the start of `turn` (0 = by the whole session), file by file; the patch of one that is not
    text, or was not kept, is ""."""
    found: list[Diff] = []
    for change in checkpoint.changes_since(turn):
        before, after = checkpoint.content_before(change.path, turn), _text(root / change.path)
        whole = before is not None and after is not None
        found.append(diff_of(change.path, before or "", after or "") if whole else Diff(change.path, ""))
    return tuple(found)


def files_before(checkpoint: Checkpoint) -> dict[str, str | None]:
    """What the text files that this session changed were before its first change; None = there was no such file."""
    found: dict[str, str | None] = {}
    for change in checkpoint.changes_since():
        before = checkpoint.content_before(change.path)
        if change.effect == "created" or before is not None:
            found[change.path] = None if change.effect == "created" else before
    return found


def _text(path: Path) -> str | None:
    """The file's text, "" where there is none, None where it is not text or too long."""
    try:
        data = read_regular(path, SHOWN + 1)
    except OSError:
        return ""
    return None if len(data) > SHOWN or b"\0" in data else data.decode("utf-8", "replace")


def preview(past: Past, found: list[FileChange], diffs: tuple[Diff, ...], turn: int) -> Preview:
    """What going back to the start of `turn` would do to files and conversation, and what it cannot take back."""
    sizes = {diff.path: f" (+{diff.added} -{diff.removed})" for diff in diffs if diff.patch}
    lines = [f"{change.path}: {EFFECTS[change.effect]}{sizes.get(change.path, '')}" for change in found[:MOST_LISTED]]
    lines += [f"and {counted(len(found) - MOST_LISTED, 'more file')}"] if len(found) > MOST_LISTED else []
    lines += [f"{change.path}: {change.note}" for change in found if change.note]
    dropped = [row.text for row in past.turns if row.number >= turn]
    said = [f"{counted(len(dropped), 'message')} of yours and what followed are dropped"]
    said += [f"❯ {text}" for text in dropped[:MOST_NAMED]]
    return Preview(tuple(lines), tuple(said), not_taken_back(past, turn))


def not_taken_back(past: Past, turn: int) -> tuple[str, ...]:
    """One line that names the commands run since the start of `turn`: of what they changed, only the files whose names
    they spell out were kept."""
    ran = list(dict.fromkeys(first_line(command) for command in past.commands_since(turn)))
    if not ran:
        return ()
    named = "; ".join(ran[:MOST_NAMED]) + (f"; and {len(ran) - MOST_NAMED} more" if len(ran) > MOST_NAMED else "")
    who = "this command" if len(ran) == 1 else f"these {len(ran)} commands"
    return (f"what else {who} changed is not taken back: {named}",)


def prompt_of(past: Past, turn: int) -> str:
    """What the person said at the start of `turn`, to edit and send again."""
    row = next((row for row in past.turns if row.number == turn), None)
    if row is None:
        raise UsageError(f"There is no turn {turn} to go back to.")
    return row.shown


class Files:
    """The paths behind `@`, relative to the working folder, read once for each session."""

    def __init__(self, cwd: Path) -> None:
        self._cwd, self._root = cwd, find_root(cwd)
        self._paths: list[tuple[str, str]] | None = None

    def matching(self, typed: str) -> tuple[str, ...]:
        """Paths that hold the typed letters in order, those with the text in one piece and short ones first."""
        if self._paths is None:
            found = list_files(self._root)
            here = self._cwd == self._root
            paths = found if here else [os.path.relpath(self._root / path, self._cwd) for path in found]
            self._paths = [(path, path.lower()) for path in paths]
        wanted = typed.lower()
        in_order = re.compile("".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in wanted)).match
        scored = ((_score(low, wanted), len(path), path) for path, low in self._paths if in_order(low))
        return tuple(path for _, _, path in nsmallest(MOST_FILES, scored))


def _score(path: str, typed: str) -> int:
    """Lower is better, for a path that has all the letters in order."""
    if typed not in path:
        return 3
    name = path.rsplit("/", 1)[-1]
    return 0 if name.startswith(typed) else 1 if typed in name else 2


def list_files(root: Path) -> list[str]:
    """What git would track; every file below `root` where there is no git."""
    command = ["git", "-c", "core.fsmonitor=false", "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        if not git_answers(root):
            raise OSError
        listed = run_git(command, root, seconds=10)
        listed.check_returncode()
    except (OSError, subprocess.SubprocessError, Refused):
        return [
            os.path.relpath(os.path.join(folder, name), root)
            for folder, folders, names in walk(root)
            for name in names
            if not _hide(folders)
        ]
    return [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]


def _hide(folders: list[str]) -> bool:
    """Keeps os.walk out of hidden folders; always false, so that the file itself is listed."""
    folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
    return False
