"""What is written for people is what the program takes: pages made from the structs, flags in help.txt and README."""

import itertools
import re
import runpy
import shlex
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from typer.main import get_command

from droidlite.__main__ import normalise
from droidlite.cli.parsing import app
from droidlite.routing.cases import CaseFile
from droidlite.settings.catalog import shipped_catalog
from droidlite.settings.config import SettingsFile
from droidlite.settings.policy import PolicyFile
from droidlite.tools import all_tools

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


GUIDES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md"))]


def test_every_page_is_in_the_side_bar_and_on_the_first_page() -> None:
    """A page that is not is an error to scripts/site."""
    pages = {path.removeprefix("docs/").removesuffix(".md") for path in GUIDES} - {"index"}
    parts = runpy.run_path(str(ROOT / "docs" / "conf.py"))["PARTS"]
    first = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert {page for listed in parts.values() for page in listed} == pages
    assert set(re.findall(r"\(([\w/-]+)\.md\)", first)) == pages


def test_the_page_on_scripts_has_every_tool_a_script_may_call() -> None:
    page = (ROOT / "docs" / "scripted.md").read_text(encoding="utf-8").partition("## Calls a script makes")[2]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = {name.strip(" `") for row in rows for name in row.split(",")}
    assert named == {tool.name for tool in (*all_tools("edit"), *all_tools("patch"))}
    assert shipped_catalog()["scripted"].edit == "edit"


@pytest.mark.parametrize("path", ["droidlite/help.txt", "README.md", *GUIDES])
def test_every_flag_that_is_written_of_exists(path: str) -> None:
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / path).read_text(encoding="utf-8")))
    foreign = {"--security-opt", "--binary", "--no-tools", "--schemafile"}  # of scripts and of other programs
    assert written - flags() - OWN - foreign == set()


def commands_in(path: str) -> list[str]:
    """The droidlite lines of its shell examples, without comments and what a pipe does with them."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / path).read_text(encoding="utf-8"), re.M | re.S)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("droidlite")]


@pytest.mark.parametrize("line", sorted({line for path in ["README.md", *GUIDES] for line in commands_in(path)}))
def test_every_command_that_is_written_down_is_one_the_parser_takes(line: str) -> None:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>;&<")
    lexer.whitespace_split = True
    words = list(itertools.takewhile(lambda word: word not in ("|", ">", ";", "&&", "<"), lexer))[1:]
    if words in (["--version"], ["--help"]):
        return
    words = normalise(words)
    command = get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("droidlite", words)


def files_in(path: str) -> list[str]:
    """The TOML of its examples."""
    return re.findall(r"^```toml\n(.*?)^```", (ROOT / path).read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("text", [text for path in ["README.md", *GUIDES] for text in files_in(path)])
def test_every_file_that_is_written_down_is_one_that_is_read(text: str) -> None:
    problems = []
    for described in (SettingsFile, PolicyFile, CaseFile):
        try:
            msgspec.toml.decode(text, type=described)
        except msgspec.ValidationError as error:
            problems.append(f"{described.__name__}: {error}")
    assert len(problems) < 3, problems


def test_the_usage_of_every_command_has_its_brackets_in_pairs() -> None:
    usage = [line for line in (ROOT / "docs" / "commands.md").read_text().splitlines() if line.startswith("`droidlite")]
    assert "`droidlite router test [FILE]...`" in usage
    assert [line for line in usage if line.count("[") != line.count("]")] == []


def test_every_flag_of_a_session_is_in_the_help() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    given = [*commands["exec"].params, *commands["chat"].params]
    known = {max(parameter.opts, key=len) for parameter in given if parameter.opts[0].startswith("-")}
    text = (ROOT / "droidlite" / "help.txt").read_text(encoding="utf-8")
    assert {flag for flag in known if flag not in text} == set()


def test_every_key_of_the_settings_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in SettingsFile.__struct_fields__ if f"| `{name}` |" not in page] == []
