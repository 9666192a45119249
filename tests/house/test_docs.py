"""What is written for people is what the program takes: pages made from the structs, flags in help.txt and README."""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from typer.main import get_command

from droidlite.cli.parsing import app
from droidlite.settings.config import SettingsFile

ROOT = Path(__file__).parents[2]
OWN = {"--version", "--help", "--scripted"}
"""Answered by the front door, or a flag of a script in the same text."""


def make_docs() -> ModuleType:
    loader = SourceFileLoader("make_docs", str(ROOT / "scripts" / "make-docs"))
    spec = spec_from_loader("make_docs", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def flags() -> set[str]:
    """Every long option of every command, those below a group included."""
    commands = list(get_command(app).commands.values())  # type: ignore[attr-defined]
    for command in commands:
        commands += getattr(command, "commands", {}).values()
    return {flag for command in commands for parameter in command.params for flag in parameter.opts if "--" in flag}


PAGES = make_docs().pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_what_the_structs_say(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name], "run scripts/make-docs"


@pytest.mark.parametrize("path", ["droidlite/help.txt", "README.md"])
def test_every_flag_that_is_written_of_exists(path: str) -> None:
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / path).read_text(encoding="utf-8")))
    foreign = {"--binary", "--no-tools"}  # of scripts and of other programs
    assert written - flags() - OWN - foreign == set()


def test_every_flag_of_a_session_is_in_the_help() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    known = {max(parameter.opts, key=len) for parameter in commands["exec"].params if parameter.opts[0].startswith("-")}
    text = (ROOT / "droidlite" / "help.txt").read_text(encoding="utf-8")
    assert {flag for flag in known if flag not in text} == set()


def test_every_key_of_the_settings_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in SettingsFile.__struct_fields__ if f"| `{name}` |" not in page] == []
