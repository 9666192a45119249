"""Commands in the sandbox through the true binary, by each mechanism that works here."""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attack_sandbox import BACKENDS, why_not
from binary import Ran, call, configure, droidlite, running, write_script
from terminal import Terminal

WORKING = [mechanism for mechanism in BACKENDS if not why_not(mechanism)]
each_mechanism = pytest.mark.parametrize("mechanism", WORKING)


class Web(ThreadingHTTPServer):
    """A page on loopback, and the paths that were asked for."""

    daemon_threads = True

    def __init__(self, page: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.page, self.paths = page, []  # type: ignore[var-annotated]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *exc: object) -> None:
        self.shutdown()
        self.server_close()


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Web)
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.page)))
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *words: object) -> None:
        pass


def git(folder: Path, *words: str) -> str:
    author = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(folder: Path) -> Path:
    git(folder, "init", "-q")
    git(folder, "config", "user.name", "t")
    git(folder, "config", "user.email", "t@example.com")
    (folder / "a.txt").write_text("one\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def run(
    folder: Path, tmp_path: Path, *commands: str | dict[str, Any], flags: tuple[str, ...] = ()
) -> tuple[Ran, list[str]]:
    """The run, and what the model was told of each command."""
    calls = [call("shell", command=each) if isinstance(each, str) else call("shell", **each) for each in commands]
    env = write_script(tmp_path / "s.jsonl", [*({"calls": [each]} for each in calls), {"text": "Done."}])
    ran = droidlite("exec", "--auto", "high", "-o", "stream-json", *flags, "go", cwd=folder, env=env)
    events = [json.loads(line) for line in ran.out.splitlines()]
    return ran, [event["content"] for event in events if event["type"] == "call_finished"]


@each_mechanism
def test_a_command_changes_the_folder_and_nothing_else(repo: Path, tmp_path: Path, mechanism: str) -> None:
    command = "echo x > made; echo y > ../outside; echo z > .git/config; exit 3"
    ran, (told,) = run(repo, tmp_path, command, flags=("--sandbox", mechanism))
    assert json.loads(ran.out.splitlines()[0])["sandbox"] == mechanism
    assert ((repo / "made").read_text(), (tmp_path / "outside").exists()) == ("x\n", False)
    assert "[core]" in (repo / ".git" / "config").read_text()
    assert "(exit code 3)" in told
    assert "(it ran in the sandbox: see outside, if that is what stopped it)" in told


@each_mechanism
def test_gits_own_commands_change_its_files_and_no_other_does(repo: Path, tmp_path: Path, mechanism: str) -> None:
    (repo / "a.txt").write_text("two\n")
    commands = (
        "git add -A && git commit -qm two",
        "git switch -qc other",
        "git -C . commit --allow-empty -qm three",
        "sh -c 'git commit --allow-empty -qm four'",
        "echo q > q.txt && git add q.txt && git commit -qm four",
    )
    ran, told = run(repo, tmp_path, *commands, flags=("--sandbox", mechanism))
    assert ran.code == 0
    assert git(repo, "log", "--format=%s").split() == ["three", "two", "one"]
    assert git(repo, "branch", "--show-current") == "other\n"
    assert ["(exit code 0)" in each for each in told[:3]] == [True, True, True]
    hint = "(.git is kept from it: git add, git commit and the like work in a command of their own, without other "
    assert [hint in each for each in told] == [False, False, False, True, True]


@each_mechanism
def test_settings_that_were_not_there_are_not_there_afterwards(repo: Path, tmp_path: Path, mechanism: str) -> None:
    _, (told,) = run(
        repo,
        tmp_path,
        "mkdir .droidlite && echo 'autonomy = \"high\"' > .droidlite/config.toml; true",
        flags=("--sandbox", mechanism),
    )
    assert not (repo / ".droidlite").exists()
    assert f"no command may change {repo / '.droidlite'}, {repo / '.droidlite' / 'config.toml'}: put back" in told


