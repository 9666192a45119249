"""Files no tool can simply read or write, through the true binary: one sentence to the model, nothing half written."""

import ctypes
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from binary import BINARY, call, write_script

PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
ROOM = 64 * 1024
"""Bytes that fit where the disk is full."""


def tools(root: Path, script: Path, *steps: dict[str, Any], before: Callable[[], None] | None = None) -> list[str]:
    """What the model is told of each call; `before` runs in the process that becomes droidlite."""
    env = write_script(script, [*({"calls": [step]} for step in steps), {"text": "Fine."}])
    ran = subprocess.run(
        [*BINARY, "exec", "--auto", "low", "-o", "stream-json", "go"],
        cwd=root, env={**os.environ, **env}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        preexec_fn=before,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line)["content"] for line in ran.stdout.splitlines() if '"type":"call_finished"' in line]


def test_a_huge_file_is_read_in_windows_and_not_edited(repo: Path, tmp_path: Path) -> None:
    (repo / "huge").write_bytes(b"l\n" * 5_999_999 + b"last\n")
    assert tools(
        repo, tmp_path / "s.jsonl",
        call("read", file_path="huge", limit=1),
        call("read", file_path="huge", offset=6_000_000),
        call("edit", file_path="huge", old_string="last", new_string="x"),
        call("write", file_path="huge", content="x"),
    ) == [
        "1\tl\n(lines 1-1 of many; go on with offset 2)",
        "6000000\tlast",
        *["huge is 11 MB, too large for this tool; use shell (sed, python)."] * 2,
    ]  # fmt: skip
    assert (repo / "huge").stat().st_size == 12_000_003


def not_above_permissions() -> None:
    """Root without the right to ignore them; others never had it."""
    libc = ctypes.CDLL(None)
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def test_files_and_folders_without_permission(repo: Path, tmp_path: Path) -> None:
    (repo / "secret").write_text("x\n")
    (repo / "secret").chmod(0)
    (repo / "fixed").mkdir(0o555)
    (repo / "readonly").write_text("x\n")
    (repo / "readonly").chmod(0o444)
    assert tools(
        repo, tmp_path / "s.jsonl",
        call("read", file_path="secret"),
        call("edit", file_path="secret", old_string="x", new_string="y"),
        call("grep", pattern="x", path="secret"),
        call("write", file_path="fixed/new", content="x"),
        call("edit", file_path="readonly", old_string="x", new_string="y"),
        before=not_above_permissions,
    ) == [
        *["secret cannot be read: permission denied."] * 2,
        "secret: Permission denied.",
        "fixed/new: Permission denied. Nothing was changed.",
        "readonly is read-only (mode 0444); change its mode first if that is intended.",
    ]  # fmt: skip


@pytest.fixture(params=["limit", "tmpfs"])
def full(request: pytest.FixtureRequest, repo: Path) -> Iterator[Callable[[], None]]:
    """No room for more than ROOM bytes a file, or in the whole folder; what to do in the process before it starts."""
    if request.param == "limit":
        yield lambda: _limit_files(ROOM)
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(repo)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield lambda: None
    subprocess.run(["umount", "-l", str(repo)], check=True)


def _limit_files(most: int) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("names", [1, 2], ids=["plain", "hard-linked"])
def test_a_disk_that_is_full_while_a_tool_writes_leaves_the_old_file(
    full: Callable[[], None], names: int, repo: Path, tmp_path: Path
) -> None:
    old = b"x\n" * 1_000
    (repo / "a.txt").write_bytes(old)
    if names > 1:
        os.link(repo / "a.txt", repo / "b.txt")
    before = sorted(os.listdir(repo))
    (told,) = tools(
        repo, tmp_path / "s.jsonl",
        call("edit", file_path="a.txt", old_string="x", new_string="y" * 200, replace_all=True),
        before=full,
    )  # fmt: skip
    assert told in (f"a.txt: {said}. Nothing was changed." for said in ("No space left on device", "File too large"))
    assert ((repo / "a.txt").read_bytes(), sorted(os.listdir(repo))) == (old, before)
