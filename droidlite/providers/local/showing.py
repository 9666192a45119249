"""What of the files the model is shown: as much of each as the question needs, tests without what is in all tests."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from textwrap import dedent

from droidlite.providers.local.episode import Situation
from droidlite.providers.local.forms import best_trial
from droidlite.providers.local.regions import Region, find_regions, guard_lines, indent_of
from droidlite.providers.local.task import is_test
from droidlite.providers.local.views import View
from droidlite.regex import regex

WHOLE_LINES = 60
WHOLE_CHARACTERS = 2_400
"""A file up to this size is written anew as a whole (about 700 tokens, 40 s); of a longer one only what changes."""
SHOWN_CHARACTERS = 9_000
"""Most of a file that is shown: about 2,700 tokens, a minute of reading on two cores."""
OTHER_CHARACTERS = 2_000
TEST_CHARACTERS = 1_500
_SAME_IN_ALL = regex(
    r"""\s*$ | \#! | import\ unittest | \s*unittest\.main\(\) | if\ __name__ | import\ .*["']node:
    | const\ .*require\(["']node: | ["']use\ strict | \#\ | """
    r'"""',
    re.VERBOSE,
)


_FRAME = regex(r"\s*(def|class|from|import|@\w|(test|describe|it)\(|\}\);?\s*$)")


def is_short(view: View) -> bool:
    return view.whole and len(view.lines) <= WHOLE_LINES and len(view.text) <= WHOLE_CHARACTERS


def named_regions(now: Situation, view: View) -> list[Region]:
    """The definitions the task speaks of, and the functions they call, where the fault may lie: where it marks no name
    as one, those whose name is a word of it. Of a class, none where a member of it is named as well. Once a part is
    mended, only those that still fail."""
    all_ = find_regions(view.path, view.lines)
    words = re.findall(r"\w+", now.task.text)
    found = [region for region in all_ if region.name in now.task.names]
    found = found or [region for region in all_ if region.name in words]
    found = [one for one in found if not any(one.start < inner.start and inner.end <= one.end for inner in found)]
    still = _still_failing(now, view)
    found = [one for one in found if re.search(rf"\b{re.escape(one.name)}\(", still)] or found
    code = "\n".join(line for one in found if not one.is_class for line in view.lines[one.head + 1 : one.end])
    called = [one for one in all_ if one not in found and re.search(rf"\b{re.escape(one.name)}\(", code)]
    return [*found, *(one for one in called if not one.is_class)]


def _still_failing(now: Situation, view: View) -> str:
    """What the check said of a change that mended a part: what it does not call works."""
    best = best_trial(now.history, view.path, now.check)
    if best.run is None or not best.run.changes or best.view != view:
        return ""
    return best.run.output


def without_bodies(now: Situation, view: View) -> View:
    """The file with the functions the task speaks of left to be written, all but their heads and docstrings."""
    lines = list(view.lines)
    for region in sorted(named_regions(now, view), key=lambda one: one.head, reverse=True):
        if not region.is_class:
            lines[region.start : region.end] = _head(view.path, lines[region.start : region.end])
    return view.with_lines(lines)


def in_question(now: Situation, view: View) -> str:
    """The code of the functions the task speaks of, or all there is."""
    named = [region for region in named_regions(now, view) if not region.is_class]
    return "\n".join(line for one in named for line in view.lines[one.start : one.end]) or view.text


def callable_heads(now: Situation, view: View) -> list[str]:
    """The other functions of a file of Python that nothing in question calls yet, with what they say they do: a small
    model does not see that one of them is what it needs."""
    if not view.path.endswith((".py", ".pyi")):
        return []
    named, code = {region.name for region in named_regions(now, view)}, in_question(now, view)
    found = []
    for one in find_regions(view.path, view.lines):
        if one.is_class or one.indent or one.name in named or re.search(rf"\b{re.escape(one.name)}\(", code):
            continue
        said = re.match(r'"""([^"]+)', view.lines[one.head + 1].strip()) if one.head + 1 < len(view.lines) else None
        found.append(view.lines[one.head].strip().removeprefix("def ").rstrip(":") + (f": {said[1]}" if said else ""))
    return found


def holed(view: View, at: int) -> str:
    """The function around line `at` with ____ instead of that line, what stands outside functions, and of the other
    functions the heads, as it may call them."""
    functions = [region for region in find_regions(view.path, view.lines) if not region.is_class]
    others = [one for one in functions if not one.start <= at < one.end]
    left_out = {line for one in others for line in range(one.start, one.end) if line != one.head}
    lines = list(view.lines)
    lines[at] = lines[at][: indent_of(lines[at])] + "____"
    return _rows(view.with_lines(lines), [line for line in range(len(lines)) if line not in left_out], SHOWN_CHARACTERS)


def _head(path: str, body: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(body) if line.rstrip().endswith((":", "{"))), len(body) - 1)
    kept, rest = body[: at + 1], body[at + 1 :]
    if len(rest) < 2:
        return body
    pad = rest[0][: indent_of(rest[0])]
    if not path.endswith((".py", ".pyi")):
        return [*kept, f"{pad}// to be written", rest[-1]]
    if rest[0].lstrip().startswith('"""'):
        ends = next((at for at, line in enumerate(rest) if line.count('"""') == (1 if at else 2)), 0)
        kept, rest = [*kept, *rest[: ends + 1]], rest[ends + 1 :]
    guards = guard_lines(rest)
    return [*kept, *rest[: next(at for at in range(len(rest) + 1) if at not in guards)], f"{pad}...  # to be written"]


