"""What a hostile repository holds holds nothing up, runs nothing and breaks nothing: each kind under one command in
turn. All under all commands, and the large ones: scripts/attack, by tests/attack_repositories.py."""

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import attack_repositories
import hostile
import pytest
from binary import call, droidlite, write_script

KINDS = ("dangling", "circle", "outside", "zero", "fifo", "socket", "sparse", "folder", "bytes")
AT_ONCE = ("AGENTS.md", ".droidlite/cases.toml", ".gitignore", ".mcp.json", "package.json", "Makefile", "look.md")
COMMANDS = tuple(attack_repositories.COMMANDS)


def tried(command: str, place: Path) -> attack_repositories.Came:
    (place / "canary").unlink(missing_ok=True)  # making the repository may have run it
    return attack_repositories.run(attack_repositories.COMMANDS[command], place)


@pytest.mark.parametrize(("kind", "command"), list(zip(KINDS, COMMANDS, strict=True)))
def test_no_text_where_text_is_expected(kind: hostile.Kind, command: str, tmp_path: Path) -> None:
    hostile.repository(tmp_path / "repo")
    for name in AT_ONCE:
        hostile.put(tmp_path / "repo" / name, kind)
    assert tried(command, tmp_path).harm == ""


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("fifo at .git/config", "exec"),
        ("zero at .git/HEAD", "session"),
        ("fifo at .git/index", "route"),
        ("fifo at .droidlite/config.toml", "exec -w"),
        ("filter.x.smudge names a program", "exec -w"),
        ("core.fsmonitor names a program", "exec --verify auto"),
        ("hooks", "exec -w"),
        ("hooks that fork", "session"),
        (".git leads to another repository", "exec -w"),
        (".git with a NUL", "session"),
        ("bare repository inside", "exec"),
        ("names", "exec --verify auto"),
        ("settings: a key of many parts", "models"),
        ("settings: lists in lists", "policy check"),
        ("settings: a number of many digits", "router test"),
        ("package.json in lists", "exec --verify auto"),
        ("CMakeLists of spaces", "exec --verify auto"),
        ("git config of lines", "exec"),
    ],
)
def test_one_of_each(name: str, command: str, tmp_path: Path) -> None:
    chosen = next(each for each in hostile.small() if each.name == name)
    chosen.make(tmp_path / "repo", tmp_path / "canary")
    assert tried(command, tmp_path).harm == ""


@pytest.mark.parametrize(
    ("name", "command", "code", "said"),
    [
        (
            "filter.x.smudge names a program",
            "exec -w",
            2,
            "its git settings name a program or another place (smudge), so --worktree asks nothing of them",
        ),
        (
            "outside at .git/packed-refs",
            "exec -w",
            2,
            ".git/packed-refs is a link, and git would tell what it leads to",
        ),
        ("fifo at .git/config", "exec -w", 2, "one of git's own files is no file, so git would wait for ever"),
        (
            "settings: lists in lists",
            "exec",
            77,
            "lists or tables stand in each other more than 32 deep; no setting does",
        ),
        ("settings: a key of many parts", "exec", 77, "policy.toml:1: a key has more than 32 parts; no key has"),
        ("settings: 50 MB", "exec", 77, "policy.toml: is larger than 1 MiB; that cannot be meant as settings"),
        ("settings: a number of many digits", "exec", 77, "policy.toml: a number is too long"),
    ],
)
def test_one_sentence_says_what_is_wrong(name: str, command: str, code: int, said: str, tmp_path: Path) -> None:
    chosen = next(each for each in hostile.small() if each.name == name)
    chosen.make(tmp_path / "repo", tmp_path / "canary")
    came = tried(command, tmp_path)
    (line,) = came.out.splitlines()
    assert (came.code, said in line) == (code, True), line


@pytest.mark.parametrize("trust", [(), ("--trust",)])
@pytest.mark.parametrize("more", [(), ("-w", "side")])
def test_hooks_that_fork_leave_nothing_running(trust: tuple[str, ...], more: tuple[str, ...], tmp_path: Path) -> None:
    """Commits, branches and a work tree are what git runs hooks for; a trusted folder's are no more run."""
    root, canary = tmp_path / "repo", tmp_path / "canary"
    hostile.forking_hooks(root, canary)
    canary.unlink(missing_ok=True)
    author = "-c user.name=n -c user.email=n@example.org"
    steps = (
        f"git add -A && git {author} commit -q --allow-empty -m y",
        "git checkout -q -b z && git merge -q main",
    )
    env = write_script(
        tmp_path / "s.jsonl", [*({"calls": [call("shell", command=each)]} for each in steps), {"text": "Done."}]
    )
    ran = droidlite("exec", "--auto", "high", *trust, *more, "-o", "stream-json", "go", cwd=root, env=env)
    ended = [event for line in ran.out.splitlines() if (event := json.loads(line))["type"] == "call_finished"]
    assert (ran.code, [event["is_error"] for event in ended]) == (0, [False, False]), [
        event["content"] for event in ended
    ]
    assert (canary.exists(), asleep(hostile.forked_seconds(root))) == (False, [])


def test_those_hooks_would_fork(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hostile.forking_hooks(root, tmp_path / "canary")
    author = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    words, seconds = ("git", *author, "commit", "-q", "--allow-empty", "-m", "y"), hostile.forked_seconds(root)
    subprocess.run(words, cwd=root, check=True, env=os.environ | {"HOOK_OF": seconds})
    left = asleep(seconds)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert ((tmp_path / "canary").exists(), len(left) > 9) == (True, True)


def asleep(seconds: str) -> list[int]:
    """The processes that sleep for just so long, or are about to."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = ((folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()).split(b"\0")
            if {seconds.encode(), f"HOOK_OF={seconds}".encode()} & set(words):
                found.append(int(folder.name))
    return found


def test_a_fifo_in_the_place_of_settings_leaves_them_out(tmp_path: Path) -> None:
    chosen = next(each for each in hostile.small() if each.name == "fifo at .droidlite/config.toml")
    chosen.make(tmp_path / "repo", tmp_path / "canary")
    came = tried("exec", tmp_path)
    (line,) = [line for line in came.out.splitlines() if "config.toml" in line]
    assert (came.harm, line) == (
        "",
        "warning: What this repository brings cannot be trusted: .droidlite/config.toml is a named pipe, not a file. "
        "Not used: what it brings. Mend or remove it first.",
    )
