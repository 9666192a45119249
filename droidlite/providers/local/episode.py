"""Decides what comes next in a task, from what has happened so far: most steps by rule, one by the model."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct

from droidlite.providers.local import wording
from droidlite.providers.local.failures import STOPPED
from droidlite.providers.local.history import History
from droidlite.providers.local.targets import find_target, spoken_of
from droidlite.providers.local.task import Task, find_paths, is_test, source_files
from droidlite.providers.local.views import View, change_call

ROUNDS = 36
"""Changes that are tried before it is given up: a check costs little, and one of several answers is often right."""
MOST_WORK = 3_600
"""Work after which no further change is tried (see history.work_of): close to 4 minutes on two quiet cores."""
FIRST_SECONDS, CHECK_SECONDS = 30, 60
"""How long a check may take before the first change, and after one where the first came to an end."""
READ_LINES = 400
"""Lines of a file looked at: more would not fit beside the answer."""
_NAMED = 3  # files named in the task that are read
_CANNOT_RUN = (126, 127)


class UseTools(Struct, frozen=True):
    """Calls by rule. `why` is told as thinking."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    why: str


class ProposeChange(Struct, frozen=True):
    """The model changes the file `path` (or writes it, where there is none); `round` changes were tried before."""

    path: str
    round: int = 0


class ChooseFile(Struct, frozen=True):
    """The model picks the file to change; () = it names a new one."""

    files: tuple[str, ...] = ()


class ProposeCommand(Struct, frozen=True):
    files: tuple[str, ...] = ()


class AnswerQuestion(Struct, frozen=True):
    pass


class Finish(Struct, frozen=True):
    text: str


Step = UseTools | ProposeChange | ChooseFile | ProposeCommand | AnswerQuestion | Finish


class Situation(Struct, frozen=True):
    """All a decision rests on. `check` is the command whose exit 0 means done ("" = none known)."""

    task: Task
    history: History
    tools: frozenset[str]
    check: str = ""

    @property
    def judges(self) -> tuple[str, ...]:
        """Files the check names: they judge the work, unless the task is about nothing else."""
        return find_paths(self.check)

    @property
    def can_check(self) -> bool:
        return bool(self.check) and "shell" in self.tools


def next_step(now: Situation) -> Step:
    if not now.task.text:
        return Finish("There is no task.")
    if now.history.refused:
        return Finish(wording.refused(now.history))
    if (step := _gather(now)) is not None:
        return step
    match now.task.kind:
        case "question":
            return AnswerQuestion()
        case "command":
            return _command(now)
        case "change":
            return _change(now)


# --- reading --------------------------------------------------------------------------------------------------------


def _gather(now: Situation) -> UseTools | None:
    """Reads what the task names; looks for what is not where it was said to be."""
    history = now.history
    wanted = [path for path in now.task.paths[:_NAMED] if not _is_known(history, path)]
    if wanted and "read" in now.tools:
        return _read(wanted)
    for path in now.task.paths[:_NAMED]:
        pattern = f"**/{PurePosixPath(path).name}"
        if path not in history.missing or "glob" not in now.tools:
            continue
        if f"glob {pattern}" not in history.listings:
            return UseTools((("glob", {"pattern": pattern}),), f"{path} is not there; looking for it.")
        unread = [other for other in history.listings[f"glob {pattern}"][:1] if not _is_known(history, other)]
        if unread and "read" in now.tools:
            return _read(unread)
    return _window(now)


