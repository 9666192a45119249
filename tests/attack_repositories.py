"""Attacks by what a repository holds: every command of ours in every hostile repository. Read by scripts/attack."""

import json
import os
import pty
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import hostile
from binary import BINARY, call, write_script
from hostile import Hostile
from msgspec import Struct

SECTION = "hostile repositories"
MECHANISM = "only regular files are read, in bounded amounts; git is not asked where its settings name programs"
SECONDS = 60.0
"""Beyond this a command hangs."""
SLOW = 5.0
"""Seconds from which on a command is named where the whole matrix is tried."""
SAMPLED = 12
"""Of so many repositories one is tried in a quick run."""
MEMORY = 3 * 1024**3
"""Bytes of address space; a file of 10 GB that is read whole ends in a traceback."""
SECRET = "root:x:0"
"""What stands in the files outside that links lead to: the person's own, and /etc/passwd."""

STEPS = [
    {"calls": [call("glob", pattern="**/*.md"), call("grep", pattern="look"), call("read", file_path="AGENTS.md")]},
    {"calls": [call("read", file_path="look.md"), call("write", file_path="new.txt", content="x\n")]},
    {"calls": [call("shell", command="git status", timeout=5), call("shell", command="git diff", timeout=5)]},
    {"text": "Fine."},
]
COMMANDS: dict[str, tuple[str, ...]] = {
    "exec": ("exec", "--auto", "medium", "-m", "scripted", "look"),
    "exec --verify auto": ("exec", "--auto", "low", "--verify", "auto", "-m", "scripted", "--timeout", "40", "look"),
    "exec -w": ("exec", "--auto", "low", "-w", "side", "-m", "scripted", "look"),
    "route": ("route", "fix the failing test"),
    "models": ("models",),
    "doctor": ("doctor",),
    "policy check": ("policy", "check"),
    "router test": ("router", "test"),
    "session": ("--plain",),
}


ROUTED = ("route", "models", "doctor", "router")
"""Commands that ask the router, or tell what it has to choose from."""


class Came(Struct, frozen=True):
    """What came of one command: its exit code (None = it hung), what it printed, how many seconds it took."""

    code: int | None
    out: str
    seconds: float
    ran: bool

    @property
    def harm(self) -> str:
        """What the attack achieved, "" = nothing."""
        if self.ran:
            return "ran a program"
        if self.code is None:
            return f"hung for {SECONDS:g} s"
        if "Traceback" in self.out:
            return "traceback"
        if self.code < 0:
            return f"killed by signal {-self.code}"
        return "leaked a file outside" if SECRET in self.out else ""


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    """(attack, whether it ran something, hung, broke down or leaked): each repository under exec, which goes deepest,
    and one other command in turn, the large ones under all. `quick`: some, each under one."""
    others = [command for command in COMMANDS if command != "exec"]
    plan = {}
    for number, each in enumerate(hostile.small()):
        other = others[number % len(others)]
        if not quick:
            plan[each] = ("exec", other)
        elif number % SAMPLED == 0:
            plan[each] = (other,)
    if not quick:
        plan |= {each: tuple(COMMANDS) for each in hostile.large()}
    for name, came in tried(plan):
        yield name, bool(came.harm)


def tried(plan: Mapping[Hostile, Sequence[str]]) -> Iterator[tuple[str, Came]]:
    """What came of each repository under each of its commands."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (each, commands) in enumerate(plan.items()):
            place = Path(folder) / str(number)
            place.mkdir()
            each.make(place / "repo", place / "canary")
            (place / "canary").unlink(missing_ok=True)  # making it may have run it
            for command in commands:
                yield f"{command}: {each.name}", run(COMMANDS[command], place)
            hostile.clear(place)


def run(words: Sequence[str], place: Path) -> Came:
    """One command in place/repo, at a home of its own, without a network it could reach."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DROIDLITE_"))}
    if words[0] in ROUTED:  # a script would decide in the router's place
        env |= {"ANTHROPIC_API_KEY": "obviously-not-a-key", "OPENAI_API_KEY": "obviously-not-a-key"}
    else:
        env |= write_script(place / "script.jsonl", STEPS)
    env |= {"HOME": str(place / "home"), "DROIDLITE_HOME": str(place / "home" / "droidlite"), "TERM": "xterm"}
    began = time.monotonic()
    code, out = _on_terminal(words, place, env) if words[0] == "--plain" else _on_pipes(words, place, env)
    return Came(code, out, time.monotonic() - began, (place / "canary").exists())


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _on_pipes(words: Sequence[str], place: Path, env: dict[str, str]) -> tuple[int | None, str]:
    with subprocess.Popen(
        [*BINARY, *words], cwd=place / "repo", env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_bounded,
    ) as child:  # fmt: skip
        try:
            out, _ = child.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return None, ""
        return child.returncode, out.decode("utf-8", "replace")


def _on_terminal(words: Sequence[str], place: Path, env: dict[str, str]) -> tuple[int | None, str]:
    """An interactive start that is left at its first prompt."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place / "repo")
        _bounded()
        os.execve(BINARY[0], [*BINARY, *words], env)
    until, said, asked, left = time.monotonic() + SECONDS, b"", False, False
    try:
        while time.monotonic() < until:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                said += os.read(terminal, 65_536)
            except OSError:
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode("utf-8", "replace")
            if not asked and b"\nNumber: " in said:  # whether to trust what it brings: Enter does not
                asked = bool(os.write(terminal, b"\r"))
            if not left and b"\n> " in said:
                left = bool(os.write(terminal, b"/quit\r"))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return None, said.decode("utf-8", "replace")
    finally:
        os.close(terminal)


if __name__ == "__main__":  # the whole matrix, or what of it holds the word: attack_repositories.py [WORD]
    word = next(iter(sys.argv[1:]), "")
    chosen = {
        each: [command for command in COMMANDS if word in f"{command}: {each.name}"]
        for each in (*hostile.small(), *hostile.large())
    }
    for name, came in tried({each: commands for each, commands in chosen.items() if commands}):
        if came.harm or came.seconds > SLOW:
            told = {"name": name, "harm": came.harm, "seconds": round(came.seconds, 1), "code": came.code}
            print(json.dumps(told | {"out": came.out[-600:]}), flush=True)
