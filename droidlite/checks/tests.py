"""Reads what test runners print: which tests fail, and how many ran. Tolerant: it says only what it knows."""

import re
from collections.abc import Callable

from msgspec import Struct

from droidlite.regex import regex

CUT = regex(r"\.\.\. \d+ characters left out; ")
"""In an output that is not whole (tools/recording.py)."""


class Tests(Struct, frozen=True):
    """What one run of a check tells about tests. failing: names of those that fail; passing: of those that pass, None
    where only failures are named; ran: how many were run (passed or failed), None where it is not said."""

    failing: frozenset[str] = frozenset()
    passing: frozenset[str] | None = None
    ran: int | None = None


def read_tests(runner: str, output: str, report: bytes = b"") -> Tests | None:
    """The tests of a run; None where it says nothing of them or not all of it was kept. `report` is JUnit's XML."""
    if report and (told := _junit(report)):
        return told
    if CUT.search(output):
        return None
    reader = _READERS.get(runner)
    return reader(output) if reader else None


def _junit(report: bytes) -> Tests | None:
    if b"<!DOCTYPE" in report or b"<!ENTITY" in report:
        return None  # pytest writes neither
    import xml.etree.ElementTree as xml

    try:
        cases = list(xml.fromstring(report).iter("testcase"))
    except xml.ParseError:
        return None
    failing, passing = set(), set()
    for case in cases:
        name = "::".join(part for part in (case.get("classname"), case.get("name")) if part)
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failing.add(name)
        elif "skipped" not in kinds:
            passing.add(name)
    passing -= failing
    return Tests(frozenset(failing), frozenset(passing), len(failing) + len(passing))


def _total(pattern: str, output: str) -> int | None:
    """The sum of all numbers `pattern` captures, None where it matches nowhere."""
    found = [int(number) for number in re.findall(pattern, output, re.M)]
    return sum(found) if found else None


def _plain(failing: str, line: str, words: str) -> Callable[[str], Tests | None]:
    """A reader for outputs where `failing` captures the names, and the lines that match `line` hold the counts, each
    before one of `words`, of tests that ran."""

    def read(output: str) -> Tests | None:
        names = frozenset(name.strip() for name in re.findall(failing, output, re.M))
        told = [found[0] for found in re.finditer(line, output, re.M)]
        ran = sum(int(number) for each in told for number in re.findall(rf"(\d+) (?:{words})\b", each))
        return Tests(names, None, ran if told else None) if told or names else None

    return read


def _unittest(output: str) -> Tests | None:
    ran = _total(r"^Ran (\d+) tests? in ", output)
    if ran is None:
        return None
    found = re.findall(r"^(?:FAIL|ERROR): (\S+) \(([\w.<>]+)\)", output, re.M)
    names = {where if where.endswith(f".{name}") else f"{where}.{name}" for name, where in found}
    unexpected = re.findall(r"^UNEXPECTED SUCCESS: (\S+) \(([\w.]+)\)", output, re.M)
    skipped = _total(r"skipped=(\d+)", output) or 0
    return Tests(frozenset(names | {f"{where}.{name}" for name, where in unexpected}), None, ran - skipped)


def _node(output: str) -> Tests | None:
    """TAP (not on a terminal) and the spec reporter of node --test. The whole of a file fails with its tests, and is
    named by its path; it is left out where it holds one."""
    passed, failed = _total(r"^(?:#|ℹ) pass (\d+)", output), _total(r"^(?:#|ℹ) fail (\d+)", output)
    if passed is None or failed is None:
        return None
    names = set(re.findall(r"^\s*not ok \d+ - (.+?)(?: # .*)?$", output, re.M))
    names |= set(re.findall(r"^\s*✖ (.+?)(?: \([\d.]+ms\))?$", output, re.M)) - {"failing tests:"}
    inner = {name for name in names if not re.search(r"\.[cm]?[jt]sx?$", name)}
    return Tests(frozenset(inner or names), None, passed + failed)


def _go(output: str) -> Tests | None:
    """`go test`: the names before a package's line are that package's."""
    names: list[str] = []
    failing: set[str] = set()
    packages = 0
    for line in output.splitlines():
        if found := re.match(r"\s*--- FAIL: (\S+)", line):
            names.append(found[1])
        elif found := re.match(r"FAIL\t(\S+)", line):
            failing |= {f"{found[1]}.{name}" for name in names} or {found[1]}
            names, packages = [], packages + 1
        elif re.match(r"ok\s+\t?\S+", line) and "[no tests to run]" not in line:
            packages += 1
    return Tests(frozenset(failing), None, packages) if packages or failing else None


def _maven(output: str) -> Tests | None:
    totals = re.findall(r"Tests run: (\d+), Failures: \d+, Errors: \d+, Skipped: (\d+)\s*$", output, re.M)
    names = re.findall(r"^\[ERROR\]\s+([A-Z]\w*\.\w+)(?::\d+|»|\s)", output, re.M)
    if not totals and not names:
        return None
    return Tests(frozenset(names), None, sum(int(ran) - int(skipped) for ran, skipped in totals[-1:]))


def _ctest(output: str) -> Tests | None:
    ran = _total(r"^\d+% tests passed, \d+ tests failed out of (\d+)", output)
    if ran is None and "No tests were found" not in output:
        return None
    names = re.findall(r"^\s+\d+ - (\S+) \((?!Disabled|Skipped)", output, re.M)
    return Tests(frozenset(names), None, ran or 0)


_READERS: dict[str, Callable[[str], Tests | None]] = {
    "pytest": _plain(
        r"^(?:FAILED|ERROR) (\S+(?:\[.*?\])?)",
        r"^(?:=+ )?(?:\d+ \w+|no tests ran)(?:, \d+ \w+)* in [\d.]+s.*$",
        "passed|failed|xpassed|errors?",
    ),
    "unittest": _unittest,
    "node": _node,
    "jest": _plain(r"^\s*● (?!Console)(.+ › .+)$", r"^Tests: .*$", "failed|passed"),
    "vitest": _plain(r"^\s*FAIL\s+(\S+ > .+?)\s*$", r"^\s*Tests  .*$", "failed|passed"),
    "mocha": _plain(r"^  \d+\) (.+)$", r"^  \d+ (?:passing|failing)\b.*$", "passing|failing"),
    "cargo": _plain(r"^test (.+?) \.\.\. FAILED$", r"^test result: .*$", "passed|failed"),
    "go": _go,
    "ctest": _ctest,
    "maven": _maven,
    "gradle": _plain(r"^(\S.* > .+?) FAILED$", r"^\d+ tests completed.*$", "tests completed"),
}
