"""A Conversation that replays a recorded run: for the terminal's tests, and to look at by hand (demo_terminal.py)."""

import threading
import time
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from droidlite.errors import Interrupted, UsageError
from droidlite.events import (
    AttemptFailed,
    CallAnnounced,
    CallFinished,
    CallProgressed,
    CallStarted,
    Counterfactual,
    Event,
    ModelUsage,
    ReplyFinished,
    RunFinished,
    SessionStarted,
    TextAdded,
    ThoughtAdded,
    TurnStarted,
    Warned,
)
from droidlite.tool import Approval, Diff, Output, Question, Todo, Todos
from droidlite.types import Autonomy, Candidate, Effort, Image, ModelSpec, RoutingDecision, Switch, Usage, User
from droidlite.ui.bill import Bill, StageCost
from droidlite.ui.conversation import Answered, Asked, ExportFormat, Move, Person, Spending, Status
from droidlite.ui.filling import Filling
from droidlite.ui.past import SessionRow
from droidlite.ui.permitted import Permit, Permitted
from droidlite.ui.rewinding import Part, Preview, Rewinding, TurnRow
from droidlite.ui.spending import Day, ModelSpend, Stats
from droidlite.ui.trusting import Trusting

PATCH = """\
--- a/src/ranges.py
+++ b/src/ranges.py
@@ -10,4 +10,5 @@ def clamp(value, low, high):
     \"\"\"Keeps value within low..high.\"\"\"
-    if value > high - 1:
+    # the upper bound belongs to the range
+    if value > high:
         return high
     return max(value, low)
"""
DIFF = Diff("src/ranges.py", PATCH, added=2, removed=1)
ANSWER = """\
The bug is an **off-by-one** in `clamp`: the upper bound was left out.

## What I changed

- `src/ranges.py`: compare with `high`, not `high - 1`
- nothing else; the [docs](https://example.org/ranges) already said so

```python
def clamp(value, low, high):
    # the upper bound belongs to the range
    if value > high:
        return high
    return max(value, low)
```

| test | before | after |
|------|--------|-------|
| `test_upper` | failed | passes |
| `test_lower` | passes | passes |

All 12 tests pass now.
"""


def finished(subtype: str = "success", result: str = ANSWER) -> RunFinished:
    return RunFinished(
        subtype=subtype,
        is_error=subtype != "success",
        result=result,
        session_id="01JD",
        num_turns=3,
        duration_ms=9000,
        duration_api_ms=5000,
        total_cost_usd=0.0132,
        usage=Usage(input=12_000, output=800),
    )


def reply(text: str, cost: float | None = 0.0044) -> ReplyFinished:
    return ReplyFinished(text=text, model="claude-x", usage=Usage(input=4000, output=200), cost_usd=cost)


def streamed(text: str, size: int = 7) -> list[Event]:
    return [TextAdded(text[start : start + size]) for start in range(0, len(text), size)]


def fixing() -> list[Event]:
    """A run with everything in it."""
    plan = Todos((Todo("read the failing test", "completed"), Todo("fix clamp", "in_progress"), Todo("run all tests")))
    return [
        SessionStarted(
            session_id="01JD", cwd="/home/ada/ranges", model="claude-x", endpoint="main", autonomy="low", tools=()
        ),
        TurnStarted(1),
        ThoughtAdded("The test expects clamp(5, 0, 5) to be 5. "),
        ThoughtAdded("Let me run it first and see what it says."),
        *streamed("I'll run the failing test first."),
        CallAnnounced("shell"),
        reply("I'll run the failing test first."),
        CallStarted(call_id="1", name="shell", summary="pytest -q tests/test_ranges.py"),
        *[CallProgressed("1", f"tests/test_ranges.py::test_{n} PASSED\n") for n in range(8)],
        CallFinished(
            call_id="1",
            name="shell",
            content="E   assert 4 == 5\n1 failed, 11 passed in 0.31s\n(exit code 1)",
            is_error=True,
            seconds=1.2,
            displays=(Output("E   assert 4 == 5\n1 failed, 11 passed in 0.31s"),),
        ),
        TurnStarted(2),
        AttemptFailed(fault="overloaded", message="The service is busy.", attempt=1, wait_seconds=0.4),
        reply(""),
        CallStarted(call_id="2", name="todo", summary="3 items"),
        CallFinished(call_id="2", name="todo", content="ok", displays=(plan,)),
        CallStarted(call_id="3", name="read", summary="src/ranges.py"),
        CallFinished(call_id="3", name="read", content="line\n" * 42, seconds=0.004),
        CallStarted(call_id="4", name="grep", summary="clamp\\( in src"),
        CallFinished(call_id="4", name="grep", content="a\nb\nc", seconds=0.02),
        CallStarted(call_id="5", name="edit", summary="src/ranges.py"),
        CallFinished(call_id="5", name="edit", content="ok", seconds=0.01, displays=(DIFF,)),
        Warned("The local model is fine for small fixes; it gets about one in five easy tasks wrong."),
        TurnStarted(3),
        *streamed(ANSWER),
        reply(ANSWER),
        finished(),
    ]


