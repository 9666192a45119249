"""Nothing a session started outlives it, however either of them ends."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from binary import BINARY, call, write_script

DEADLINE = 20.0
"""Seconds nothing here may take."""
TREES = {
    "plain": "echo on > on; sleep {n}",
    "deaf": "trap '' TERM INT HUP; echo on > on; sleep {n}; sleep {n}",
    "left its group": "setsid sleep {n} >/dev/null 2>&1 & echo on > on; sleep 30",
    "left everything": "(env -i setsid sleep {n} >/dev/null 2>&1 &); echo on > on; sleep 30",
}
numbers = iter(range(1_000))


@pytest.fixture
def tag() -> Iterator[str]:
    """A number no other process sleeps for; what still does at the end is killed, one by one."""
    number = f"{os.getpid()}{next(numbers)}.5"
    yield number
    for pid in asleep(number):
        os.kill(pid, signal.SIGKILL)


def asleep(number: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if line[:2] == [b"sleep", number.encode()]:
            found.append(int(folder.name))
    return found


def until(holds: Callable[[], bool]) -> bool:
    limit = time.monotonic() + DEADLINE
    while not holds() and time.monotonic() < limit:
        time.sleep(0.02)
    return holds()


def start(tmp_path: Path, command: str, *words: str) -> "subprocess.Popen[bytes]":
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=command)]}, {"text": "Done."}])
    return subprocess.Popen(
        [*BINARY, "exec", "--auto", "high", *words, "go"],
        cwd=tmp_path,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("tree", "signals"),
    [
        *((tree, (signal.SIGTERM,)) for tree in TREES),
        ("plain", (signal.SIGHUP,)),
        ("plain", (signal.SIGKILL,)),
        ("deaf", (signal.SIGKILL,)),
        ("left its group", (signal.SIGKILL,)),
        ("deaf", (signal.SIGTERM, signal.SIGTERM)),
        ("deaf", (signal.SIGINT, signal.SIGINT)),
        ("deaf", (signal.SIGINT, signal.SIGTERM)),
        ("left everything", (signal.SIGTERM, signal.SIGTERM)),
    ],
)
def test_nothing_outlives_a_killed_run(tree: str, signals: tuple[int, ...], tag: str, tmp_path: Path) -> None:
    process = start(tmp_path, TREES[tree].format(n=tag))
    assert until(lambda: (tmp_path / "on").exists() and bool(asleep(tag)))
    for number in signals:
        process.send_signal(number)
        time.sleep(0.1 if len(signals) > 1 else 0)  # the second one while the first is still being obeyed
    code = process.wait(DEADLINE)
    expected = {signal.SIGKILL: -9, signal.SIGHUP: 129, signal.SIGTERM: 143, signal.SIGINT: 130}[signals[-1]]
    assert code in ((expected, -signals[-1]) if len(signals) > 1 else (expected,))
    assert until(lambda: asleep(tag) == [])


def test_nothing_outlives_an_ordinary_end(tag: str, tmp_path: Path) -> None:
    process = start(tmp_path, f"(env -i setsid sleep {tag} >/dev/null 2>&1 &)")
    assert process.wait(DEADLINE) == 0
    assert asleep(tag) == []
