"""A home that cannot be written, and terminals and caps with limits, seen by a person at a terminal."""

from pathlib import Path

from binary import call, configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said
from terminal import Terminal

NEWEST = "\x1b[H\r"


def test_a_home_that_cannot_be_written_still_rewinds_and_exports(folder: Path, tmp_path: Path) -> None:
    steps = [
        {"text": "One."},
        {"calls": [call("write", file_path="made.txt", content="x\n")]},
        {"text": "Two."},
    ]
    env = write_script(tmp_path / "s.jsonl", steps) | {"DROIDLITE_HOME": "/dev/null/home"}
    with Terminal(cwd=folder, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("look\r")
        terminal.sees("One.")
        terminal.type("make it\r")
        terminal.sees("Two.")
        terminal.type("/export\r")
        terminal.sees("written to")
        terminal.type("/resume\r")
        terminal.sees("There is no stored session of this folder.")
        terminal.type("/rewind\r")
        terminal.answers("Rewind to just before", NEWEST)
        terminal.answers("Leave all as it is", "1")
        terminal.sees("rewound; your message is below")
        assert not (folder / "made.txt").exists()
        assert terminal.walks_out() == 0
        terminal.sees("This session was not stored")  # what was written last is read after the process is gone
        assert "Goonwith" not in terminal.seen
    (exported,) = folder.glob("droidlite-2*.md")
    assert "make it" in exported.read_text()


def test_a_session_that_is_not_stored_has_an_id_all_the_same(folder: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "One."}]) | {"DROIDLITE_HOME": "/dev/null/home"}
    ran = droidlite("exec", "-o", "json", "x", cwd=folder, env=env)
    assert ran.code == 0
    assert ran.result["session_id"].startswith("20")


def test_a_terminal_that_cannot_draw_gets_a_session_of_plain_lines(folder: Path, tmp_path: Path) -> None:
    replies = [{"calls": [call("shell", command="touch made")]}, {"text": "One."}]
    env = write_script(tmp_path / "s.jsonl", replies) | {"TERM": "dumb"}
    with Terminal(cwd=folder, env=env) as terminal:
        terminal.sees("/help for commands and keys")
        terminal.type("go\r")
        terminal.sees("Run this command?")
        terminal.type("1\r")
        terminal.sees("message, $0.00 session")
        assert "\x1b[" not in terminal.written.replace("\x1b[?2004", "")  # readline's own word for pastes
        terminal.type("/quit\r")
        assert terminal.process.wait(60) == 0
    assert (folder / "made").exists()


HOUSE = '[[models]]\nid = "house"\ncontext = 100000\nmax_output = 1000\nprice = {input = 500, output = 500}\n'


def test_a_cap_is_raised_as_far_as_policy_allows(folder: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[budget]\nmax_cost_usd = 8\n")
    with Loopback([Said("one"), Said("two"), Said("three"), Said("four")]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat"), models='["house"]') + HOUSE)
        with Terminal("-m", "house", "--max-cost", "3", cwd=folder, env={"DROIDLITE_POLICY": str(policy)}) as terminal:
            terminal.sees("autonomy low")
            terminal.type("go\r")
            terminal.answers("Stop here", "2")
            terminal.type("9\r")
            terminal.sees("Policy allows at most $8.00 a session")
            assert "capraisedto" not in terminal.seen
            terminal.answers("Policy allows at most $8.00 a session", "1")
            terminal.sees("cap raised to $")
            terminal.sees("one")
            assert terminal.leaves() == 0


def test_a_cap_that_is_all_policy_allows_cannot_be_raised(folder: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[budget]\nmax_cost_usd = 3\n")
    with Loopback([Said("one")]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat"), models='["house"]') + HOUSE)
        with Terminal("-m", "house", cwd=folder, env={"DROIDLITE_POLICY": str(policy)}) as terminal:
            terminal.sees("autonomy low")
            terminal.type("go\r")
            terminal.sees("Policy allows at most $3.00 a session")
            terminal.sees("stopped (max cost)")
            assert "Raisethecap" not in terminal.seen
            assert terminal.leaves() == 0
        assert server.requests == []


def test_escape_is_shown_as_an_interruption(folder: Path, tmp_path: Path) -> None:
    steps = [{"calls": [call("shell", command="echo be''gun; sleep 600")]}, {"text": "One."}]
    with Terminal("--auto", "high", cwd=folder, env=write_script(tmp_path / "s.jsonl", steps)) as terminal:
        terminal.sees("autonomy high")
        terminal.type("go\r")
        terminal.sees("begun")
        terminal.type("\x1b")
        terminal.sees("⊘ interrupted")
        assert "stopped(duringexecution)" not in terminal.seen
        assert terminal.leaves() == 0


def test_a_copy_is_gone_on_with(folder: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "One."}, {"text": "Two."}])
    with Terminal(cwd=folder, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("first\r")
        terminal.sees("One.")
        terminal.type("/fork\r")
        terminal.sees("going on with a copy")
        terminal.type("second\r")
        terminal.sees("Two.")
        assert terminal.leaves() == 0
    listed = droidlite("sessions", cwd=folder).out
    assert ("1 turn " in listed, "2 turns" in listed) == (True, True)