def _window(now: Situation) -> UseTools | None:
    """For a file too long to be shown whole: finds the part the task is about."""
    for path, view in now.history.now.items():
        if view.whole or view.first != 1 or not now.task.names or not {"grep", "read"} <= now.tools:
            continue
        pattern = rf"\b{re.escape(now.task.names[0])}\b"
        found = now.history.listings.get(f"grep {pattern}")
        if any(re.search(pattern, line) for line in view.lines):
            continue
        if found is None:
            return UseTools((("grep", {"pattern": pattern, "path": path}),), f"{path} is long; looking for the place.")
        lines = [int(match[1]) for row in found if (match := re.match(r".*?:(\d+):", row))]
        if lines:
            arguments = {"file_path": path, "offset": max(1, lines[0] - 60), "limit": READ_LINES // 2}
            return UseTools((("read", arguments),), f"Reading {path} from line {arguments['offset']}.")
    return None


def _read(paths: list[str]) -> UseTools:
    calls = tuple(("read", {"file_path": path, "limit": READ_LINES}) for path in paths)
    return UseTools(calls, f"Reading {', '.join(paths)}.")


def _is_known(history: History, path: str) -> bool:
    return path in history.now or path in history.missing or path in history.unreadable


# --- changing -------------------------------------------------------------------------------------------------------


def _change(now: Situation) -> Step:
    history = now.history
    if not now.tools & {"edit", "write"}:
        return Finish(wording.cannot_change(now.tools))
    target = find_target(now.task, history, now.check)
    if target is None:
        return _find(now)
    if target in history.unreadable and target not in history.now:
        return Finish(f"I could not read {target}: {history.unreadable[target]}")
    rounds = sum(path == target for path in history.changes)
    if not rounds:
        return _look(now, target) or ProposeChange(target)
    return _judge(now, target, rounds)


def _look(now: Situation, target: str) -> Step | None:
    """Before the first change: what fails, and the tests that say so."""
    if not now.can_check:
        return None
    run = now.history.run_of(now.check)
    if run is None:
        return UseTools((("shell", {"command": now.check, "timeout": FIRST_SECONDS}),), "Seeing what fails.")
    if target in now.judges and (blamed := next(_reads(now, spoken_of(now.history, now.check)), None)) is not None:
        return blamed
    known = {PurePosixPath(path).name for path in (target, *now.history.now, *now.history.unreadable)}
    told = [path for path in wording.files_in(run.output) if is_test(path)]
    unread = [
        path
        for path in (*now.judges, *told)
        if PurePosixPath(path).name not in known and not _is_known(now.history, path)
    ]
    return _read(unread[:1]) if unread and "read" in now.tools else None


def _check(now: Situation) -> UseTools:
    first = next((run for run in now.history.runs if run.command == now.check), None)
    quick = first is not None and first.code != STOPPED
    arguments: dict[str, Any] = {"command": now.check}
    return UseTools((("shell", arguments | ({"timeout": CHECK_SECONDS} if quick else {})),), "Checking the change.")


def _judge(now: Situation, target: str, rounds: int) -> Step:
    """After a change: the check, then the end or another round."""
    history = now.history
    if not now.can_check:
        return Finish(wording.unchecked(target, now.check, offered="shell" in now.tools))
    before, after = history.before.get(target, View(target)), history.now.get(target, View(target))
    if rounds > 1 and before == after:
        return Finish(wording.gave_up(target, now.check, history, restored=True))
    run = history.run_of(now.check)
    if run is None or run.changes < len(history.changes):
        return _check(now)
    if run.code == 0:
        return Finish(wording.passed(target, now.check, rounds))
    if run.code is None:
        return Finish(wording.not_run(target, run))
    if run.code in _CANNOT_RUN or re.search(r"No module named '?(pytest|unittest)", run.output):
        return Finish(wording.cannot_check(target, run))
    if rounds < ROUNDS and history.work < MOST_WORK:
        return ProposeChange(target, rounds)
    return put_back(now, target)


def put_back(now: Situation, target: str) -> UseTools | Finish:
    """Undoes what was tried; a new file stays, as no tool removes one."""
    history = now.history
    before, after = history.before.get(target, View(target)), history.now.get(target, View(target))
    if not before.lines or "edit" not in now.tools:
        return Finish(wording.gave_up(target, now.check, history, restored=False))
    return UseTools((change_call(after, before),), f"That did not work: putting {target} back as it was.")


def _find(now: Situation) -> Step:
    """No file is named: by the names of code in the task, by a failing check, by what is there, by asking."""
    return next(_searches(now))


def _searches(now: Situation) -> Iterator[Step]:
    history = now.history
    if "grep" in now.tools:
        for name in now.task.names[:2]:
            pattern = rf"\b(def|class|function|func|fn|const|let|var)\s+{re.escape(name)}\b"
            if f"grep {pattern}" not in history.listings:
                yield UseTools((("grep", {"pattern": pattern}),), f"Looking for {name}.")
            yield from _reads(now, [row.split(":")[0] for row in history.listings[f"grep {pattern}"]])
    if now.check and "shell" in now.tools:
        run = history.run_of(now.check)
        if run is None:
            yield UseTools((("shell", {"command": now.check, "timeout": FIRST_SECONDS}),), "Seeing what fails.")
        else:
            yield from _reads(now, wording.files_in(run.output))
    if "glob" in now.tools:
        if "glob **/*" not in history.listings:
            yield UseTools((("glob", {"pattern": "**/*"}),), "Looking at what is here.")
        files = [path for path in source_files(history.listings["glob **/*"]) if path not in history.unreadable]
        if len(files) == 1:
            yield from _reads(now, files)
        yield ChooseFile(tuple(files[:60]))
    yield Finish("I do not know which file this is about. Name it, please.")


def _reads(now: Situation, paths: list[str]) -> Iterator[Step]:
    found = [path for path in dict.fromkeys(paths) if not is_test(path) and not _is_known(now.history, path)]
    if found and "read" in now.tools:
        yield _read(found[:1])


# --- commands -------------------------------------------------------------------------------------------------------


def _command(now: Situation) -> Step:
    if now.history.runs:
        return Finish(wording.ran(now.history.runs[-1]))
    if "shell" not in now.tools:
        return Finish(wording.cannot_run())
    if now.task.check:
        return UseTools((("shell", {"command": now.task.check}),), "Running the command.")
    if "glob" in now.tools and "glob **/*" not in now.history.listings:
        return UseTools((("glob", {"pattern": "**/*"}),), "Looking at what is here.")
    return ProposeCommand(now.history.listings.get("glob **/*", ())[:40])
