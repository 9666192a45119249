"""How most sessions are begun is read without the parser, and to the same end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import droidlite.app.headless
import droidlite.app.interactive
from droidlite.app.options import Options
from droidlite.cli.parsing import run_parsed
from droidlite.cli.quick import read_exec_quickly, read_quickly
from droidlite.errors import UsageError

BEGUN = [
    ["chat"],
    ["chat", "fix the failing test"],
    ["chat", "-m", "claude-opus-4-8"],
    ["chat", "--model", "auto", "prüfe ö"],
    ["chat", "-c"],
    ["chat", "--continue", "go on"],
    ["chat", "-r", "01JD"],
    ["chat", "--resume", "last", "-m", "x", "-C", "sub", "go on"],
    ["chat", "--cwd", "sub"],
    ["chat", "--trust", "now", "hello"],
    ["chat", "-y", "--plain", "--max-cost", "2", "--effort", "high", "hello"],
    ["chat", "--auto", "low", "--router", "cost", "-w", "new", "--sandbox", "landlock", "--verify", "auto"],
    ["chat", "--trust", f"sha256:{'0' * 64},AGENTS.md=01234567"],
]
RUNS = [
    ["exec", "hello"],
    ["exec", "-m", "x", "-o", "json", "--auto", "high", "--verify", "pytest -q", "hello"],
    ["exec", "--max-cost", "0.50", "--max-turns", "3", "-y", "-f", "prompt.md"],
    ["exec", "--max-budget-usd", "1e-3", "-c", "-C", "sub", "--output-format", "stream-json", "go on"],
    ["exec", "--timeout", "2.5", "--ledger", "shared.json", "--worktree", "mine", "--router", "quality", "hello"],
    ["exec"],
    ["exec", "--trust", f"sha256:{'0' * 64}", "hello"],
]
LEFT_RUNS = [
    ["chat", "hello"],
    ["exec", "-o", "xml", "hello"],
    ["exec", "--auto", "off", "hello"],
    ["exec", "--auto", "low", "-y", "hello"],
    ["exec", "--max-cost", "much", "hello"],
    ["exec", "--max-cost", "0", "hello"],
    ["exec", "--max-cost", "nan", "hello"],
    ["exec", "--max-cost", "inf", "hello"],
    ["exec", "--max-turns", "0", "hello"],
    ["exec", "--max-turns", "1.5", "hello"],
    ["exec", "--verify", " ", "hello"],
    ["exec", "--verify", "", "hello"],
    ["exec", "--effort", "most", "hello"],
    ["exec", "--router", "most", "hello"],
    ["exec", "--timeout", "0", "hello"],
    ["exec", "--timeout", "2592001", "hello"],
    ["exec", "--timeout", "nan", "hello"],
    ["exec", "--timeout", "soon", "hello"],
    ["exec", "--plain", "hello"],
    ["exec", "--fork", "-c", "hello"],
    ["exec", "-p"],
    ["exec", "--trust", "yes", "hello"],
    ["exec", "--trust", "", "hello"],
]
LEFT = [
    ["exec", "hello"],
    ["chat", "--effort", "most"],
    ["chat", "-o", "json"],
    ["chat", "-y", "--auto", "low"],
    ["chat", "two", "prompts"],
    ["chat", "-m"],
    ["chat", "-m", "-c"],
    ["chat", "-m", "a", "-m", "b"],
    ["chat", "-c", "-r", "01JD"],
    ["chat", "--model=x"],
    ["chat", "--", "-x"],
    ["chat", ""],
    ["chat", os.fsdecode(b"na\xefve")],
]


@pytest.fixture
def parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Options, str]]:
    """What the parser would have begun a session with."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    begun: list[tuple[Options, str]] = []
    monkeypatch.setattr(droidlite.app.interactive, "run_interactive", lambda *given: begun.append(given))
    return begun


@pytest.mark.parametrize("argv", BEGUN, ids=" ".join)
def test_the_parser_makes_the_same_of_it(argv: list[str], parsed: list[tuple[Options, str]]) -> None:
    run_parsed(argv)
    assert [read_quickly(argv)] == parsed


@pytest.mark.parametrize("argv", RUNS, ids=" ".join)
def test_the_parser_makes_the_same_of_a_run(argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    begun: list[tuple[object, ...]] = []
    monkeypatch.setattr(droidlite.app.headless, "run_headless", lambda *given: begun.append(given))
    run_parsed(argv)
    assert [read_exec_quickly(argv)] == begun


@pytest.mark.parametrize("argv", LEFT_RUNS, ids=repr)
def test_what_is_wrong_in_a_run_is_left_to_the_parser(argv: list[str]) -> None:
    assert read_exec_quickly(argv) is None


@pytest.mark.parametrize("argv", LEFT, ids=repr)
def test_all_else_is_left_to_the_parser(argv: list[str]) -> None:
    assert read_quickly(argv) is None


def test_a_folder_that_is_gone_is_told() -> None:
    with pytest.raises(UsageError, match="-C gone: there is no such folder"):
        read_quickly(["chat", "-C", "gone"])


def test_a_session_is_begun_without_the_parser() -> None:
    code = (
        "import sys, droidlite.__main__ as front; front.main(['-C', '/gone']);"
        "print(sorted({'typer', 'pydantic'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("[]\n", "droidlite: -C /gone: there is no such folder.\n")