def a_candidate(name: str, tier: str, price: float | None, endpoint: str, why_not: str = "") -> Candidate:
    spec = ModelSpec(id=name, provider=endpoint.split("-")[0], tier=tier, context=200_000)  # type: ignore[arg-type]
    output_price = price * 5 if price else price
    return Candidate(spec=spec, endpoint=endpoint, input_price=price, output_price=output_price, why_not=why_not)


CANDIDATES = (
    a_candidate("claude-opus-4-5", "frontier", 5.0, "anthropic-direct"),
    a_candidate("claude-sonnet-4-5-20250929", "mid", 3.0, "anthropic-direct"),
    a_candidate("gpt-5-nano", "small", 0.05, "openai", "OPENAI_API_KEY is not set; get one at platform.openai.com"),
    a_candidate("qwen2.5-coder-1.5b", "local", 0.0, "embedded"),
    a_candidate("glm-mystery", "mid", None, "router"),
)
AUTO = RoutingDecision(
    model="claude-sonnet-4-5-20250929", endpoint="anthropic-direct", strategy="fixed", reasons=("the default",)
)


TO_OPUS = Switch(
    from_model="claude-sonnet-4-5",
    to="claude-opus-4-5",
    cause="the check still fails",
    price_usd=0.02,
    reasons=("switching to claude-opus-4-5 costs $0.02 (3k tokens cold), success 0.12 -> 0.57, worth $1.21",),
)
BILL = Bill(
    total_usd=0.211,
    cap_usd=1.0,
    models=(
        ModelSpend(
            model="claude-opus-4-5", calls=1, usage=Usage(input=6_000, cache_write=1_000, output=900), cost_usd=0.1
        ),
        ModelSpend(
            model="claude-sonnet-4-5",
            calls=4,
            usage=Usage(input=11_000, cache_read=30_000, output=2_200),
            cost_usd=0.091,
        ),
    ),
    open_usd=0.02,
    beside_calls=1,
    beside_usd=0.003,
    saved_usd=0.042,
    stages=(
        StageCost(model="claude-sonnet-4-5", calls=4, cost_usd=0.091, passed=False),
        StageCost(model="claude-opus-4-5", calls=1, cost_usd=0.1, switch=TO_OPUS, passed=True),
    ),
    counterfactual=Counterfactual(model="claude-opus-4-5", cost_usd=0.35),
)

FILLING = Filling(
    model="claude-sonnet-4-5",
    parts=(
        ("system prompt", 812),
        ("tools", 3_204),
        ("AGENTS.md and facts", 950),
        ("conversation", 12_034),
        ("tool results", 7_000),
    ),
    window=200_000,
    compacted_at=160_000,
    counted=23_000,
)

STATS = Stats(
    since="2026-11-09T00:00:00+00:00",
    repository="/home/ada/ranges",
    sessions=4,
    calls=46,
    cost_usd=5.6,
    days=tuple(Day(day=f"2026-11-{n:02}", cost_usd=n / 10, calls=n) for n in (10, 11, 13, 22)),
    models=tuple(replace(row, cost_usd=row.cost_usd * 20) for row in BILL.models),
    repositories=(),
)


