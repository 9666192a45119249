"""What a person does while the agent works, through a real terminal: interrupt, queue, resize, paste, choose."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from binary import call, configure, endpoint_settings, write_script
from loopback import Asked, Loopback, Said

from terminal import CHOOSING, Terminal

MODEL = "claude-sonnet-5-5"


@contextmanager
def session(folder: Path, *replies: Said, **more: int) -> Iterator[tuple[Terminal, Loopback]]:
    """A session that may run everything, with a service that says `replies`."""
    with Loopback(list(replies)) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        with Terminal("-m", MODEL, "-y", cwd=folder, **more) as terminal:  # type: ignore[arg-type]
            terminal.shows("autonomy")
            yield terminal, server


def said(server: Loopback) -> list[str]:
    """What the person's messages were in the last request, in order, and what the host added to them."""
    messages = [message for message in server.requests[-1].json["messages"] if message["role"] == "user"]
    return [part["text"] for message in messages for part in message["content"] if part["type"] == "text"]


def count(terminal: Terminal, pattern: str) -> int:
    """How often it stands in all that was printed, however it was wrapped."""
    return len(re.findall(pattern.replace(" ", r"\s+"), "\n".join(terminal.screen.scrolled)))


def test_nothing_is_doubled_or_lost_where_the_window_is_resized_in_mid_stream(tmp_path: Path) -> None:
    text = "".join(f"Point {n:02} of the answer, long enough to be wrapped where it is narrow.\n\n" for n in range(30))
    with session(tmp_path, Said(text, pieces=120, delay=0.004)) as (terminal, _):
        terminal.type("go\r")
        for number, size in enumerate([(100, 30), (60, 24), (40, 20), (120, 40), (72, 30)]):
            terminal.until(lambda at=4 + 5 * number: count(terminal, f"Point {at:02}"))
            terminal.resize(*size)
        terminal.shows("session,")
        assert [count(terminal, f"Point {n:02}") for n in range(30)] == [1] * 30
        assert count(terminal, "❯ go") == 1
        terminal.until(lambda: sum("─────" in line for line in terminal.screen.scrolled) == 2)
        assert terminal.leaves() == 0


def test_a_reply_is_interrupted_and_what_was_queued_comes_back(tmp_path: Path) -> None:
    half = "The first half of it.\n\nThe second half, which never"
    with session(tmp_path, Said(half * 2, fault="stall"), Said("Understood.")) as (terminal, server):
        terminal.type("explain\r")
        terminal.shows("The first half of it.")
        terminal.type("and the\x0atests\r")
        terminal.shows("queued: and the")
        terminal.type("\x1b")
        terminal.shows("⊘ interrupted")
        terminal.hides("queued:")
        terminal.type(", please\r")
        terminal.shows("Understood.")
        terminal.shows("session,")
        assert [text for text in said(server) if "explain" in text or "tests" in text] == [
            "explain",
            "and the\ntests, please",
        ]
        assert terminal.leaves() == 0


def test_what_is_queued_is_sent_in_order_when_the_tool_has_finished(tmp_path: Path) -> None:
    waits = Asked("shell", {"command": "echo be''gun; until [ -e go ]; do sleep 0.05; done"})
    replies = (Said("I wait.", calls=(waits,)), Said("It went."), Said("Second."), Said("Third."))
    with session(tmp_path, *replies) as (terminal, server):
        terminal.type("first\r")
        terminal.shows("begun")
        terminal.type("second\rthird\r")
        terminal.shows("queued: third")
        terminal.type("\x1b[A")
        terminal.hides("queued: third")
        terminal.type("!\r")
        terminal.shows("queued: third!")
        (tmp_path / "go").touch()
        terminal.shows("Third.")
        terminal.hides("queued:")
        assert [text for text in said(server) if text in ("first", "second", "third!")] == ["first", "second", "third!"]
        assert terminal.leaves() == 0


def test_ten_thousand_lines_and_a_line_of_a_megabyte_are_pasted(tmp_path: Path) -> None:
    lines = "\n".join(f"line {number} of what was pasted" for number in range(10_000))
    with session(tmp_path, Said("Read."), Said("Read that.")) as (terminal, server):
        for pasted, answer in ((lines, "Read."), ("x" * 1_000_000, "Read that.")):
            terminal.paste(pasted)
            terminal.type(" is it")
            terminal.shows("is it")
            terminal.type("\r")
            terminal.shows(answer)
            assert f"{pasted} is it" in said(server)
        assert terminal.leaves() == 0


def test_a_command_is_allowed_for_the_session_and_not_asked_about_again(tmp_path: Path) -> None:
    call = Asked("shell", {"command": "touch made"})
    again = Asked("shell", {"command": "touch another"})
    with Loopback([Said(calls=(call,)), Said(calls=(again,)), Said("Both made.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        with Terminal("-m", MODEL, cwd=tmp_path) as terminal:
            terminal.shows("autonomy")
            terminal.type("make them\r")
            terminal.shows("touch made")
            terminal.shows(CHOOSING)
            assert not (tmp_path / "made").exists()
            terminal.chooses("2")
            terminal.shows("Both made.")
            assert (tmp_path / "made").exists()
            assert (tmp_path / "another").exists()
            assert terminal.leaves() == 0


def test_a_model_is_picked_by_typing_a_part_of_its_name(tmp_path: Path) -> None:
    with session(tmp_path, Said("I am another.")) as (terminal, server):
        terminal.type("/model\r")
        terminal.chooses("haiku-4-5\r")
        terminal.shows("model: claude-haiku-4-5")
        terminal.type("who are you\r")
        terminal.shows("I am another.")
        assert server.requests[-1].json["model"].startswith("claude-haiku-4-5")
        assert terminal.leaves() == 0


def test_as_lines_what_was_typed_before_an_approval_does_not_answer_it(folder: Path) -> None:
    (folder / "build").mkdir()
    os.mkfifo(folder / "end")
    script = [{"calls": [call("shell", command=command)]} for command in ("cat end", "rm -rf build")]
    env = write_script(folder / "script.jsonl", [*script, *({"text": f"Answer {n}."} for n in range(3))])
    with Terminal("--plain", "--auto", "medium", "hi", cwd=folder, env=env) as terminal:
        terminal.type("1\rand th")
        terminal.sees("andth")
        (folder / "end").write_text("done")
        terminal.sees("queued:1")
        terminal.sees("firstendyourline(Enterqueuesit,Ctrl+Cdropsit).>andth")
        terminal.type("en\r")
        terminal.sees("queued:andthen")
        terminal.sees("Number:")
        terminal.type("\r")
        terminal.sees(">andthen")
        terminal.sees("Answer1.")
        assert (folder / "build").exists()
