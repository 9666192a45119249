"""The interactive session through the true program in a pseudo-terminal."""

import base64
from pathlib import Path

from binary import configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said
from terminal import Terminal

from droidlite.session.store import Store

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==")


def prompts(home: Path) -> list[str]:
    """What the person said in the newest session."""
    store = Store(home / "droidlite" / "state" / "sessions")
    return [turn.prompt for turn in store.load(store.list(None)[0].id).turns]


def test_the_output_of_a_typed_command_is_shown_while_it_runs(tmp_path: Path, home: Path) -> None:
    with Terminal(cwd=tmp_path, env=write_script(tmp_path / "s.jsonl", [{"text": "Seen."}])) as terminal:
        terminal.sees("autonomy low")
        terminal.type("!echo be''gun; until [ -e go ]; do sleep 0.05; done; echo fin''ished\r")
        terminal.sees("begun")
        assert "finished" not in terminal.seen
        (tmp_path / "go").touch()
        terminal.sees("finished")
        terminal.sees("exit 0")
        assert terminal.leaves() == 0


def test_a_command_can_be_typed_after_one_was_interrupted(tmp_path: Path) -> None:
    with Terminal(cwd=tmp_path, env=write_script(tmp_path / "s.jsonl", [{"text": "Done."}])) as terminal:
        terminal.sees("autonomy low")
        terminal.type("!echo be''gun; sleep 600\r")
        terminal.sees("begun")
        terminal.type("\x1b")
        terminal.sees("exit 130")
        terminal.type("!echo ag''ain\r")
        terminal.sees("again")
        terminal.sees("exit 0")
        assert terminal.leaves() == 0


def test_a_message_typed_before_there_is_a_prompt_is_sent(tmp_path: Path) -> None:
    with Terminal(cwd=tmp_path, env=write_script(tmp_path / "s.jsonl", [{"text": "Done."}])) as terminal:
        terminal.type("hi\r")
        terminal.shows("❯ hi")
        terminal.shows("Done.")
        assert terminal.leaves() == 0


def test_keys_reach_the_program_as_pressed_while_output_is_shown(tmp_path: Path) -> None:
    """A terminal switched to lines meanwhile turns an Enter pressed then into a mere new line."""
    with Terminal(cwd=tmp_path, env=write_script(tmp_path / "s.jsonl", [{"text": "Done."}])) as terminal:
        terminal.sees("autonomy low")
        before = len(terminal.modes)
        for number in range(12):
            terminal.type(f"!echo $(({number} + 700)); yes | head -5000\r")
            terminal.sees(f"{number + 700}")
            terminal.until(lambda times=number + 1: terminal.seen.count("exit0") == times)
        shown = terminal.modes[before:]
        assert terminal.leaves() == 0
    assert shown == [True] * len(shown)


def test_a_message_is_written_in_the_editor(tmp_path: Path, home: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "%s\\nin two lines" "$(cat "$1") written elsewhere" > "$1"\n')
    editor.chmod(0o755)
    env = write_script(tmp_path / "s.jsonl", [{"text": "Understood."}]) | {"VISUAL": str(editor)}
    with Terminal(cwd=tmp_path, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("begun here,\x07")
        terminal.sees("in two lines")
        terminal.type("\r")
        terminal.sees("Understood.")
        assert terminal.leaves() == 0
    assert prompts(home) == ["begun here, written elsewhere\nin two lines"]


def test_a_picture_that_is_mentioned_goes_with_the_message(tmp_path: Path) -> None:
    (tmp_path / "dot.gif").write_bytes(DOT)
    (tmp_path / "notes.txt").write_text("no picture")
    with Loopback([Said("A black dot.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        with Terminal("-m", "claude-sonnet-5", cwd=tmp_path) as terminal:
            terminal.sees("autonomy low")
            terminal.type("compare @dot.gif with @notes.txt and @gone.png please\r")
            terminal.sees("A black dot.")
            assert terminal.leaves() == 0
        (seen,) = server.requests
    blocks = [block for message in seen.json["messages"] for block in message["content"]]
    source = {"type": "base64", "media_type": "image/gif", "data": base64.b64encode(DOT).decode()}
    assert [block["source"] for block in blocks if block["type"] == "image"] == [source]


def test_coming_back_shows_what_was_said_and_nothing_of_the_hosts(tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "cut he", "stop": "length"}, {"text": "re it is."}])
    assert droidlite("exec", "look around", cwd=tmp_path, env=env).code == 0
    with Terminal("-c", cwd=tmp_path, env=env) as terminal:
        terminal.sees("autonomy low")
        assert "reitis." in terminal.seen
        assert terminal.seen.count("❯lookaround") == 1
        assert "<context>" not in terminal.seen
        assert "Thereplywascut" not in terminal.seen
        assert terminal.leaves() == 0
