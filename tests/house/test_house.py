"""The house rules that can be checked: who may import whom, how long a file may be, what start-up may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "droidlite"
FILES = sorted(p for p in PACKAGE.rglob("*.py"))

TABLE = (
    "regex",
    "clock keyformats",
    "__init__ errors cancellation sanitise secrecy regular toml",
    "types",
    "path_globs",
    "patterns",
    "tool result",
    "events hostgit",
    "tools providers settings commands sandbox session checks",
    "routing reliability agent ui",
    "evals bridges",
    "app",
    "doctor",
    "cli",
    "__main__",
)
"""Each row imports only rows above it."""
ROWS = {name: number for number, row in enumerate(TABLE) for name in row.split()}
LEAVES = ROWS["tools"]
SEES = {
    "agent": {"session"},
    "routing": {"settings"},
    "reliability": {"settings"},
    "ui": set(),
}
"""Of the leaves, what each room of the row below may see."""


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = node.module
            if module == "droidlite":
                found |= {alias.name for alias in node.names}
            elif module.startswith("droidlite."):
                found.add(module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("droidlite.")}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_only_rows_above(path: Path) -> None:
    own = room(path)
    wrong = {
        other
        for other in imports(path) - {own, "__version__"}
        if ROWS[other] >= ROWS[own] or (ROWS[other] == LEAVES and other not in SEES.get(own, {other}))
    }
    assert wrong == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_line_budget(path: Path) -> None:
    budget = 80 if path == PACKAGE / "agent" / "loop.py" else 300
    assert len(path.read_text().splitlines()) <= budget


@pytest.mark.parametrize("path", [p for p in FILES if p.read_text().strip()], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_a_first_prompt_needs_nothing_heavy() -> None:
    code = "import sys, droidlite.app.interactive, droidlite.ui.terminal; print('\\n'.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    later = {"rich", "markdown_it", "pygments", "typer", "pydantic", "anthropic", "openai", "git", "genai_prices"}
    assert set(ran.stdout.split()) & (later | {"tree_sitter", "statistics", "email.utils", "numpy"}) == set()


def test_start_up_loads_nothing_heavy() -> None:
    code = "import sys, droidlite.cli; print('\\n'.join(sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    heavy = {
        "anthropic",
        "openai",
        "git",
        "pydantic",
        "asyncio",
        "rich",
        "prompt_toolkit",
        "genai_prices",
        "tree_sitter",
        "numpy",
        "sklearn",
        "matplotlib",
    }
    assert loaded & heavy == set()