def excerpt(view: View, names: tuple[str, ...]) -> str:
    """The file as far as it can be shown: its head and the definitions the task names, or its beginning."""
    if len(view.text) <= SHOWN_CHARACTERS:
        return view.text
    keep: set[int] = set(range(min(15, len(view.lines))))
    for region in find_regions(view.path, view.lines):
        if region.indent == 0:
            keep.add(region.head)
        if region.name in names and region.end - region.start <= 120:
            keep.update(range(region.start, region.end))
    for at, line in enumerate(view.lines):
        if any(name in line for name in names):
            keep.update(range(max(0, at - 6), min(len(view.lines), at + 12)))
    if len(keep) < 40:
        keep.update(range(min(120, len(view.lines))))
    return _rows(view, sorted(keep), SHOWN_CHARACTERS)


def _rows(view: View, kept: list[int], room: int) -> str:
    rows: list[str] = []
    last = -1
    for at in kept:
        if at != last + 1:
            rows.append("...")
        room -= len(view.lines[at]) + 1
        if room < 0:
            break
        rows.append(view.lines[at])
        last = at
    return "\n".join(rows)


def tests_of(now: Situation, path: str) -> Mapping[str, View]:
    """The files that were read and judge the file `path`."""
    known = now.history.now.items()
    return {other: view for other, view in known if other != path and (is_test(other) or other in now.judges)}


def other_files(now: Situation, path: str) -> dict[str, str]:
    """Other files the task names, shortened; no tests."""
    tests = tests_of(now, path)
    shown = [other for other in now.history.now if other != path and other in now.task.paths and other not in tests]
    return {other: now.history.now[other].text[:OTHER_CHARACTERS] for other in shown[:2]}


def lines_of_test(view: View, output: str) -> str:
    """What a test says of the code, without what makes it a test: the model would write that again instead of the
    code. Of a long one only the functions that `output` names."""
    kept = [at for at, line in enumerate(view.lines) if not _SAME_IN_ALL.match(line) and not _FRAME.match(line)]
    text = dedent("\n".join(view.lines[at] for at in kept))
    if len(text) <= TEST_CHARACTERS:
        return text
    failing: set[int] = set()
    for region in find_regions(view.path, view.lines):
        if not region.is_class and re.search(rf"\b{re.escape(region.name)}\b", output):
            failing.update(range(region.start, region.end))
    return _rows(view, [at for at in kept if at in failing] or kept, TEST_CHARACTERS)


def name_of(path: str) -> str:
    """How a file is called in front of the model: short, also where only its full path is known."""
    return PurePosixPath(path).name if path.startswith("/") else path