@each_mechanism
def test_what_a_command_leaves_running_is_a_job_and_ends_with_the_session(
    repo: Path, tmp_path: Path, mechanism: str
) -> None:
    _, (told,) = run(
        repo, tmp_path, "env -i setsid sleep 611.5 >/dev/null 2>&1 & echo begun", flags=("--sandbox", mechanism)
    )
    assert told.startswith("begun\n(exit code 0)")
    assert running("611.5") == []


@each_mechanism
def test_a_check_runs_in_it_too_and_its_script_stays_as_it_is(repo: Path, tmp_path: Path, mechanism: str) -> None:
    (repo / "check.sh").write_text("echo x > ../outside; test -e made\n")
    flags = ("--sandbox", mechanism, "--verify", "sh check.sh")
    ran, told = run(repo, tmp_path, "echo exit 0 > check.sh; echo x > made", flags=flags)
    assert (ran.code, (repo / "check.sh").read_text()) == (0, "echo x > ../outside; test -e made\n")
    assert not (tmp_path / "outside").exists()
    assert len(told) == 1


@each_mechanism
def test_only_hosts_that_are_named_are_reached(repo: Path, tmp_path: Path, mechanism: str) -> None:
    with Web(b"welcome") as named, Web(b"secret") as other:
        configure(f'[sandbox]\nhosts = ["127.0.0.1:{named.server_port}"]\n')
        command = "; ".join(
            f"curl -s http://{place}/"
            for place in (
                f"127.0.0.1:{named.server_port}", f"127.0.0.1:{other.server_port}", f"localhost:{named.server_port}",
            )
        )  # fmt: skip
        ran, (told,) = run(repo, tmp_path, f"{command} || echo nobody $?", flags=("--sandbox", mechanism))
        assert (len(named.paths), len(other.paths)) == (1, 0)
    assert told.startswith(
        f"welcomedroidlite: 127.0.0.1:{other.server_port} is not allowed: it is not among sandbox.hosts; a server "
        "of the command's own is reached as localhost.\nnobody 7\n"
    )
    session = json.loads(ran.out.splitlines()[0])["session_id"]
    audit = json.loads(droidlite("sessions", "show", session, "--audit", "--json", cwd=repo).out)
    hosts = [host for entry in audit["entries"] for host in entry.get("hosts", ())]
    assert hosts == [f"127.0.0.1:{named.server_port}", f"127.0.0.1:{other.server_port} (refused)"]


@each_mechanism
def test_what_the_rules_deny_holds_for_commands_too(repo: Path, tmp_path: Path, mechanism: str) -> None:
    for name in (".env", "src/.env", "lock"):
        (repo / name).parent.mkdir(exist_ok=True)
        (repo / name).write_text(f"TOKEN of {name}\n")
    configure('[permissions]\ndeny = ["read(.env)", "edit(lock)"]\n')
    command = "cat .env src/.env; echo x > lock; rm -f lock; true"
    _, (told,) = run(repo, tmp_path, command, flags=("--sandbox", mechanism))
    assert (repo / "lock").read_text() == "TOKEN of lock\n"
    assert "TOKEN" not in told or mechanism == "landlock"  # which cannot hide it where the kernel gives no namespaces


def test_what_runs_outside_is_for_a_person_or_the_settings_to_say(repo: Path, tmp_path: Path) -> None:
    asked = {"command": "echo x > ../asked", "outside": True}
    ran, (refused, confined) = run(repo, tmp_path, asked, "cp a.txt ../allowed")
    assert refused == "Not run: it is to run outside the sandbox; nobody can be asked here."
    assert (ran.code, (tmp_path / "allowed").exists()) == (0, False)
    assert "(exit code" in confined
    configure('[sandbox]\noutside = ["cp a.txt *"]\n')
    _, (allowed,) = run(repo, tmp_path, "cp a.txt ../allowed")
    assert ("(exit code 0)" in allowed, (tmp_path / "allowed").exists(), (tmp_path / "asked").exists()) == (
        True, True, False,
    )  # fmt: skip


def test_a_person_lets_one_command_out(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="cp a.txt ../let")]}, {"text": "Done."}])
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("go\r")
        terminal.answers("Run this command?", "2")
        terminal.sees("Done.")
        terminal.type("/status\r")
        terminal.sees(f"sandbox {WORKING[0]}")
        assert terminal.leaves() == 0
    assert (tmp_path / "let").exists()


