"""Finds the command that runs a repository's tests, from the files that are there. Runs nothing."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from droidlite.checks.runners import runner_of, tests_nothing
from droidlite.regex import regex
from droidlite.regular import read_text

Which = Callable[[str], str | None]
"""Where a program is on the PATH that the check will have."""

SAMPLED = 20
"""Test files read to tell pytest, unittest and node:test apart."""
SAMPLE_BYTES = 20_000
_PYTEST_FILES = frozenset({"pytest.ini", ".pytest.ini", "pytest.toml", "conftest.py"})
_PYTEST_SIGNS = {
    "pyproject.toml": regex(r"\bpytest\b"),
    "tox.ini": regex(r"^\[pytest\]|\bpytest\b", re.M),
    "setup.cfg": regex(r"^\[tool:pytest\]|\bpytest\b", re.M),
}
_PYTEST_TEST = regex(r"^[ \t]*(?:import|from) pytest\b|^(?:async )?def test_", re.M)
_UNITTEST_TEST = regex(r"^[ \t]*(?:import|from) unittest\b", re.M)
_NODE_TEST = regex(r"""['"]node:test['"]""")
_PYTHON_TEST_NAME = regex(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests?)\.py$")
_NODE_TEST_NAME = regex(r"\.test\.[cm]?js$")
_CTEST = regex(r"^[ \t]*(?:enable_testing\s*\(|include\s*\(\s*CTest\s*\))", re.M | re.I)
_TARGET = regex(r"^(test|check)\s*:(?!=)", re.M)
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")


class Detected(Struct, frozen=True):
    """`command` runs the tests in the root; `runner` names who writes its output ("" = not known); `why` names the
    files that tell so."""

    command: str
    runner: str
    why: str


class Found(Struct, frozen=True):
    """What detection gave. `missing` says which tests are there but cannot be run, and why."""

    check: Detected | None = None
    missing: str = ""


def detect(root: Path, listing: Sequence[str], which: Which) -> Found:
    """The test command of the repository at `root`, whose files are `listing` (relative, "/" between their parts).
    Where several toolchains have one, `make test` is taken if there is such a target, else the first of: Python,
    JavaScript, Rust, Go, Gradle, Maven, CMake, make."""
    place = _Place(root, listing, which)
    made = list(_make(place))
    found = [*_python(place), *_javascript(place), *_compiled(place), *_cmake(place)]
    usable = [each for each in found if isinstance(each, Detected)]
    chosen = made if len(usable) > 1 and made else [*usable, *made]
    problems = [each for each in found if isinstance(each, str)]
    return Found(chosen[0] if chosen else None, problems[0] if problems else "")


class _Place:
    def __init__(self, root: Path, listing: Sequence[str], which: Which) -> None:
        self.root, self.listing, self.which = root, listing, which
        self.top = {path for path in listing if "/" not in path}

    def text(self, name: str) -> str:
        return read_text(self.root / name, SAMPLE_BYTES * 10)

    def first(self, pattern: re.Pattern[str], sign: re.Pattern[str]) -> str:
        """A file among the first SAMPLED whose path matches `pattern` that bears `sign`, "" where none does."""
        paths = [path for path in self.listing if pattern.search(path)][:SAMPLED]
        return next((path for path in paths if sign.search(self.text(path)[:SAMPLE_BYTES])), "")


def _python(place: _Place) -> Iterator[Detected | str]:
    signs = [path for path in place.listing if path.rpartition("/")[2] in _PYTEST_FILES]
    signs += [name for name, sign in _PYTEST_SIGNS.items() if name in place.top and sign.search(place.text(name))]
    tests = any(_PYTHON_TEST_NAME.search(path) for path in place.listing)
    sample = place.first(_PYTHON_TEST_NAME, _PYTEST_TEST)
    if tests and (signs or sample):
        why = signs[0] if signs else sample
        if command := _pytest(place):
            yield Detected(command, "pytest", why)
            return
        yield f"{why} asks for pytest, which is not installed"
    sample = place.first(_PYTHON_TEST_NAME, _UNITTEST_TEST)
    python = _interpreter(place)
    if sample and python:
        yield Detected(f"{python} -m unittest{_discovery(sample, place)} -q", "unittest", sample)


