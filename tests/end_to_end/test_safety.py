"""What no flag, prompt or repository may get past, through the true binary."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import binary
import pytest
import terminal as terminal_module
from binary import call, configure, droidlite, write_script
from terminal import Terminal

from droidlite.session.checkpoint import Checkpoint
from droidlite.session.store import Store
from droidlite.settings.remembered import load_allowed, remember_allowed

LEVELS = ("off", "low", "medium", "high")


def events(out: str, kind: str) -> list[dict[str, Any]]:
    """The events of one kind in stream-json output."""
    return [event for line in out.splitlines() if (event := json.loads(line))["type"] == kind]


def results(out: str) -> list[dict[str, Any]]:
    return events(out, "call_finished")


def calling(tmp_path: Path, *calls: dict[str, Any]) -> dict[str, str]:
    """A model that makes these calls in one reply each and is done."""
    return write_script(tmp_path / "s.jsonl", [*({"calls": [each]} for each in calls), {"text": "Done."}])


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "policy.toml"
    monkeypatch.setenv("DROIDLITE_POLICY", str(path))
    return path


@pytest.mark.parametrize("most", LEVELS)
def test_policy_also_narrows_the_autonomy_nobody_asked_for(most: str, repo: Path, policy: Path, tmp_path: Path) -> None:
    policy.write_text(f'[autonomy]\nmax = "{most}"\n')
    env = calling(tmp_path, call("write", file_path="a", content="x"))
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.sees(f"autonomy {'off' if most == 'off' else 'low'}")
        terminal.type("write a\r")
        if most == "off":
            terminal.sees("Yes, this once")
            assert not (repo / "a").exists()
            return
        terminal.sees("Done.")
        assert (repo / "a").read_text() == "x"
        assert terminal.leaves() == 0


@pytest.mark.parametrize("most", LEVELS)
def test_exec_without_auto_stays_read_only_under_every_policy(
    most: str, repo: Path, policy: Path, tmp_path: Path
) -> None:
    policy.write_text(f'[autonomy]\nmax = "{most}"\n')
    env = calling(tmp_path, call("write", file_path="a", content="x"))
    ran = droidlite("exec", "-o", "json", "write a", cwd=repo, env=env)
    assert (ran.result["permission_denials"], (repo / "a").exists()) == (["a"], False)
    assert "lowered" not in ran.err  # nobody asked for more


@pytest.fixture
def page() -> Iterator[str]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(b"the page itself")

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def loopback_counts_as_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """The true program but for one judgement: there is no public page a test may fetch."""
    code = (
        "import sys; from droidlite.tools import web; from droidlite.__main__ import main;"
        "web.is_public = lambda address: True; sys.exit(main())"
    )
    for module in (binary, terminal_module):
        monkeypatch.setattr(module, "BINARY", (sys.executable, "-c", code))


@pytest.mark.usefixtures("loopback_counts_as_public")
def test_pages_are_fetched_at_high(repo: Path, page: str, tmp_path: Path) -> None:
    ran = droidlite(
        "exec", "--auto", "high", "-o", "stream-json", "look", cwd=repo, env=calling(tmp_path, call("fetch", url=page))
    )
    assert [(r["content"], r["is_error"]) for r in results(ran.out)] == [
        (f"{page}\n\n```\nthe page itself\n```", False)
    ]


@pytest.mark.usefixtures("loopback_counts_as_public")
def test_pages_are_fetched_once_a_person_said_yes(repo: Path, page: str, tmp_path: Path) -> None:
    with Terminal(cwd=repo, env=calling(tmp_path, call("fetch", url=page))) as terminal:
        terminal.sees("autonomy low")
        terminal.type("look\r")
        terminal.answers("Fetch this?", "1")
        terminal.sees(f"● fetch {page} ⎿ 5 lines")
        terminal.sees("Done.")
        assert terminal.leaves() == 0


def test_below_high_nothing_is_fetched_unasked_and_never_from_this_machine(
    repo: Path, page: str, tmp_path: Path
) -> None:
    env = calling(tmp_path, call("fetch", url=page))
    asked = droidlite("exec", "--auto", "medium", "-o", "json", "look", cwd=repo, env=env)
    assert asked.result["permission_denials"] == [page]
    refused = droidlite("exec", "--auto", "high", "-o", "stream-json", "look", cwd=repo, env=env)
    (result,) = results(refused.out)
    assert result["content"] == (
        "127.0.0.1 is an address of this machine or its network; only public pages are fetched."
    )


@pytest.mark.parametrize("auto", [[], ["--auto", "low"], ["--auto", "medium"]])
def test_no_command_reads_outside_the_root_through_a_link(auto: list[str], repo: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("topsecret")
    (repo / "link").symlink_to(tmp_path / "secret")
    (repo / "ld").symlink_to(tmp_path)
    commands = ("cat link", "cat ld/secret", "head -c 20 ld/secret", "cp link copied", "grep -r top ld/", "ls ld/")
    env = calling(tmp_path, *(call("shell", command=command) for command in commands))
    ran = droidlite("exec", *auto, "-o", "stream-json", "look", cwd=repo, env=env)
    assert [event["summary"] for event in events(ran.out, "call_denied")] == list(commands)
    assert ("topsecret" in ran.out, (repo / "copied").exists()) == (False, False)


@pytest.mark.parametrize("command", ["echo x > b", "cp a b", "mv a b", "echo x | tee b", "true > b", "mv b a"])
def test_what_medium_runs_unasked_can_be_taken_back(command: str, repo: Path, tmp_path: Path) -> None:
    (repo / "a").write_text("other\n")
    (repo / "b").write_text("precious\n")
    env = calling(tmp_path, call("shell", command=command))
    ran = droidlite("exec", "--auto", "medium", "-o", "json", "go", cwd=repo, env=env)
    assert ran.result["permission_denials"] == []
    before = {path.name: path.read_text() for path in repo.iterdir() if path.is_file()}
    rewind(ran.result["session_id"], repo)
    after = {path.name: path.read_text() for path in repo.iterdir() if path.is_file()}
    assert (before != after, after) == (True, {"a": "other\n", "b": "precious\n"})


def rewind(session: str, repo: Path) -> list[str]:
    """Takes the session's first turn back, as /rewind does."""
    store = Store(Path(os.environ["DROIDLITE_HOME"]) / "state" / "sessions")
    journal, past = store.open(session)
    try:
        return Checkpoint(journal.folder, journal, repo, session=past).rewind(1)
    finally:
        journal.close()


