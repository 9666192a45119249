"""Checks the check: a pass counts only where it also passes with its own files as they were before the work."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, structs

from droidlite.app.checking import Checker
from droidlite.checks.protected import is_config
from droidlite.checks.replica import TooLarge, copy_tree, is_linked, put_back
from droidlite.checks.runners import words_of
from droidlite.checks.snapshot import Changed, Snapshot
from droidlite.checks.verdict import Ran, Verdict

Judge = Callable[[Ran], Verdict]


class Finding(Struct, frozen=True):
    """What came of it. `tampered`: the check's files without whose change it does not pass; `reason`: one sentence,
    "" where all is well; `unproven`: it could not be told, and nothing of the check was taken away; `output`: what the
    original check printed."""

    tampered: tuple[str, ...] = ()
    reason: str = ""
    unproven: bool = False
    output: str = ""


def examine(checker: Checker, then: Snapshot, changed: Changed, judge: Judge, *, prompt: str = "") -> Finding:
    """Holds a pass against the check's files as they were `then`. New files that the command or the `prompt` names are
    the work itself."""
    asked = words_of(checker.check.command) | words_of(prompt)
    kept = [path for path in changed.added if is_config(path) or asked.isdisjoint({path, path.rpartition("/")[2]})]
    changed = structs.replace(changed, added=tuple(kept))
    if changed.hooks:
        return Finding(changed.hooks, "A test runner would load them in place of its own code.")
    lasting = [path for path in changed.unkept or () if path]
    lasting += [path for path in (*changed.edited, *changed.removed) if os.path.isabs(path) or is_linked(path)]
    if lasting:
        return Finding(tuple(dict.fromkeys(lasting)), "They cannot be put back to check without the changes.")
    if not (changed.edited or changed.removed or any(not is_linked(path) for path in changed.added)):
        return Finding()
    if checker.check.runner == "ctest":
        return _unknown(changed, "a CMake build cannot be moved")
    place = Path(tempfile.mkdtemp(prefix="droidlite-check-"))
    try:
        return _compared(checker, place, then, changed, judge)
    except TooLarge:
        return _unknown(changed, "the folder is too large to copy")
    except OSError as error:
        return _unknown(changed, f"the folder cannot be copied ({error.strerror or error})")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _compared(checker: Checker, place: Path, then: Snapshot, changed: Changed, judge: Judge) -> Finding:
    """The original check in a copy; where it fails twice, the changed one in another copy: only where that passes is it
    the changes that make the difference."""
    root = checker.context.root
    original, control = place / "original" / root.name, place / "control" / root.name
    for copy in (original, control):
        copy.parent.mkdir()
    copy_tree(root, original)
    put_back(original, then, changed)
    for _ in range(2):
        run = checker.run(root=original, quietly=True)
        if judge(run).passed:
            return Finding()
        if run.exit_code is None or checker.context.cancellation.cancelled:
            break
    copy_tree(root, control)
    if not judge(checker.run(root=control, quietly=True)).passed:
        return _unknown(changed, "the check does not work in a copy of the folder")
    if not changed.edited and not changed.removed and run.known and (run.tests is None or run.tests.ran == 0):
        return Finding(unproven=True, reason="Before the work there was no test to run.")
    suspects = tuple(dict.fromkeys((*changed.suspects, *changed.added)))
    return Finding(suspects, "With them as they were before the work it fails.", output=run.output)


def _unknown(changed: Changed, why: str) -> Finding:
    told = f"Whether it passes without the changes to its own files is not known: {why}."
    return Finding(changed.suspects, told, unproven=not changed.suspects)