def _discovery(sample: str, place: _Place) -> str:
    folder = sample.rpartition("/")[0].partition("/")[0]
    if not folder or f"{folder}/__init__.py" in place.listing:
        return ""
    return f" discover -s {folder}"


def _pytest(place: _Place) -> str:
    for venv in (".venv", "venv"):
        if (place.root / venv / "bin" / "pytest").exists():
            return f"{venv}/bin/python -m pytest -q"
    if "uv.lock" in place.top and place.which("uv"):
        return "uv run pytest -q"
    if "poetry.lock" in place.top and place.which("poetry"):
        return "poetry run pytest -q"
    pytest = place.which("pytest")
    if not pytest:
        return ""
    beside = [name for name in ("python", "python3") if os.path.dirname(place.which(name) or "") == _folder(pytest)]
    return f"{beside[0]} -m pytest -q" if beside else "pytest -q"


def _folder(path: str) -> str:
    return os.path.dirname(path)


def _interpreter(place: _Place) -> str:
    for venv in (".venv", "venv"):
        if (place.root / venv / "bin" / "python").exists():
            return f"{venv}/bin/python"
    return next((name for name in ("python3", "python") if place.which(name)), "")


def _javascript(place: _Place) -> Iterator[Detected | str]:
    if "package.json" not in place.top:
        return
    try:
        package = json.loads(place.text("package.json"))
        script = str((package.get("scripts") or {}).get("test") or "")
        needs = {**(package.get("dependencies") or {}), **(package.get("devDependencies") or {})}
    except (ValueError, AttributeError, TypeError, RecursionError):
        yield "package.json cannot be read"
        return
    if not tests_nothing(script):
        locks = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun run", "bun.lockb": "bun run"}
        manager = next((tool for lock, tool in locks.items() if lock in place.top), "npm")
        command = f"CI=true {manager} test"
        if place.which(manager.split()[0]):
            yield Detected(command, runner_of(command, place.root), "the test script of package.json")
        else:
            yield f"package.json has a test script, but {manager.split()[0]} is not installed"
    elif "vitest" in needs and place.which("npx"):
        yield Detected("CI=true npx --no-install vitest run", "vitest", "vitest in package.json")
    elif (sample := place.first(_NODE_TEST_NAME, _NODE_TEST)) and place.which("node"):
        yield Detected("node --test", "node", sample)


def _compiled(place: _Place) -> Iterator[Detected | str]:
    for name, program, command, runner in (
        ("Cargo.toml", "cargo", "cargo test", "cargo"),
        ("go.mod", "go", "go test ./...", "go"),
    ):
        if name in place.top:
            missing = f"{name} is there, but {program} is not installed"
            yield Detected(command, runner, name) if place.which(program) else missing
    gradle = place.top & {"build.gradle", "build.gradle.kts"}
    for marker, wrapper, program, rest in (
        (min(gradle, default=""), "gradlew", "gradle", "test"),
        ("pom.xml" if "pom.xml" in place.top else "", "mvnw", "mvn", "-B test"),
    ):
        runner = "gradle" if program == "gradle" else "maven"
        if marker and wrapper in place.top and os.access(place.root / wrapper, os.X_OK):
            yield Detected(f"./{wrapper} {rest}", runner, marker)
        elif marker:
            missing = f"{marker} is there, but {program} is not installed"
            yield Detected(f"{program} {rest}", runner, marker) if place.which(program) else missing


def _cmake(place: _Place) -> Iterator[Detected | str]:
    if "CMakeLists.txt" not in place.top or not _CTEST.search(place.text("CMakeLists.txt")):
        return
    built = sorted(place.root.glob("*/CTestTestfile.cmake"))
    if not built or not place.which("ctest") or not place.which("cmake"):
        yield "CMakeLists.txt has tests, but no build folder is configured"
        return
    folder = built[0].parent.name
    command = f"cmake --build {folder} && ctest --test-dir {folder} --output-on-failure"
    yield Detected(command, "ctest", "CMakeLists.txt")


def _make(place: _Place) -> Iterator[Detected]:
    name = next((name for name in _MAKEFILES if name in place.top), "")
    target = _TARGET.search(place.text(name)) if name else None
    if target and place.which("make"):
        command = f"make {target[1]}"
        yield Detected(command, runner_of(command, place.root), f"the target {target[1]} of {name}")
