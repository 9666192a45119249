"""Chooses the one file a task is to change, among those it names and those that were found for it."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from droidlite.providers.local.history import History
from droidlite.providers.local.regions import find_regions
from droidlite.providers.local.task import Task, find_paths, is_test


def find_target(task: Task, history: History, check: str) -> str | None:
    """The file to change: one named in the task, or the one that was found and read instead."""
    made = [path for path in history.changes if path in history.now]
    if made:
        return made[0]
    judges = find_paths(check)
    absent = [path for path in task.paths if path in history.missing and not _elsewhere(history, path)]
    named = [path for path in task.paths if path in history.now or path in history.unreadable]
    sources = [path for path in named if not is_test(path)]
    judged = [path for path in sources if path not in judges]
    if absent and (not judged or re.search(r"\b(write|create|new)\b", task.text, re.IGNORECASE)):
        return absent[0]
    others = [path for path in history.now if not is_test(path) and path not in task.paths]
    others.sort(key=judges.__contains__)
    if judged or (sources and (not others or others[0] in judges)):
        return _best(task, judged or sources, history, check)
    if others:
        return others[0]
    return named[0] if named and re.search(r"\b(write|add|extend)\b.*\btests?\b", task.text, re.IGNORECASE) else None


def spoken_of(history: History, check: str) -> list[str]:
    """Files that the failing check names, most often named first, without those that judge."""
    run = history.run_of(check)
    output = run.output if run is not None else ""
    judges = {PurePosixPath(path).name for path in find_paths(check)}
    found = [path for path in find_paths(output) if not is_test(path) and PurePosixPath(path).name not in judges]
    return sorted(found, key=lambda path: -output.count(path))


def _best(task: Task, sources: Sequence[str], history: History, check: str) -> str:
    """The first that defines a name the task speaks of; else, as data define none, the one the check finds fault
    with, the first that holds such a name, the first."""
    seen = [path for path in sources if path in history.now]
    for name in task.names:
        for path in seen:
            if name in {region.name for region in find_regions(path, history.now[path].lines)}:
                return path
    for path in spoken_of(history, check):
        if path in seen:
            return path
    for name in task.names:
        for path in seen:
            if re.search(rf"\b{re.escape(name)}\b", history.now[path].text):
                return path
    return sources[0]


def _elsewhere(history: History, path: str) -> bool:
    return any(PurePosixPath(other).name == PurePosixPath(path).name for other in history.now)
