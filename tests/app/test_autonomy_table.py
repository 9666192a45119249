"""The table of docs/permissions.md is what the code does, cell by cell."""

import re
from pathlib import Path
from typing import get_args

import pytest
from corpus import place

from droidlite.agent.permissions import Permissions
from droidlite.app.allowing import judging
from droidlite.commands.tree import Tree
from droidlite.patterns import Pattern, PermissionRules
from droidlite.tool import Answer, Approval
from droidlite.tools import all_tools
from droidlite.tools.shell import Shell
from droidlite.types import Autonomy

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
LEVELS: tuple[Autonomy, ...] = get_args(Autonomy)
TOOLS = {tool.name: tool for kind in ("edit", "patch") for tool in all_tools(kind, ask=True, escalate=True)}  # type: ignore[arg-type]
TARGETS = {"read": ("f",), "edit": ("f",), "write": ("f",), "patch": ("f",), "fetch": ("example.org",)}
RULES = PermissionRules(ask=(Pattern("shell", "asked"),), deny=(Pattern("shell", "denied"),))
RULED = {"what a rule always asks about": ("asked x",), "what a rule denies": ("denied x",)}


def rows() -> list[tuple[str, list[str]]]:
    """What is called, and what the four levels say to it."""
    table = PAGE.read_text(encoding="utf-8").partition("## Autonomy")[2].partition("\n\n`edit`")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]
    assert [cell.strip("`") for cell in cells[0][1:]] == list(LEVELS)
    return [(what, levels) for what, *levels in cells[2:]]


def calls(what: str) -> list[tuple[str, str]]:
    """Tool and command ("" where it takes none)."""
    named = RULED.get(what) or re.findall(r"`([^`]+)`", what)
    return [(each, "") if each in TOOLS else ("shell", each) for each in named]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(str(place(tmp_path_factory.mktemp("box")).resolve()))


def decided(tree: Tree, level: Autonomy, name: str, command: str) -> str:
    asked: list[Approval] = []

    def ask(approval: Approval) -> Answer:
        asked.append(approval)
        return Answer("once")

    permissions = Permissions(level, judge=judging(RULES, tree, ""), ask=ask, ask_first=RULES.ask, denied=RULES.deny)
    given = Shell(command) if command else None
    allowed = permissions.decide(TOOLS[name], given, name, lambda: (), TARGETS.get(name, ())).allow
    return "asks" if asked else "runs" if allowed else "refused"


@pytest.mark.parametrize(("what", "levels"), rows(), ids=[what for what, _ in rows()])
def test_the_table_is_what_the_code_does(what: str, levels: list[str], tree: Tree) -> None:
    assert calls(what)
    for call in calls(what):
        assert [decided(tree, level, *call) for level in LEVELS] == levels, call


def test_every_tool_is_in_the_table() -> None:
    named = {name for what, _ in rows() for name, _ in calls(what)}
    assert set(TOOLS) - named == set()
