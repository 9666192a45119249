"""A small session with everything in it, and what makes a conversation fit to send."""

from pathlib import Path

from droidlite.session.lines import JOURNAL, scan
from droidlite.session.records import (
    CallFinished,
    CallStarted,
    Decided,
    Header,
    Record,
    Replied,
    Reserved,
    Said,
    Spent,
    Switched,
)
from droidlite.types import (
    Assistant,
    Call,
    Message,
    RoutingDecision,
    Switch,
    ToolResult,
    ToolResults,
    Usage,
    User,
)

HEADER = Header(
    session_id="20261122-143012-k3f9", cwd="/home/ada/shop", created="2026-11-22T14:30:12Z", droidlite="0.1.0"
)
DECISION = RoutingDecision(model="mid-1", endpoint="direct", strategy="fixed", reasons=("you asked for it",))
ASK = Assistant(
    "Let me look.",
    (Call("a", "read", '{"path": "till.py"}'), Call("b", "shell", '{"command": "pytest"}')),
    "calls",
    "mid-1",
)
DONE = Assistant("Fixed: `total` rounded twice.", model="mid-1", usage=Usage(input=20, output=7))

RECORDS: tuple[Record, ...] = (
    Decided(decision=DECISION, spec_id="mid-1"),
    Said(user=User("Fix the till\n\nIt is a cent off.")),
    Reserved(reservation=1, usd=0.5, model="mid-1"),
    Replied(assistant=ASK, cost_usd=0.01),
    Spent(reservation=1, model="mid-1", usage=Usage(input=10, output=5), usd=0.01),
    CallStarted(call_id="a", name="read"),
    CallFinished(result=ToolResult("a", "1\tdef total(): ...")),
    CallStarted(call_id="b", name="shell"),
    CallFinished(result=ToolResult("b", "1 failed", is_error=True)),
    Reserved(reservation=2, usd=0.5, model="mid-1"),
    Replied(assistant=DONE, cost_usd=0.02),
    Spent(reservation=2, model="mid-1", usage=Usage(input=20, output=7), usd=0.02),
    Said(user=User("Thanks — and naïve café 🧾?")),
    Switched(switch=Switch(from_model="mid-1", to="big-1", cause="the person")),
    Reserved(reservation=3, usd=0.25, model="big-1"),
)


def records_in(folder: Path) -> list[Record]:
    return [line.record for line in scan(folder / JOURNAL) if line.record is not None]


def faults(messages: tuple[Message, ...]) -> list[str]:
    """Why a conversation could not be sent; [] when it can."""
    found = [] if not messages or isinstance(messages[0], User) else ["does not begin with the person"]
    for place, message in enumerate(messages):
        after = messages[place + 1] if place + 1 < len(messages) else None
        before = messages[place - 1] if place else None
        match message:
            case Assistant(calls=calls) if calls:
                answered = [each.call_id for each in after.results] if isinstance(after, ToolResults) else None
                if answered != [call.id for call in calls]:
                    found.append(f"message {place}: calls {[call.id for call in calls]}, answers {answered}")
            case ToolResults() if not (isinstance(before, Assistant) and before.calls):
                found.append(f"message {place}: results of no calls")
    return found
