"""`router eval --escalation` decides as a session does: both are built from the same steps."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import pytest
from fakes import ECHO, Rig, says
from test_escalating import SAME, STRONG, VALUED, WEAK, Watched, believed, price, worst

from droidlite.agent.budget import Prices
from droidlite.app.steps import read_steps
from droidlite.evals.climbing import Desk, Move, replay
from droidlite.evals.runs import Run, StepRow
from droidlite.events import Event, Helped, ModelSwitched, ReplyFinished
from droidlite.routing.chains import Pairs
from droidlite.routing.outlook import Outlook
from droidlite.routing.signals import found
from droidlite.routing.weighing import Scales
from droidlite.types import Assistant, Call, ModelSpec, RoutingDecision, Usage, User

Rung = tuple[str, int, str, str]
"""Which, after how many calls of the model at work, why, and who took over."""


def stuck() -> list[Assistant]:
    """Calls the same thing 30 times; its context grows."""
    return [says("", SAME, usage=Usage(input=1_000 + 40 * n, output=20)) for n in range(30)] + [says("Done.")]


def healthy() -> list[Assistant]:
    return [says("", Call("1", "echo", f'{{"word": "{word}"}}')) for word in ("a", "b", "c")] + [says("Done.")]


@pytest.mark.parametrize(
    ("replies", "rungs"), [(stuck, ["nudge", "consult", "switch"]), (healthy, ["switch"])], ids=["stuck", "healthy"]
)
def test_a_replay_climbs_where_the_session_does(replies: type, rungs: list[str], tmp_path: Path) -> None:
    """The check fails at the end of both."""
    rig = Watched(tmp_path, *replies(), settings=VALUED)
    rig.strong.steps = [*([says("Try b.")] if "consult" in rungs else []), *replies()]
    events = rig.go()
    if rig.ladder.after_failed_check():
        events += rig.go()
    runs = {spec.id: run_of(spec, tmp_path, replies()) for spec in (WEAK, STRONG)}
    replayed = replay(desk(), runs, "ladder", verified=True)
    assert list(map(told, replayed.moves)) == list(climbed(events))
    assert [move.rung for move in replayed.moves] == rungs


def climbed(events: Sequence[Event]) -> Iterator[Rung]:
    calls = 0
    for event in events:
        match event:
            case ReplyFinished():
                calls += 1
            case Helped(rung=rung, cause=cause):
                yield rung, calls, cause, ""
            case ModelSwitched(switch=switch):
                yield "switch", calls, switch.cause, switch.to
                calls = 0


def told(move: Move) -> Rung:
    return move.rung, move.step, move.cause, move.to


def run_of(spec: ModelSpec, root: Path, replies: Sequence[Assistant]) -> Run:
    """What the table has of a model that nobody helps: one row a call, its signs over the whole run."""
    rig = Rig(root, *replies, tools=(ECHO,), prices=Prices(price, worst), spec=spec)
    list(rig.agent.run(User("go")))
    spends = list(accumulate(call.usd for call in rig.budget.calls))
    steps = list(
        read_steps(rig.transcript.messages, spent_usd=0.0, unreadable=lambda call: False, failing=lambda *_: None)
    )
    rows = []
    for number, (reply, spend) in enumerate(zip(replies, spends, strict=True), 1):
        assert reply.usage is not None
        signs = found(steps[:number]) if number <= len(steps) else ()
        rows.append(StepRow(spend, reply.usage.input, reply.usage.output, signs))
    return Run(spec.id, tuple(rows), solved=False)


def desk() -> Desk:
    beliefs = [believed("fake", 0.5, 0.2), believed("strong", 0.9, 0.6)]
    decision = RoutingDecision(model="fake", endpoint="e", strategy="auto", kind="fix")
    specs = {"fake": WEAK, "strong": STRONG}
    scales = Scales(price, specs.__getitem__, Outlook(beliefs, Pairs(None, beliefs)), decision, VALUED)
    return Desk(price, specs.__getitem__, scales, decision)
