"""`droidlite sessions show --audit`, of sessions run by the true binary."""

import json
from pathlib import Path
from typing import Any

import pytest
from binary import call, configure, droidlite, write_script
from terminal import Terminal

NPM = "commands that begin `npm test` (settings)"
STEPS = [
    {"calls": [call("shell", command="ls"), call("write", file_path="a.txt", content="x\n")]},
    {"calls": [call("shell", command="make x"), call("shell", command="npm test"), call("shell", command="rm -r /x")]},
    {"calls": [call("fetch", url="http://127.0.0.1:9/"), call("read", file_path="a.txt")]},
    {"text": "Done."},
]


def audited(root: Path) -> Any:
    session = json.loads(droidlite("sessions", "--json", cwd=root).out)[0]["id"]
    return json.loads(droidlite("sessions", "show", session, "--audit", "--json", cwd=root).out)


def facts(found: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(entry[name] for name in names) for entry in found["entries"]]


def test_a_run_without_a_person(repo: Path, tmp_path: Path) -> None:
    configure('denied_commands = ["rm -r"]\nallowed_commands = ["npm test"]\n')
    env = write_script(tmp_path / "s.jsonl", STEPS)
    ran = droidlite("exec", "--auto", "low", "--verify", "test -f a.txt", "go", cwd=repo, env=env)
    assert ran.code == 0, ran.err
    found = audited(repo)
    assert facts(found, "kind", "what", "allowed", "grounds", "rule", "exit_code") == [
        ("opened", "droidlite 0.1.0, nobody to ask", None, "", NPM, None),
        ("prompt", "go", None, "", "", None),
        ("command", "ls", True, "autonomy", "", 0),
        ("write", "a.txt", True, "autonomy", "", None),
        ("command", "make x", False, "nobody", "", None),
        ("command", "npm test", True, "rule", NPM, found["entries"][5]["exit_code"]),
        ("command", "rm -r /x", False, "rule", found["entries"][6]["rule"], None),
        ("network", "http://127.0.0.1:9/", False, "nobody", "", None),
        ("check", "test -f a.txt", None, "", "", 0),
        ("verdict", "test -f a.txt", None, "", "", 0),
    ]  # fmt: skip
    assert "rm -r" in found["entries"][6]["rule"]
    assert found["totals"] == {
        "commands": 2, "commands_of_the_person": 0, "checks": 1, "writes": 1, "hosts": 0, "approved_by_the_person": 0,
        "refused": 3,
    }  # fmt: skip
    assert all(entry["at"] > 1_700_000_000 for entry in found["entries"] if entry["kind"] != "verdict")


def test_hosts_and_what_a_rule_of_the_check_allows(repo: Path, tmp_path: Path) -> None:
    steps = [
        {"calls": [call("fetch", url="http://127.0.0.1:9/"), call("shell", command="./check")]},
        {"text": "Done."},
    ]
    (repo / "check").write_text("#!/bin/sh\n")
    (repo / "check").chmod(0o755)
    env = write_script(tmp_path / "s.jsonl", steps)
    droidlite("exec", "--auto", "high", "go", cwd=repo, env=env)
    high = [entry for entry in audited(repo)["entries"] if entry["kind"] == "network"]
    assert [(entry["hosts"], entry["failed"]) for entry in high] == [(["127.0.0.1:9 (refused)"], True)]
    droidlite("exec", "--auto", "low", "--verify", "./check", "go", cwd=repo, env=env)
    low = [entry for entry in audited(repo)["entries"] if entry["kind"] == "command"]
    assert [(entry["what"], entry["allowed"], entry["grounds"]) for entry in low] == [("./check", True, "check")]


def test_a_person_who_answers_types_and_changes_the_level(repo: Path, tmp_path: Path) -> None:
    steps = [
        {"calls": [call("shell", command=f"make {word}") for word in ("one", "two", "three")]},
        {"text": "Done."},
    ]  # fmt: skip
    env = write_script(tmp_path / "s.jsonl", steps)
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.shows("❯")
        terminal.type("go\r")
        for title, key in (("make one", "1"), ("make two", "2"), ("make three", "\x1b")):
            terminal.shows(title)
            terminal.chooses(key)
        terminal.sees("interrupted")
        terminal.type("!printf typed\r")
        terminal.shows("exit 0")
        terminal.type("\x1b[Z")
        terminal.shows("autonomy medium")
        assert terminal.leaves() == 0
    assert facts(audited(repo), "turn", "kind", "what", "allowed", "grounds", "exit_code") == [
        (0, "opened", "droidlite 0.1.0, a person to ask", None, "", None),
        (1, "prompt", "go", None, "", None),
        (1, "command", "make one", True, "once", 2),
        (1, "command", "make two", True, "session", 2),
        (1, "command", "make three", False, "no", None),
        (1, "person", "printf typed", None, "", 0),
        (1, "autonomy", "medium", None, "", None),
    ]


def test_after_a_rewind_numbers_begin_again_and_what_was_taken_back_says_so(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "One."}, {"text": "Two."}, {"text": "Three."}])
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("first\r")
        terminal.sees("One.")
        terminal.type("second\r")
        terminal.sees("Two.")
        terminal.type("/rewind\r")
        terminal.answers("Rewind to just before", "\x1b[H\r")
        terminal.answers("Leave all as it is", "1")
        terminal.sees("rewound; your message is below")
        terminal.type(" better\r")
        terminal.sees("Three.")
        assert terminal.leaves() == 0
    session = json.loads(droidlite("sessions", "--json", cwd=repo).out)[0]["id"]
    shown = droidlite("sessions", "show", session, "--audit", cwd=repo).out
    told = [" ".join(line[8:].split()) for line in shown.splitlines()]
    assert told[told.index("1 prompt first") :] == [
        "1 prompt first",
        "2 prompt second",
        "taken back by a rewind",
        "1 rewind files and conversation to before prompt 2",
        "took back prompt 2",
        "2 prompt second better",
    ]


@pytest.mark.parametrize("words", [("sessions", "list", "--audit"), ("sessions", "export", "x", "--audit")])
def test_it_belongs_to_show(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = droidlite(*words, cwd=tmp_path)
    assert (ran.code, ran.err) == (
        2, f"droidlite: --audit belongs to show: droidlite sessions show ID --audit, not sessions {words[1]}.\n"
    )  # fmt: skip
