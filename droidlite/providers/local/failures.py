"""Reads what a failed check printed: how much fails, and the few lines of it that say why."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from droidlite.providers.local.asserting import told
from droidlite.providers.local.history import Run
from droidlite.providers.local.views import View
from droidlite.regex import regex

STOPPED = 124
"""The exit code of a command that was stopped at its time limit."""
_CHARACTERS = 900
"""Most of it that is shown: about 300 tokens, 6 s of reading on two cores."""

_UNLOADED = regex(
    r"_FailedTest|Failed to import test module|errors? during collection|^(Syntax|Indentation)Error|: [Ss]yntax error",
    re.MULTILINE,
)
_RAN = regex(r"^Ran (\d+) tests? in ", re.MULTILINE)
_UNITTEST = regex(r"\b(?:failures|errors)=(\d+)")
_PASSED = regex(r"^(?:# pass |ℹ pass )(\d+)|\b(\d+) passed\b", re.MULTILINE)
_FAILED = regex(r"^(?:FAIL|FAILED|ERROR|not ok|✖)\b", re.MULTILINE)

_NOISE = regex(
    r"""\s*$ | \s*[=_~^.-]{3,}\s*$ | \s*[~^]+\s*$ | \?\ [\ ^+-]+$
    | Traceback\ \(most | \s*File\ " | Ran\ \d+\ test | FAILED\ \(
    | (First|Second)\ (list|differing|extra|sequence|tuple)\b | ImportError:\ Failed\ to\ import\ test
    | ERROR:\ .*_FailedTest | .*\bin\ _find_test_path\b | .*__import__\(name\) | .*_get_module_from_name
    | \#\ | TAP\ version | 1\.\.\d | ok\ \d | \s+Expected\ values\ to\ be | \s+\d+:(\s|$)
    | \s+(duration_ms|failureType|code|name|operator|type|location|stack|expected|actual):
    | \s+at\ .*node:internal | \s+[\w.]*\s?\(?node:[\w/]+:\d+ | .*\(node:\w+""",
    re.VERBOSE,
)
_DIFFERENCE = regex(r"[-+?] |['\"].*['\"]$|[-\d.]+$|  \S")
"""What unittest prints below an assertion that a sentence already tells."""
_PLACE = regex(r"(?:file://)?([\w./-]+\.\w{1,4}):(\d+)(?::\d+)?")


def progress(run: Run) -> tuple[str, int] | None:
    """How well a check went, as (what was counted, a number: more is better); None where that cannot be told. Only
    two of the same count can be compared."""
    output = run.output
    if run.code in (None, STOPPED) or _UNLOADED.search(output):
        return None
    if ran := _RAN.search(output):
        return "unittest", int(ran[1]) - sum(int(number) for number in _UNITTEST.findall(output))
    if passed := _PASSED.search(output):
        return "passed", int(passed[1] or passed[2])
    if failed := _FAILED.findall(output):
        return "failed", -len(failed)
    if "Traceback" in output or "Error:" in output:
        return None
    return "lines", -sum(bool(line.strip()) for line in output.split("\n"))


def is_better(one: Run, other: Run | None) -> bool:
    """Whether less fails in `one` than in `other`; False where that cannot be told. Anything that passes is better
    than tests that could not be loaded or did not end."""
    mine, its = progress(one), progress(other) if other is not None else None
    if other is None or mine is None:
        return False
    return mine[1] > 0 if its is None else mine[0] == its[0] and mine[1] > its[1]


def digest(run: Run, tests: Mapping[str, View]) -> str:
    """The lines that say what was wanted and what came, without what only a person's tools need. Places in the files
    `tests` become the line that stands there."""
    if run.code == STOPPED:
        return "It did not come to an end and was stopped: there may be an endless loop."
    kept: list[str] = []
    sentence = ""
    for line in run.output.split("\n"):
        line = line if not (shown := _line_at(line, tests)) else f"    {shown}"
        if _NOISE.match(line) or (sentence and _DIFFERENCE.match(line)) or (kept and kept[-1] == line):
            continue
        sentence = told(kept[-1], line.rstrip()) if kept else ""
        if sentence:
            kept[-1] = f"    {sentence}"
            continue
        kept.append(line.rstrip())
    text = "\n".join(kept) or run.output.strip()
    if len(text) <= _CHARACTERS:
        return text
    cut = text[:_CHARACTERS].rsplit("\n", 1)[0]
    return f"{cut}\n..."


def _line_at(line: str, tests: Mapping[str, View]) -> str:
    """The line of a test that a row of a stack trace is about."""
    match = _PLACE.search(line)
    if match is None or "location:" in line:
        return ""
    for path, view in tests.items():
        at = int(match[2]) - view.first
        if PurePosixPath(path).name == PurePosixPath(match[1]).name and 0 <= at < len(view.lines):
            return view.lines[at].strip()
    return ""
