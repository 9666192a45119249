"""The main job, shown: a small repository with a failing test, mended by the embedded model (or by a script)."""

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from droidlite.app.assemble import open_session
from droidlite.app.changes import session_diff
from droidlite.app.headless import stopped_by_signals
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.setup import read_setup
from droidlite.app.weights import NOTE, get_weights
from droidlite.errors import DroidliteError, Interrupted
from droidlite.events import RunFinished
from droidlite.settings.catalog import EMBEDDED
from droidlite.ui.headless import present
from droidlite.ui.plain import show

INTERRUPTED = 128
"""Exit codes above it say which signal ended a run."""
TASK = Path(__file__).parent.parent / "demo.toml"


def run_demo(scripted: bool) -> int:
    """Mends the repository, shows the tests before and after, the diff, the tokens, the cost and the times."""
    started = time.monotonic()
    downloaded = 0 if scripted else get_weights("")
    ready = time.monotonic()
    task = tomllib.loads(TASK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="droidlite-demo-") as folder:
        root = Path(folder)
        lay_out(task, root)
        show([f"A small repository with a failing test: {root}", f"$ {task['check']}", *_tail(_check(task, root))])
        finished, diff = _mend(task, root, scripted)
        after = _check(task, root)
        show([f"$ {task['check']}", *_tail(after), "", diff])
    passed = after.returncode == 0
    show(_summary(finished, passed, scripted, downloaded, ready - started, time.monotonic() - ready))
    return 0 if passed else 1


def lay_out(task: dict[str, Any], root: Path) -> None:
    """Writes the files and commits them, where git is installed."""
    for name, text in task["files"].items():
        (root / name).write_text(text.lstrip("\n"), encoding="utf-8")
    commit_all(root, "Summaries of sensor readings")


def commit_all(root: Path, message: str) -> None:
    """A repository with one commit of all that is in `root`; nothing where git is not installed or does not work."""
    author = ["-c", "user.name=droidlite", "-c", "user.email=demo@localhost", "-c", "init.defaultBranch=main"]
    try:
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", message]):
            subprocess.run(["git", *author, *words], cwd=root, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return


def _mend(task: dict[str, Any], root: Path, scripted: bool) -> tuple[RunFinished, str]:
    options = Options(cwd=root, model="scripted" if scripted else EMBEDDED, autonomy="high", verify=task["check"])
    if scripted:
        script = root.parent / f"{root.name}-script.jsonl"
        script.write_bytes(b"\n".join(map(msgspec.json.encode, task["script"])) + b"\n")
        os.environ["DROIDLITE_SCRIPT"] = str(script)
    else:
        show([NOTE])
    show([f"$ droidlite exec --auto high --verify '{task['check']}' \"{task['prompt']}\""])
    session = open_session(options, Person(), read_setup(root, options=options))
    try:
        with stopped_by_signals(session):
            finished = present(session.run(task["prompt"]), "text", sys.stdout, sys.stderr, os.environ)
        if finished.exit_code > INTERRUPTED:
            raise Interrupted(finished.result, exit_code=finished.exit_code)
        return finished, session_diff(session.parts.checkpoint, root)
    finally:
        session.close()
        if scripted:
            script.unlink(missing_ok=True)


def _check(task: dict[str, Any], root: Path) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(task["check"], shell=True, cwd=root, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired as error:
        raise DroidliteError(f"`{task['check']}` did not end within 120 seconds; run the demo again.") from error


def _tail(ran: "subprocess.CompletedProcess[str]", lines: int = 6) -> list[str]:
    said = (ran.stdout + ran.stderr).strip().splitlines()[-lines:]
    return [*(f"  {line}" for line in said), f"  exit {ran.returncode}", ""]


def _summary(
    finished: RunFinished, passed: bool, scripted: bool, downloaded: int, getting: float, mending: float
) -> list[str]:
    who = "A script, not a model," if scripted else "The embedded model"
    usage = finished.usage
    total = usage.input + usage.cache_read + usage.cache_write
    return [
        f"{who} {'mended it: the tests pass' if passed else 'did not manage it this time: the tests still fail'}.",
        f"{total:,} tokens in, {usage.output:,} out, ${finished.total_cost_usd:.2f}.",
        f"{mending:.1f} s for the task; {getting:.1f} s for getting the model, {downloaded / 1e6:,.0f} MB downloaded.",
    ]
