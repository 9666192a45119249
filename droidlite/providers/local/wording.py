"""The sentences a task ends with: what was done, what was not, and what is not known."""

import re
from collections.abc import Iterable

from droidlite.providers.local.history import History, Run
from droidlite.regex import regex

_FILES = regex(r'File "([^"\n]+)", line \d+|([\w./-]+\.\w{1,4}):\d+')
_END = 12  # lines of a command's output that are told


def passed(path: str, check: str, rounds: int) -> str:
    times = "" if rounds == 1 else f" (try {rounds})"
    return f"Changed {path}{times}; `{check}` passes."


def unchecked(path: str, check: str, *, offered: bool) -> str:
    if check and not offered:
        return f"Changed {path}. I may not run commands here, so `{check}` was not run: look at the change."
    return f"Changed {path}. Nothing was run to check it: look at the change."


def not_run(path: str, run: Run) -> str:
    return f"Changed {path}. I could not run `{run.command}`, so it is not checked: {_first(run.output)}"


def cannot_check(path: str, run: Run) -> str:
    return f"Changed {path}. `{run.command}` does not run here, so it is not checked:\n{_tail(run.output)}"


def gave_up(path: str, check: str, history: History, *, restored: bool) -> str:
    run = history.run_of(check)
    kept = f"{path} is as it was before." if restored else f"My last try is still in {path}."
    said = f"\nThe last try ended with:\n{_tail(run.output)}" if run else ""
    return f"I did not manage this: `{check}` still failed after every change I tried. {kept}{said}"


def no_change(path: str, why: str) -> str:
    return f"I found no usable change for {path}: {why} Nothing was changed in this step."


def refused(history: History) -> str:
    done = f"Changed {', '.join(dict.fromkeys(history.changes))} before that. " if history.changes else ""
    return f"{done}I could not make the change: {_first(history.refused)}"


def cannot_change(tools: Iterable[str]) -> str:
    also = "" if "shell" in tools else " or run commands"
    return f"I may not change files{also} here, so I can only answer questions. Allow edits (--auto low) and ask again."


def cannot_run() -> str:
    return "I may not run commands here. Allow them (--auto medium) and ask again."


def ran(run: Run) -> str:
    if run.code is None:
        return f"I could not run `{run.command}`: {_first(run.output)}"
    return f"`{run.command}` ended with exit code {run.code}.\n{_tail(run.output)}".rstrip()


def summary(task: str, history: History) -> str:
    """What a conversation comes to, by rule: for a closing or a compaction."""
    lines = [f"Task: {task}"]
    lines.extend(f"Changed {path}." for path in dict.fromkeys(history.changes))
    lines.extend(f"`{run.command}` ended with exit code {run.code}.\n{_tail(run.output)}" for run in history.runs[-1:])
    return "\n".join(lines if len(lines) > 1 else [*lines, "Nothing was changed or run."])


def files_in(output: str) -> list[str]:
    """Files a failing command speaks of, the last first, without those that cannot be the person's own."""
    found = [re.sub("^/+", "/", match[1] or match[2]) for match in _FILES.finditer(output)]
    return [path for path in reversed(found) if "site-packages" not in path and "/lib/python" not in path]


def _first(text: str) -> str:
    return text.strip().split("\n")[0][:300]


def _tail(output: str) -> str:
    return "\n".join(output.rstrip().split("\n")[-_END:])