class Recorded:
    """Plays `events` for every message, `pause` seconds apart; ask words in a message bring up the dialogs."""

    def __init__(self, events: list[Event], *, pause: float = 0.0, scripted: bool = False) -> None:
        self.events, self.pause = events, pause
        self.now = Status(
            model="claude-sonnet-4-5-20250929",
            strategy="auto",
            session_id="01JD",
            cwd="/home/ada/ranges",
            endpoint="anthropic-direct",
            cost_usd=0.1978,
            cap_usd=1.0,
            context_tokens=24_000,
            context_window=200_000,
            autonomy="low",
            branch="main",
            scripted=scripted,
        )
        self.person: Person | None = None
        self.sent: list[str] = []
        self.retold: tuple[Event | User, ...] = ()
        self.judged: list[bool] = []
        self.rewound: list[tuple[int, Part]] = []
        self.asked: list[object] = []
        self.permits = [
            Permit(allows="commands that begin `make`", where="you, in this project"),
            Permit(allows="commands that begin `git commit`", where="config.toml:3", fixed="config.toml:3 says so."),
        ]
        self.stop = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def attend(self, person: Person) -> None:
        self.person = person

    def trusting(self, *, again: bool = False) -> Trusting | None:
        return None

    def trust(self) -> str:
        return "trusted: AGENTS.md (sha256 0123456789ab); a change is asked about again"

    def distrust(self) -> str:
        return "not trusted any more; this session goes on as it is"

    def trusted(self) -> str:
        return "nothing here needs it"

    def warm(self) -> None: ...

    def past(self) -> tuple[Event | User, ...]:
        return self.retold

    def send(self, text: str, images: tuple[Image, ...] = ()) -> Iterator[Event]:
        self.sent.append(text)
        self.stop.clear()
        assert self.person is not None
        if "approve" in text:
            approval = Approval(
                tool="shell",
                summary="rm -rf build && make",
                reason="it deletes files",
                always="commands that begin: make",
                lasting=True,
            )
            self.asked.append(self.person.ask_approval(approval))
        if "edit" in text:
            approval = Approval(tool="edit", summary="src/ranges.py", reason="autonomy is off", displays=(DIFF,))
            self.asked.append(self.person.ask_approval(approval))
        if "question" in text:
            question = Question("Which database?\nBoth work.", ("PostgreSQL", "SQLite"))
            self.asked.append(self.person.ask_question(question))
        if "cap" in text:
            self.asked.append(self.person.ask_cap(0.98, 1.0, 0.05))
        for event in self.events:
            while not self.gate.wait(0.01) and not self.stop.is_set():
                pass
            if self.stop.is_set():
                raise Interrupted
            if self.pause:
                time.sleep(self.pause)
            yield event
        self.now = replace(self.now, cost_usd=self.now.cost_usd + 0.0132)

    def shell(self, command: str) -> Iterator[Event]:
        yield CallStarted(call_id="s", name="shell", summary=command)
        output = Output("one\ntwo")
        yield CallFinished(
            call_id="s", name="shell", content="one\ntwo\n(exit code 0)", seconds=0.1, displays=(output,)
        )

    def compact(self) -> Iterator[Event]:
        yield Warned("compacted")

    def review(self, words: str) -> Asked:
        return Asked(f"reviewing {words or 'the changes in the working tree'}: 1 file, +2 -1", self.send("review"))

    def init(self) -> Asked:
        return Asked("writing AGENTS.md", self.send("init"))

    def btw(self, question: str) -> Answered:
        return Answered(f"Aside: {question}", 0.0031)

    def interrupt(self) -> None:
        self.stop.set()

    def endpoints(self) -> tuple[str, ...]:
        return (
            "> house: ok · first word after 0.8 s",
            "  spare: left alone after failures for 25 s · failed just now: Endpoint spare failed with HTTP 503.",
        )

    def status(self) -> Status:
        return self.now

    def why_hidden(self, path: str) -> str:
        return ""

    def files(self, prefix: str) -> tuple[str, ...]:
        return tuple(path for path in ("src/ranges.py", "tests/test_ranges.py", "src/\x1b[2Jevil.py") if prefix in path)

    def candidates(self, mode: str = "") -> tuple[RoutingDecision | None, tuple[Candidate, ...]]:
        return AUTO, CANDIDATES

    def decision(self) -> RoutingDecision:
        return AUTO

    def switches(self) -> tuple[Switch, ...]:
        return ()

    def transcript(self) -> str:
        return "".join(f"line {number} of the transcript\n" for number in range(500))

    def think(self, effort: Effort) -> None:
        self.now = replace(self.now, effort=effort)

    def moves(self, candidates: Sequence[Candidate]) -> dict[str, Move]:
        return {candidate.spec.id: Move(switch_usd=0.21) for candidate in candidates if not candidate.why_not}

    def choose(self, model: str, mode: str = "", effort: Effort | None = None) -> None:
        if model != "auto" and all(model != candidate.spec.id for candidate in CANDIDATES):
            raise UsageError(f"There is no model {model}.")
        chosen = AUTO.model if model == "auto" else model
        self.now = replace(self.now, model=chosen, strategy="auto" if model == "auto" else "chosen")

    def set_autonomy(self, autonomy: Autonomy) -> Autonomy:
        allowed: Autonomy = "medium" if autonomy == "high" else autonomy
        self.now = replace(self.now, autonomy=allowed)
        return allowed

    def permitted(self) -> Permitted:
        return Permitted(autonomy=self.now.autonomy, most="medium", permits=tuple(self.permits), denied=("rm -rf",))

    def revoke(self, permit: Permit) -> None:
        self.permits.remove(permit)

    def cap(self, cap_usd: float | None) -> None:
        self.now = replace(self.now, cap_usd=cap_usd)

    def stats(self, since: str) -> Stats:
        return STATS if since != "1h" else replace(STATS, days=(), models=(), sessions=0, calls=0, cost_usd=0.0)

    def filling(self) -> Filling:
        return FILLING

    def bill(self) -> Bill:
        return BILL

    def spending(self) -> Spending:
        used = ModelUsage(usage=Usage(input=48_000, output=3_100), cost_usd=0.211, calls=5)
        other = Counterfactual(model="claude-opus-4-5", cost_usd=0.35)
        return Spending(by_model={"claude-sonnet": used}, total_usd=0.211, counterfactual=other)

    def judge(self, good: bool) -> None:
        if not self.sent:
            raise UsageError("There is nothing to judge yet.")
        self.judged.append(good)

    def rename(self, title: str) -> str:
        return title

    def sessions(self, words: str = "") -> tuple[SessionRow, ...]:
        rows = (
            SessionRow(
                id="01JA", title="Fix the off-by-one in clamp", updated=time.time() - 4000, turns=3, cost_usd=0.2
            ),
            SessionRow(id="01JB", title="Add a parser for dates", updated=time.time() - 90_000, turns=12, cost_usd=1.5),
        )
        return tuple(row for row in rows if words in row.title or words == row.id)

    def resume(self, session_id: str) -> tuple[Event | User, ...]:
        self.now = replace(self.now, session_id=session_id)
        return (User("fix clamp"), TextAdded("Done."), reply("Done."))

    def new(self) -> None:
        self.now = replace(self.now, session_id="01JE", cost_usd=0.0)

    def fork(self) -> None:
        self.now = replace(self.now, session_id="01JF")

    def turns(self) -> tuple[TurnRow, ...]:
        return (TurnRow(turn=1, text="fix clamp", files=1), TurnRow(turn=2, text="now the docs", files=0))

    def preview_rewind(self, turn: int) -> Preview:
        files = ("src/ranges.py: its content goes back (+2 -1)",) if turn == 1 else ()
        return Preview(files, ("1 message of yours and what followed are dropped",))

    def rewind(self, turn: int, part: Part) -> Rewinding:
        self.rewound.append((turn, part))
        return Rewinding("" if part == "files" else self.turns()[turn - 1].text)

    def undo_rewind(self) -> tuple[str, ...]:
        raise UsageError("There is no rewind to take back; that works until the next prompt or command.")

    def diff(self, turn: int = 0) -> tuple[Diff, ...]:
        return (DIFF, Diff("logo.png", ""))

    def export(self, form: ExportFormat) -> str:
        return f"/home/ada/ranges/droidlite-01JD.{form}"
