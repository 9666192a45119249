"""Which command auto takes, from nothing but files."""

from pathlib import Path

import pytest

from droidlite.checks.detecting import Detected, Found, detect
from droidlite.checks.runners import cannot_run, runner_of

TEST, UNITTEST = "def test_a():\n    pass\n", "import unittest\n"
PROGRAMS = (
    "python3",
    "pytest",
    "npm",
    "pnpm",
    "yarn",
    "npx",
    "node",
    "cargo",
    "go",
    "gradle",
    "mvn",
    "ctest",
    "cmake",
    "make",
)


def place(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
        if name.endswith(("w", "bin/pytest")):
            (root / name).chmod(0o755)
    return sorted(files)


@pytest.mark.parametrize(
    ("files", "command", "runner", "why"),
    [
        ({"test_a.py": TEST}, "python3 -m pytest -q", "pytest", "test_a.py"),
        ({"pytest.ini": "", "tests/test_a.py": UNITTEST}, "python3 -m pytest -q", "pytest", "pytest.ini"),
        (
            {".venv/bin/pytest": "", "pyproject.toml": "[tool.pytest.ini_options]", "test_a.py": TEST},
            ".venv/bin/python -m pytest -q", "pytest", "pyproject.toml",
        ),
        ({"test_a.py": UNITTEST}, "python3 -m unittest -q", "unittest", "test_a.py"),
        ({"tests/test_a.py": UNITTEST}, "python3 -m unittest discover -s tests -q", "unittest", "tests/test_a.py"),
        (
            {"package.json": '{"scripts": {"test": "vitest run"}}'},
            "CI=true npm test", "vitest", "the test script of package.json",
        ),
        (
            {"package.json": '{"scripts": {"test": "jest"}}', "pnpm-lock.yaml": ""},
            "CI=true pnpm test", "jest", "the test script of package.json",
        ),
        (
            {"package.json": '{"scripts": {"test": "mocha"}}', "yarn.lock": ""},
            "CI=true yarn test", "mocha", "the test script of package.json",
        ),
        (
            {"package.json": '{"devDependencies": {"vitest": "3"}}'},
            "CI=true npx --no-install vitest run", "vitest", "vitest in package.json",
        ),
        ({"package.json": "{}", "a.test.js": "import 'node:test'"}, "node --test", "node", "a.test.js"),
        ({"Cargo.toml": "[package]"}, "cargo test", "cargo", "Cargo.toml"),
        ({"go.mod": "module x"}, "go test ./...", "go", "go.mod"),
        ({"build.gradle": "", "gradlew": ""}, "./gradlew test", "gradle", "build.gradle"),
        ({"pom.xml": ""}, "mvn -B test", "maven", "pom.xml"),
        (
            {"CMakeLists.txt": "enable_testing()", "build/CTestTestfile.cmake": ""},
            "cmake --build build && ctest --test-dir build --output-on-failure", "ctest", "CMakeLists.txt",
        ),
        ({"Makefile": "check: all\n\tgo test ./...\n"}, "make check", "go", "the target check of Makefile"),
        (
            {"Makefile": "test:\n\tcargo test && npm test\n", "Cargo.toml": "", "go.mod": ""},
            "make test", "cargo", "the target test of Makefile",
        ),
    ],
)  # fmt: skip
def test_a_repository_tells_its_check(
    tmp_path: Path, files: dict[str, str], command: str, runner: str, why: str
) -> None:
    listing = place(tmp_path, files)
    found = detect(tmp_path, listing, lambda program: f"/bin/{program}" if program in PROGRAMS else None)
    assert found == Found(Detected(command, runner, why))


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({"README.md": "tests"}, ""),
        ({"app.py": "x = 1"}, ""),
        ({"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'}, ""),
        ({"package.json": '{"scripts": {"test": "exit 0"}}'}, ""),
        ({"package.json": "[]"}, "package.json cannot be read"),
        ({"Makefile": "all:\n\ttrue\ntest := x\n"}, ""),
        ({"test_a.py": TEST}, "test_a.py asks for pytest, which is not installed"),
        ({"Cargo.toml": ""}, "Cargo.toml is there, but cargo is not installed"),
        ({"CMakeLists.txt": "include(CTest)"}, "CMakeLists.txt has tests, but no build folder is configured"),
    ],
)
def test_where_nothing_can_be_run_it_says_why(tmp_path: Path, files: dict[str, str], missing: str) -> None:
    listing = place(tmp_path, files)
    assert detect(tmp_path, listing, lambda program: "/bin/npm" if program == "npm" else None) == Found(None, missing)


@pytest.mark.parametrize(
    ("command", "runner"),
    [
        ("pytest -q", "pytest"),
        (".venv/bin/python -m pytest tests", "pytest"),
        ("cd app && uv run pytest", "pytest"),
        ("python3 -B -m unittest -q", "unittest"),
        ("node --experimental-vm-modules --test", "node"),
        ("npm run unit", "jest"),
        ("make check", "go"),
        ("cargo +nightly test", "cargo"),
        ("sh check.sh", ""),
        ("cat pytest.ini", ""),
    ],
)
def test_a_command_tells_its_runner(tmp_path: Path, command: str, runner: str) -> None:
    place(tmp_path, {"package.json": '{"scripts": {"unit": "jest --ci"}}', "Makefile": "check:\n\tgo test ./...\n"})
    assert runner_of(command, tmp_path) == runner


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("true", ""),
        ("[ -f a ] && ls", ""),
        ("A=1 sh check.sh", ""),
        ("(cd x && nothing-like-it)", ""),
        ("$RUNNER -q", ""),
        ("nothing-like-it -q", "there is no program nothing-like-it on the PATH"),
        ("A=1 nothing-like-it -q", "there is no program nothing-like-it on the PATH"),
        ("./gone.sh", "there is no file ./gone.sh in ROOT"),
        ("./plain.sh", "./plain.sh is not executable; run: chmod +x ./plain.sh"),
        ("./folder", "./folder is a folder"),
    ],
)
def test_what_cannot_run_is_known_before(tmp_path: Path, command: str, problem: str) -> None:
    place(tmp_path, {"plain.sh": "true\n", "folder/a": ""})
    assert cannot_run(command, tmp_path, "/usr/bin:/bin").replace(str(tmp_path), "ROOT") == problem
