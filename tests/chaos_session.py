"""One session of scripts/chaos, and the process that runs them: a job is a JSON line on standard input, what came of it
one on standard output. Sessions run through the app in this process, or as `droidlite exec` where the job says so."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from chaos_world import GO_ON, PROMPT
from msgspec import Struct

from droidlite.app.assemble import open_session
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.session import records
from droidlite.session.lines import JOURNAL, scan

SECONDS = 300.0
"""One run of a session may take so long: anything longer is a failure of its own."""
AGAIN = 3
"""How often a session that failed is resumed, at most."""

Event = dict[str, Any]
Promise = tuple[str, ...]


class Job(Struct):
    """A session to run: `tag` names it to the services, `cap` is in USD, `binary` means a process of its own; one
    that failed is resumed `again` times. apart: in a home of its own too, so that nothing is known of the services."""

    tag: str
    model: str
    turns: int
    cap: float
    binary: bool = False
    again: int = AGAIN
    apart: bool = False


class Outcome(Struct):
    """What came of it. requests: calls of the model that were sent for the work (closing summaries apart), of which so
    many were `answered` with a whole reply; the others ended a run. endings: the subtype of each run; stuck: runs that
    came to no request at all; told: what a failed one said. acknowledged: events that promise a record, of which `lost`
    are in no journal. twice, missing: effects of calls told as finished, and due."""

    job: Job
    requests: int = 0
    answered: int = 0
    endings: list[str] = []
    stuck: int = 0
    told: list[str] = []
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    missing: int = 0
    effects: int = 0
    tracebacks: int = 0


def run(job: Job, home: Path, root: Path) -> Outcome:
    """Runs a job in the folder `root`, resumed where a request failed, and judges what is left of it."""
    outcome, promised, name = Outcome(job), set[Promise](), ""
    if job.apart:
        shutil.copytree(home / "config", home / job.tag / "config")
        home = home / job.tag
    text = PROMPT.format(tag=job.tag, turns=job.turns)
    for _ in range(1 + job.again):
        events = _binary(job, text, name, home, root) if job.binary else list(_in_process(job, text, name, root))
        promised |= promises(events)
        count(events, outcome)
        name = name or next((event["session_id"] for event in events if event["type"] == "session_started"), "")
        if not name or outcome.endings[-1] in ("success", "error_max_cost"):
            break
        text = GO_ON
    if name:
        judge(next((home / "state").rglob(name)), promised, outcome)
    weigh(root / f"{job.tag}.effects", promised, outcome)
    return outcome


def _in_process(job: Job, text: str, name: str, root: Path) -> Iterator[Event]:
    given = Options(cwd=root, model=job.model, max_cost=job.cap, resume=name, autonomy="high", timeout=SECONDS)
    session = open_session(given, Person())
    try:
        for event in session.run(text):
            yield msgspec.to_builtins(event)
    finally:
        session.close()


def _binary(job: Job, text: str, name: str, home: Path, root: Path) -> list[Event]:
    """`home`: what this process told its children about itself may be gone, so it is told anew."""
    words = [
        "exec",
        "-m",
        job.model,
        "--auto",
        "high",
        "--sandbox",
        "off",
        "--max-cost",
        str(job.cap),
        "-o",
        "stream-json",
    ]
    words = [sys.executable, "-m", "droidlite", *words, *(["-r", name] if name else []), text]
    env = {**os.environ, "DROIDLITE_HOME": str(home)}
    ran = subprocess.run(
        words, cwd=root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    events: list[Event] = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    if "Traceback" in ran.stderr or not events:
        sys.stderr.write(f"{job.tag}: exit {ran.returncode}: {ran.stderr[-2000:]}\n")
        events.append({"type": "traceback"})
    return events


def count(events: list[Event], outcome: Outcome) -> None:
    """Counts the requests of one run. The last of one that failed was not answered; under a cap it was not sent."""
    kinds = Counter(event["type"] for event in events)
    ended = next((event for event in reversed(events) if event["type"] == "result"), {"subtype": "none"})
    broken = ended["subtype"] != "success"
    outcome.endings.append(ended["subtype"])
    outcome.tracebacks += kinds["traceback"]
    outcome.stuck += not kinds["turn_started"]
    outcome.answered += kinds["turn_started"] - broken
    outcome.requests += kinds["turn_started"] - (ended["subtype"] == "error_max_cost")
    if broken and ended["subtype"] != "error_max_cost":
        outcome.told.append(str(ended.get("result", ""))[:300])


def promises(events: list[Event]) -> set[Promise]:
    """What the events say has happened, in the words of `kept`."""
    said: set[Promise] = set()
    for event in events:
        match event["type"]:
            case "call_started":
                said.add(("started", event["call_id"], event["name"]))
            case "call_finished":
                said.add(("finished", event["call_id"], event["content"]))
            case "reply_finished":
                said.add(("replied", event["text"]))
            case "result":
                said.add(("ended", event["subtype"]))
    return said


def kept(folder: Path) -> set[Promise]:
    """What the journal says."""
    found: set[Promise] = set()
    for line in scan(folder / JOURNAL):
        match line.record:
            case records.CallStarted(call_id=call_id, name=name):
                found.add(("started", call_id, name))
            case records.CallFinished(result=result):
                found.add(("finished", result.call_id, result.content))
            case records.Replied(assistant=assistant):
                found.add(("replied", assistant.text))
            case records.Ended(subtype=subtype):
                found.add(("ended", subtype))
    return found


def judge(folder: Path, promised: set[Promise], outcome: Outcome) -> None:
    """Holds the journal against what was told, and clears it away where nothing is missing."""
    missing = promised - kept(folder)
    outcome.acknowledged, outcome.lost = len(promised), len(missing)
    if missing:
        sys.stderr.write(f"{outcome.job.tag}: {folder} has lost {sorted(missing)[:3]}\n")
        return
    shutil.rmtree(folder)


def weigh(effects: Path, promised: set[Promise], outcome: Outcome) -> None:
    """Counts the effects: each line must be there once, and one for each command that was told as finished."""
    commands = {promise[1] for promise in promised if promise[0] == "started" and promise[2] == "shell"}
    due = sum(promise[0] == "finished" and promise[1] in commands for promise in promised)
    lines = Counter(effects.read_text().split()) if effects.exists() else Counter[str]()
    outcome.effects, outcome.twice = len(lines), lines.total() - len(lines)
    outcome.missing = max(due - len(lines), 0)
    effects.unlink(missing_ok=True)


def main() -> None:
    home, root = Path(os.environ["DROIDLITE_HOME"]), Path.cwd()
    told = os.fdopen(os.dup(1), "w", buffering=1)
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            outcome = run(msgspec.json.decode(line, type=Job), home, root)
            told.write(msgspec.json.encode(outcome).decode() + "\n")


if __name__ == "__main__":
    main()
