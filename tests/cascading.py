"""Plays a task of tests/tasks as a verified cascade: two services answer as a table of outcomes says, through the true
droidlite. The table is made up; a row says whether a model mends the task, in how many replies, of how many tokens."""

import csv
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from binary import Ran, configure, droidlite, endpoint_settings
from cheating import environment_of_checks
from loopback import Asked, Loopback, Said
from msgspec import Struct
from vendor_rules import reject

TABLE = Path(__file__).parent / "tasks" / "outcomes.csv"
CHEAP, STRONG = "MiniMax-M3", "claude-opus-4-8"
PRICES = {CHEAP: (0.3, 0.06, 1.2), STRONG: (5.0, 0.5, 25.0)}
"""USD for a million tokens: input, read from the cache, output."""


class Row(Struct, frozen=True):
    """One model on one task: `steps` calls that leave a mark each, then the solution or none. Tokens are of a reply."""

    task: str
    model: str
    solved: bool
    steps: int
    input: int
    cache_read: int
    output: int

    def cost(self, replies: int) -> float:
        """USD of so many replies."""
        fresh, read, out = PRICES[self.model]
        return replies * (self.input * fresh + self.cache_read * read + self.output * out) / 1e6


class Played(Struct, frozen=True, kw_only=True):
    """How one task went: the whole run, what it should have cost (by the table, and the note of a switch that took
    one), which marks were left how often, and how many were due."""

    ran: Ran
    solved: bool
    expected_usd: float
    marks: dict[str, int]
    due: int


def read_table() -> dict[str, dict[str, Row]]:
    """The rows by task and model."""
    with open(TABLE, encoding="utf-8", newline="") as file:
        rows = [
            Row(
                r["task"],
                r["model"],
                r["solved"] == "1",
                *(int(r[n]) for n in ("steps", "input", "cache_read", "output")),
            )
            for r in csv.DictReader(line for line in file if not line.startswith("#"))
        ]
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.task, {})[row.model] = row
    return found


def replies(row: Row, folder: Path, marks: Path) -> list[Said]:
    """What the model of `row` says: its steps, the solution in tests/tasks where it has one, and that it is done; the
    cheap one that has none has a note for whoever takes over."""
    usage = {"input": row.input, "cache_read": row.cache_read, "output": row.output}
    said: list[dict[str, Any]] = [
        {"calls": (Asked("shell", {"command": f"echo {row.model}-{n} >> {marks}"}),)} for n in range(row.steps)
    ]
    if row.solved:
        for line in (folder / "script.jsonl").read_text(encoding="utf-8").splitlines():
            step = json.loads(line)
            calls = tuple(Asked(call["name"], call["arguments"]) for call in step.get("calls", ()))
            said.append({"text": step.get("text", ""), "calls": calls})
    else:
        said += [{"text": "It should pass now."}, {"text": "I see nothing else to change."}]
        said += [{"text": "## Goal\nThe check passes.\n## State\nTwo tries failed."}] * (row.model == CHEAP)
    return [Said(each.get("text", ""), calls=each.get("calls", ()), usage=usage) for each in said]


def play(task: Any, tasks: Any, rows: dict[str, Row], place: Path) -> Played:
    """One task of scripts/tasks (the module `tasks`) in the folder `place`, on auto."""
    root, marks = place / "repository", place / "marks"
    root.mkdir()
    tasks.prepare(task, root)
    cheap, strong = rows[CHEAP], rows[STRONG]
    said = {row.model: replies(row, task.folder, marks) for row in (cheap, strong)}
    with Loopback(said[CHEAP], check=reject) as one, Loopback(said[STRONG], check=reject) as other:
        configure(
            "verify_rounds = 1\n[router]\ntask_value_usd = 50.0\n"
            + endpoint_settings(one.endpoint("openai-chat"), name="cheap", models=f'["{CHEAP}"]')
            + endpoint_settings(other.endpoint("anthropic"), name="strong", models=f'["{STRONG}"]')
            + "".join(map(_priced, PRICES))
        )
        environment = environment_of_checks() | {"PATH": tasks.environment()["PATH"]}
        words = ("--auto", "high", "--sandbox", "off", "--verify", task.check, "-o", "json", task.prompt)
        ran = droidlite("exec", *words, cwd=root, env=environment, seconds=120)
    used = [cheap] if cheap.solved else [cheap, strong]
    noted = "left a note" in str(ran.result["routing"]["switches"])
    unasked = cheap.cost(1) if not (cheap.solved or noted) else 0.0
    left = Counter(marks.read_text().split()) if marks.exists() else Counter()
    return Played(
        ran=ran,
        solved=tasks.passes(task, root),
        expected_usd=sum(row.cost(len(said[row.model])) for row in used) - unasked,
        marks=dict(left),
        due=sum(row.steps for row in used),
    )


def fresh_home(place: Path) -> None:
    os.environ["DROIDLITE_HOME"] = str(place / "home")


def _priced(model: str) -> str:
    fresh, read, out = PRICES[model]
    return f'[[models]]\nid = "{model}"\nprice = {{ input = {fresh}, output = {out}, cache_read = {read} }}\n'