def test_off_is_said_and_runs_as_any_program(repo: Path, tmp_path: Path) -> None:
    ran, (told,) = run(repo, tmp_path, "echo y > ../outside", flags=("--sandbox", "off"))
    assert (json.loads(ran.out.splitlines()[0])["sandbox"], told, (tmp_path / "outside").exists()) == (
        "off", "(exit code 0)", True,
    )  # fmt: skip
    assert "session " in ran.err or ran.err == ""


def test_where_none_works_nothing_runs_and_it_is_said_how_to_get_one(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("git", "bash", "sh"):
        (path / name).symlink_to(f"/usr/bin/{name}")
    ran = droidlite("exec", "--sandbox", "bwrap", "-o", "json", "go", cwd=repo, env={**env, "PATH": str(path)})
    assert (ran.code, ran.result["subtype"], ran.result["num_turns"]) == (77, "error_policy", 0)
    said, *ways = ran.err.splitlines()[-6:]
    assert said == (
        "droidlite: Nothing runs without a sandbox, and none works here (bwrap: bubblewrap is not installed). To get "
        "one:"
    )
    begun = (
        "- Debian, Ubuntu: ",
        "- Ubuntu 24.04 ",
        "- Docker: ",
        "- GitHub Actions: ",
        "- a machine that is a sandbox",
    )
    assert [line.startswith(beginning) for line, beginning in zip(ways, begun, strict=True)] == [True] * 5


def test_a_bwrap_that_does_not_hold_is_not_taken(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n')
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    ran = droidlite("exec", "--sandbox", "bwrap", "-o", "json", "go", cwd=repo, env={**env, "PATH": path})
    assert ran.code == 77
    assert "none works here (bwrap: " in ran.err


def test_a_policy_sets_the_least_and_the_most(repo: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[sandbox]\nminimum = "landlock"\nhosts = ["*.example.com"]\n')
    configure('[sandbox]\nhosts = ["evil.example", "pypi.example.com"]\nwrite = ["~/.gradle"]\n')
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}]) | {"DROIDLITE_POLICY": str(policy)}
    ran = droidlite("exec", "--sandbox", "off", "-o", "stream-json", "go", cwd=repo, env=env)
    events = [json.loads(line) for line in ran.out.splitlines()]
    assert events[0]["sandbox"] == WORKING[0]
    warned = [event["message"] for event in events if event["type"] == "warned"]
    assert f"sandbox.mode is not off: policy {policy}:2 wants landlock at least." in warned
    assert f"sandbox.hosts is without evil.example: policy {policy}:3 does not name it." in warned
    assert [each for each in warned if each.startswith("sandbox.write is without ~/.gradle, named in ")]


@pytest.mark.skipif("bwrap" not in WORKING, reason="bubblewrap does not work here")
def test_a_mechanism_that_is_too_weak_for_the_policy_is_refused_and_what_would_do_is_said(
    repo: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[sandbox]\nminimum = "bwrap"\n')
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}]) | {"DROIDLITE_POLICY": str(policy)}
    ran = droidlite("exec", "--sandbox", "landlock", "go", cwd=repo, env=env)
    assert (ran.code, ran.err.splitlines()[-1]) == (
        77,
        f"droidlite: Nothing runs without a sandbox: policy {policy}:2 wants bwrap at least, and --sandbox says "
        "landlock; bwrap works here, so give --sandbox bwrap.",
    )


def test_a_link_that_leads_nowhere_at_a_protected_name_runs_nothing(repo: Path, tmp_path: Path) -> None:
    (repo / ".mcp.json").symlink_to("nowhere")
    _, (told,) = run(repo, tmp_path, "echo x > made")
    assert told.startswith(f"{repo / '.mcp.json'} is a link that leads nowhere, so it cannot be protected")
    assert not (repo / "made").exists()


def test_doctor_tells_what_holds_commands(repo: Path) -> None:
    (line,) = [line for line in droidlite("doctor", cwd=repo).out.splitlines() if " sandbox " in line]
    assert line.startswith(f"ok  sandbox    {WORKING[0]} on Linux ")