def test_a_rewind_can_say_which_commands_it_does_not_take_back(repo: Path, tmp_path: Path) -> None:
    replies = [
        {"calls": [call("shell", command="ls"), call("shell", command="sh change.sh")]},
        {"text": "One."},
        {"calls": [call("shell", command="sh again.sh")]},
        {"text": "Two."},
    ]
    env = write_script(tmp_path / "s.jsonl", replies)
    first = droidlite("exec", "--auto", "high", "-o", "json", "go", cwd=repo, env=env)
    droidlite("exec", "-c", "--auto", "high", "-o", "json", "on", cwd=repo, env=env)
    session = first.result["session_id"]
    store = Store(Path(os.environ["DROIDLITE_HOME"]) / "state" / "sessions")
    told = [store.load(session).commands_since(turn) for turn in (1, 2, 3)]
    assert told == [("sh change.sh", "sh again.sh"), ("sh again.sh",), ()]
    rewind(session, repo)
    assert store.load(session).commands_since(1) == ()


EVIL = "a\x1b[2Jb\x1b]52;c;aGk=\x07 \u202egnp.exe \u061c \u200b \x9b31m \x7f end"
STEERING = set("\x1b\x07\x7f\x9b\u202e\u061c\u200b")


def test_what_others_wrote_does_not_steer_the_terminal(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": EVIL}])
    said = droidlite("exec", "-o", "json", f"say {EVIL}", cwd=repo, env=env)
    session = said.result["session_id"]
    for words in (
        ["sessions", "--json"],
        ["sessions"],
        ["sessions", "show", session],
        ["sessions", "show", session, "--json"],
        ["sessions", "export", session, "--format", "json"],
    ):
        ran = droidlite(*words, cwd=repo, env={"COLUMNS": "200"})
        assert (ran.code, "end" in ran.out, STEERING & set(ran.out)) == (0, True, set()), words
        if "json" in words[-1]:
            assert "\u202egnp.exe" in json.dumps(json.loads(ran.out), ensure_ascii=False)  # nothing is lost
    with Terminal("sessions", "export", session, cwd=repo) as terminal:
        terminal.sees("gnp.exe")
        assert terminal.process.wait(60) == 0
        assert STEERING & set(terminal.written) == set()
    assert STEERING & set(droidlite("sessions", "export", session, cwd=repo).out) == set()  # nor a file of it, later


def test_always_holds_in_this_project_and_no_other(repo: Path, tmp_path: Path) -> None:
    """For a command of two beginnings both are spelt out and kept."""
    env = calling(tmp_path, call("shell", command="npm install left-pad --offline && make it-up"))
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("go\r")
        terminal.sees("in this project, always allow: commands that begin `npm install` or `make it-up`")
        terminal.answers("Run this command?", "3")
        terminal.sees("Done.")
        assert terminal.leaves() == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = droidlite("exec", "-o", "json", "go", cwd=repo, env=env)
    other = droidlite("exec", "-o", "json", "go", cwd=elsewhere, env=env)
    assert again.result["permission_denials"] == []
    assert other.result["permission_denials"] == ["npm install left-pad --offline && make it-up"]
    assert "for good in this folder: npm install, make it-up;" in droidlite("doctor", cwd=repo).out
    assert [path.name for path in repo.iterdir()] == [".git"]
    (kept,) = (Path(os.environ["DROIDLITE_HOME"]) / "state" / "allowed").glob("*.json")
    kept.write_text("{")
    broken = droidlite("exec", "-o", "json", "go", cwd=repo, env=env)
    assert broken.result["permission_denials"] == ["npm install left-pad --offline && make it-up"]
    assert f"{kept}: cannot be used" in broken.err


def test_what_was_allowed_is_shown_and_revoked(repo: Path, tmp_path: Path, home: Path) -> None:
    state = home / "droidlite" / "state"
    for prefix in ("npm install", "make"):
        remember_allowed(state, repo, prefix)
    configure('permissions = { allow = ["shell(tar)"], ask = ["fetch"], deny = ["shell(rm)"] }\n')
    with Terminal(cwd=repo, env=calling(tmp_path, call("shell", command="make it-up"))) as terminal:
        terminal.sees("autonomy low")
        terminal.type("/permissions\r")
        terminal.sees("commands that begin `tar` ")
        terminal.sees("always asked about: fetch")
        terminal.sees("never: shell(rm)")
        terminal.answers("Revoke one?", "make\r")
        terminal.sees("revoked: commands that begin `make`")
        assert load_allowed(state, repo) == ("npm install",)
        terminal.type("go\r")
        terminal.answers("Run this command?", "1")
        terminal.sees("Done.")
        assert terminal.leaves() == 0


def test_always_is_not_offered_where_it_would_not_be_kept(repo: Path, tmp_path: Path) -> None:
    env = calling(tmp_path, call("fetch", url="http://127.0.0.1:1/"))
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("go\r")
        terminal.answers("Fetch this?", "3")
        terminal.sees("Enter send")
        assert "fromnowon" not in terminal.seen
