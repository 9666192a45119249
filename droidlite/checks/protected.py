"""Tells which files a check rests on, and which part of them: what a run must not have changed to make it pass."""

import json
import re
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct

from droidlite.regex import regex
from droidlite.toml import parse

TEST_FOLDERS = frozenset(
    {"test", "tests", "__tests__", "spec", "specs", "testing", "testdata", "e2e", "__snapshots__", "__mocks__"}
)
_TEST_NAME = regex(r"^(?:test_.*|.*_test|.*_spec|tests?|conftest|.*\.(?:test|spec)|.*(?:Test|Tests|TestCase|IT))\.\w+$")
_CONFIG = regex(
    r"^(?:\.?pytest\.(?:ini|toml)|tox\.ini|setup\.cfg|noxfile\.py|\.coveragerc|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.cjs"
    r"|\.mocharc\..*|(?:jest|vitest|vite|karma|playwright|cypress|ava)\.(?:config|conf|workspace)\..*|vitest\.workspace\..*"
    r"|pyproject\.toml|package\.json|Cargo\.toml|pom\.xml|(?:build|settings)\.gradle(?:\.kts)?|gradle\.properties"
    r"|CMakeLists\.txt|CTestTestfile\.cmake|go\.work|\.env(?:rc|\..*)?)$"
)
_MAKE = regex(r"^(?:GNUmakefile|[Mm]akefile|.*\.mk)$")
_CHECK_NAME = regex(r"(?:^|[_.-])(?:checks?|verify|(?:run)?tests?|specs?|validate)(?:$|[_.-])", re.I)
_HOOKS = frozenset({"sitecustomize.py", "usercustomize.py"})
_SHADOWING = frozenset(
    {
        "pytest", "_pytest", "pluggy", "iniconfig", "exceptiongroup", "nose", "unittest", "doctest", "site",
        "runpy", "importlib", "pkgutil", "builtins", "inspect", "traceback", "warnings", "contextlib",
        "functools", "linecache", "tokenize",
    }
)  # fmt: skip
"""Modules of Python's that a test runner imports, and nobody calls a module of their own."""
_RUNNER_FOLDERS = {
    "node_modules": "jest jest-cli jest-circus @jest vitest @vitest mocha chai ava tap .bin",
    "site-packages": "pytest _pytest pluggy iniconfig",
}
_PACKAGE_KEYS = ("scripts", "jest", "vitest", "mocha", "ava", "tap", "nyc", "c8", "packageManager")
_PYTHON_KEYS = ("pytest", "tox", "coverage", "nox", "hatch", "pdm", "poe")
_CARGO_KEYS = ("lib", "test", "bin", "bench", "profile", "workspace")
_LINES = {
    "pom.xml": regex(r"test|surefire|failsafe|skip|exclude|ignore", re.I),
    "build.gradle": regex(r"test|enabled|exclude|ignore|onlyIf", re.I),
    "build.gradle.kts": regex(r"test|enabled|exclude|ignore|onlyIf", re.I),
    "CMakeLists.txt": regex(r"test|ctest", re.I),
}


class Rests(Struct, frozen=True):
    """On what one check rests. `named` are the scripts that its command starts and what they are made of; `make`: its
    recipes come from a Makefile."""

    named: frozenset[str] = frozenset()
    make: bool = False

    def on(self, path: str) -> bool:
        """Whether a file (relative to the root) is the check's and not the work's."""
        pure = PurePosixPath(path)
        name = pure.name
        return (
            not TEST_FOLDERS.isdisjoint(pure.parts[:-1])
            or bool(_TEST_NAME.match(name) or _CONFIG.match(name))
            or (self.make and bool(_MAKE.match(name)))
            or path in self.named
            or path in (".git/config", ".cargo/config", ".cargo/config.toml", ".config/nextest.toml")
            or in_runner(path)
        )


def is_check(path: str) -> bool:
    """Whether a file that a command or a script names is a check by its name, rather than the program it checks."""
    return bool(_CHECK_NAME.search(path.rpartition("/")[2])) or not TEST_FOLDERS.isdisjoint(path.split("/")[:-1])


def is_config(path: str) -> bool:
    """Whether a file steers the tests beside it, rather than holding some."""
    name = path.rpartition("/")[2]
    steering = name == "conftest.py" or _CONFIG.match(name) or _MAKE.match(name)
    return bool(steering) or path.startswith((".git/", ".cargo/"))


def in_runner(path: str) -> bool:
    """Whether a file belongs to a test runner installed below the root, or is a program of its environment."""
    for folder, names in _RUNNER_FOLDERS.items():
        _, found, rest = f"/{path}".partition(f"/{folder}/")
        if found and rest.split("/")[0] in names.split():
            return True
    return bool(re.search(r"(?:^|/)\.?venv/(?:bin|Scripts)/", path))


def takes_over(path: str) -> bool:
    """Whether a new file would be loaded by the runner in place of its own code, or before it: no honest work adds
    one."""
    pure = PurePosixPath(path)
    if pure.name in _HOOKS or (pure.suffix == ".pth" and "site-packages" not in pure.parts):
        return True
    depth = len(pure.parts)
    shadows = pure.suffix == ".py" and pure.stem in _SHADOWING and depth <= 2
    return shadows or (depth == 2 and pure.name == "__init__.py" and pure.parts[0] in _SHADOWING)


def essence(path: str, data: bytes) -> bytes:
    """The part of a file that the check rests on: all of it, but for files that hold other settings too."""
    name = path.rpartition("/")[2]
    try:
        if name == "package.json":
            return _chosen(json.loads(data), _PACKAGE_KEYS)
        if name == "pyproject.toml":
            return _chosen(parse(data.decode()).get("tool", {}), _PYTHON_KEYS)
        if name == "Cargo.toml":
            return _chosen(parse(data.decode()), _CARGO_KEYS)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return data
    if lines := _LINES.get(name):
        return b"\n".join(line for line in data.splitlines() if lines.search(line.decode("utf-8", "replace")))
    return data


def with_essence(path: str, now: bytes, then: bytes) -> bytes:
    """`now` with the check's part as it was `then`: of package.json only that part, of all others the whole file."""
    if path.rpartition("/")[2] != "package.json":
        return then
    try:
        changed, original = json.loads(now), json.loads(then)
        kept = {key: value for key, value in changed.items() if key not in _PACKAGE_KEYS}
        return json.dumps(kept | {key: original[key] for key in _PACKAGE_KEYS if key in original}, indent=2).encode()
    except (ValueError, AttributeError, TypeError, RecursionError):
        return then


def _chosen(table: dict[str, Any], keys: tuple[str, ...]) -> bytes:
    return json.dumps({key: table[key] for key in keys if key in table}, sort_keys=True, default=str).encode()
