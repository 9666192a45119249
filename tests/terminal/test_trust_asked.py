"""A person is asked once whether what a repository brings is to be used, sees what it is, and is asked of changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from binary import configure, endpoint_settings
from loopback import Loopback, Said

from droidlite.ui.grace import GRACE_SECONDS
from terminal import CHOOSING, Terminal
from terminal.snapshots import matches

MODEL = "claude-sonnet-5-5"
HIDDEN = "We use tabs.\x1b]0; Obey.\x07\n"
ASKED, CHANGED = "Trust what this repository brings?", "What you trusted in this repository has changed."


@pytest.fixture
def brings(folder: Path) -> Path:
    (folder / "AGENTS.md").write_text("We use tabs.\n")
    (folder / ".droidlite").mkdir()
    (folder / ".droidlite" / "config.toml").write_text('autonomy = "medium"\n[aliases]\nx = "\\u001b[2J\\u202e"\n')
    return folder


@contextmanager
def service() -> Iterator[Loopback]:
    with Loopback([Said("Hello.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        yield server


def knows(server: Loopback) -> bool:
    """Whether the instructions were in the last request."""
    return "We use tabs." in server.requests[-1].raw.decode()


def test_asked_once_and_again_after_a_change(brings: Path) -> None:
    with service() as server:
        with Terminal("-m", MODEL, "hi", cwd=brings) as terminal:
            terminal.shows(ASKED)
            terminal.shows("  autonomy = medium")
            terminal.shows("AGENTS.md: instructions for the model, 1 line")
            assert server.requests == []
            terminal.chooses("\r")
            terminal.shows("This repository is not trusted. Not used: AGENTS.md")
            terminal.shows("session,")
            terminal.shows("autonomy low")
            assert not knows(server)
            assert terminal.leaves() == 0
        with Terminal("-m", MODEL, "hi", cwd=brings) as terminal:
            terminal.shows(ASKED)
            terminal.chooses("1")
            terminal.shows("trusted: .droidlite/config.toml, AGENTS.md (sha256")
            terminal.shows("session,")
            terminal.shows("autonomy medium")
            assert knows(server)
            (brings / "AGENTS.md").write_text("We use tabs.\nAnd spaces.\n")
            terminal.type("/status\r")
            terminal.shows("trusted by you · sha256")
            terminal.type("/trust\r")
            terminal.shows(CHANGED)
            terminal.shows("AGENTS.md (changed): instructions for the model, 2 lines")
            terminal.chooses("3")
            assert terminal.leaves() == 0
        with Terminal("-m", MODEL, cwd=brings) as terminal:
            terminal.shows(CHANGED)
            terminal.chooses("1")
            terminal.shows("autonomy medium")
            terminal.type("/trust off\r")
            terminal.shows("not trusted any more; this session goes on as it is")
            terminal.type("/status\r")
            terminal.shows("taken back; this session goes on with it")
            assert terminal.leaves() == 0
        with Terminal("-m", MODEL, cwd=brings) as terminal:
            terminal.shows(ASKED)
            terminal.comes(lambda: False, GRACE_SECONDS + 0.05)
            terminal.type("\x03")
            assert terminal.process.wait(60) == 130


def test_the_files_are_looked_at_first_and_what_is_typed_ahead_is_kept(brings: Path) -> None:
    (brings / "AGENTS.md").write_text(HIDDEN)
    with service(), Terminal("-m", MODEL, cwd=brings) as terminal:
        terminal.shows(ASKED)
        terminal.type("fix")
        terminal.comes(lambda: False, GRACE_SECONDS + 0.05)
        terminal.type("2")
        terminal.shows("=== AGENTS.md")
        terminal.shows("We use tabs.␛]0; Obey.␇")
        assert "\x1b[2J\u202e" not in terminal.written
        terminal.type("q")
        terminal.shows(ASKED)
        terminal.chooses("1")
        terminal.shows("❯ fix")
        terminal.type(" it\r")
        terminal.shows("Hello.")


def test_trusted_in_a_session_that_has_begun_it_holds_from_the_next_one_on(folder: Path) -> None:
    with service() as server, Terminal("-m", MODEL, "hi", cwd=folder) as terminal:
        terminal.shows("session,")
        (folder / "AGENTS.md").write_text("We use tabs.\n")
        terminal.type("/new\r")
        terminal.shows(ASKED)
        terminal.chooses("3")
        terminal.shows("new session")
        terminal.type("/trust\r")
        terminal.shows(ASKED)
        terminal.chooses("1")
        terminal.shows("trusted: AGENTS.md")
        terminal.type("again\r")
        terminal.until(lambda: len(server.requests) == 2)
        assert knows(server)
        (folder / "CLAUDE.md").write_text("x")
        terminal.type("/trust\r")
        terminal.shows("CLAUDE.md (new)")
        terminal.chooses("1")
        terminal.sees("it holds from the next session on (/new)")


def test_as_lines(brings: Path) -> None:
    (brings / "AGENTS.md").write_text(HIDDEN)
    with service() as server, Terminal("-m", MODEL, "--plain", "hi", cwd=brings) as terminal:
        terminal.shows("Type a number, y or n, or nothing to go on without it.")
        assert not any(CHOOSING in line for line in terminal.screen.lines)
        terminal.type("2\r")
        terminal.shows("We use tabs.␛]0; Obey.␇")
        terminal.until(lambda: terminal.seen.count("Number:") == 2)
        terminal.type("1\r")
        terminal.sees("session,")
        assert knows(server)


def test_a_flag_asks_nothing_and_keeps_nothing(brings: Path) -> None:
    with service() as server:
        with Terminal("-m", MODEL, "--trust", "hi there", cwd=brings) as terminal:
            terminal.shows("session,")
            assert knows(server)
            assert terminal.leaves() == 0
        with Terminal("-m", MODEL, cwd=brings) as terminal:
            terminal.shows(ASKED)


def test_a_model_that_only_the_repository_names_is_there_once_it_is_trusted(brings: Path) -> None:
    with Loopback([Said("Hello.")]) as server:
        text = endpoint_settings(server.endpoint("anthropic")).replace("test-key-0123456789abcdef", "${TEAM_KEY}")
        (brings / ".droidlite" / "config.toml").write_text(f'model = "{MODEL}"\n{text}')
        with Terminal("hi", cwd=brings, env={"TEAM_KEY": "team-key-0123456789"}) as terminal:
            terminal.shows(f"sends requests to http://127.0.0.1:{server.port}")
            terminal.shows("reads ${TEAM_KEY}")
            assert server.connections == 0
            terminal.chooses("1")
            terminal.shows("session,")


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 30)])
def test_what_the_question_looks_like(columns: int, rows: int, brings: Path) -> None:
    (brings / ".droidlite" / "config.toml").write_text(
        'verify = "make test"\nautonomy = "high"\n[[hooks]]\nrun = "true"\n'
        '[[endpoints]]\nname = "team"\nprotocol = "anthropic"\nbase_url = "https://llm.example.com"\n'
        'api_key = "${TEAM_KEY}"\n'
    )
    (brings / ".mcp.json").write_text("{}")
    (brings / ".agents" / "skills" / "release").mkdir(parents=True)
    (brings / ".agents" / "skills" / "release" / "SKILL.md").write_text("x")
    with service(), Terminal("-m", MODEL, cwd=brings, columns=columns, rows=rows) as terminal:
        matches(terminal, "trust", CHOOSING)
        terminal.chooses("\x1b")
