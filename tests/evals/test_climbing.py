"""The ladder replayed over runs, with dollars worked out by hand. synthetic_steps.csv is made up, as is all here."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from droidlite.evals.climbing import Desk, Hears, Move, Session, replay
from droidlite.evals.runs import Run, StepRow, read_runs
from droidlite.evals.scoring import Resampler
from droidlite.evals.switching import Outcome, count, score
from droidlite.routing.belief import Belief, Option
from droidlite.routing.chains import Pairs
from droidlite.routing.outlook import Outlook
from droidlite.routing.signals import SIGNALS
from droidlite.routing.weighing import Scales
from droidlite.settings.config import RouterSettings
from droidlite.types import Estimate, Interval, ModelSpec, RoutingDecision, Stage, Usage

TABLE = read_runs(Path(__file__).parent / "synthetic_steps.csv")
RUNS = dict(zip(TABLE.tasks, TABLE.runs, strict=True))
SPECS = {name: ModelSpec(id=name, provider="house") for name in ("cheap", "dear")}
VALUED = RouterSettings(task_value_usd=20.0)
REPEATS, MISSPELLS = "it repeats a call", "its calls cannot be read"
BOTH = f"{REPEATS}; {MISSPELLS}"
ASKED = "the model asks for a stronger one"
PERSON = "the person asks for a stronger one"
CHECK = "the check still fails"
NUDGE = 0.0001
"""100 tokens at $1 a million."""
ADVICE = 0.055 + 0.001
"""6,000 tokens read at $5 a million and 1,000 written at $25; these read by the cheap one at $1."""
PREMIUM = 0.045
"""10,000 tokens at $5 a million in place of $0.50."""


def price(spec: ModelSpec, usage: Usage) -> float:
    """USD 1, or 5 where it is dear, for a million tokens in; a tenth from the cache; five times as much out."""
    rate = 5 if spec.id == "dear" else 1
    return rate * (usage.input + usage.cache_write + usage.cache_read / 10 + 5 * usage.output) / 1_000_000


def desk(settings: RouterSettings = VALUED, *stages: Stage, solved_cost: tuple[float, ...] = ()) -> Desk:
    beliefs = [
        Belief(option=Option(model="cheap"), success=0.5, runs=100, cost=0.2, key="cheap", solved_cost=solved_cost),
        Belief(option=Option(model="dear"), success=0.9, runs=100, cost=0.6, key="dear"),
    ]
    even = Interval(0.5, 0.5, 0.5)
    estimate = Estimate(stages=stages, success=even, cost=even) if stages else None
    decision = RoutingDecision(model="cheap", endpoint="", strategy="auto", kind="fix", estimate=estimate)
    scales = Scales(price, SPECS.__getitem__, Outlook(beliefs, Pairs(None, beliefs)), decision, settings)
    return Desk(price, SPECS.__getitem__, scales, decision)


def near(session: Session) -> Session:
    """Without what adding floating-point numbers leaves behind."""
    moves = tuple(structs.replace(move, cost_usd=round(move.cost_usd, 9)) for move in session.moves)
    return structs.replace(session, cost_usd=round(session.cost_usd, 9), moves=moves)


def switched(step: int, cause: str) -> Move:
    return Move(rung="switch", step=step, model="cheap", to="dear", cause=cause, cost_usd=PREMIUM)


HELPED = (
    Move(rung="nudge", step=3, model="cheap", cause=BOTH, cost_usd=NUDGE),
    Move(rung="consult", step=6, model="cheap", cause=BOTH, cost_usd=ADVICE),
)


@pytest.mark.parametrize(
    ("task", "hears", "verified", "expected"),
    [
        ("adds", "ladder", True, Session(model="cheap", solved=True, cost_usd=0.3)),
        ("loops", "nothing", True, Session(model="cheap", solved=False, cost_usd=0.24)),
        # each rung waits until both signs can hold anew: three steps
        ("loops", "ladder", False, Session(model="dear", solved=True, cost_usd=0.18 + NUDGE + ADVICE + PREMIUM + 0.5,
                                           moves=(*HELPED, switched(9, BOTH)))),
        ("loops", "check", True, Session(model="dear", solved=True, cost_usd=0.24 + PREMIUM + 0.5,
                                         moves=(switched(12, CHECK),))),
        ("loops", "any sign", False, Session(model="dear", solved=True, cost_usd=0.06 + PREMIUM + 0.5,
                                             moves=(switched(3, ASKED),))),
        ("loops", "first sign", False, Session(model="dear", solved=True, cost_usd=0.06 + PREMIUM + 0.5,
                                               moves=(switched(3, PERSON),))),
        ("misleads", "ladder", False, Session(model="cheap", solved=False, cost_usd=0.2)),  # one sign is none
        ("misleads", "ladder", True, Session(model="dear", solved=False, cost_usd=0.2 + PREMIUM + 0.6,
                                             moves=(switched(4, CHECK),))),
        ("misleads", "any sign", True, Session(model="dear", solved=False, cost_usd=0.1 + PREMIUM + 0.6,
                                               moves=(switched(2, ASKED),))),
    ],
)  # fmt: skip
def test_sessions_to_the_cent(task: str, hears: Hears, verified: bool, expected: Session) -> None:
    assert near(replay(desk(), RUNS[task], hears, verified=verified)) == near(expected)


def test_three_tasks_to_the_cent() -> None:
    """Ladder, verified: $0.30; 0.18 + help + switch + 0.50; 0.20 + switch + 0.60. Of two switches one is a rescue."""
    counts = [{"ladder": count(replay(desk(), runs, "ladder", verified=True), runs)} for runs in TABLE.runs]
    scored = score(counts, Resampler(TABLE.grid().instance, 0, 0))["ladder"]
    usd = 0.3 + 0.18 + NUDGE + ADVICE + PREMIUM + 0.5 + 0.2 + PREMIUM + 0.6
    assert structs.asdict(scored) == pytest.approx(
        structs.asdict(
            Outcome(
                solved_pct=200 / 3, solved_ci=None, cost_usd=usd / 3, cost_ci=None, cost_per_solved=usd / 2,
                cost_per_solved_ci=None, switches=2 / 3, rescued_pct=50.0, rescued_ci=None, wasted_pct=0.0,
                wasted_ci=None, nudges=1 / 3, consults=1 / 3,
            )
        )
    )  # fmt: skip


def test_a_switch_from_a_model_that_would_have_done_is_wasted() -> None:
    runs = {"cheap": structs.replace(RUNS["loops"]["cheap"], solved=True), "dear": RUNS["loops"]["dear"]}
    assert count(replay(desk(), runs, "any sign", verified=False), runs)[2:5] == (1.0, 0.0, 1.0)


def test_the_plans_own_stop_and_where_there_is_none_the_tail() -> None:
    stages = (Stage("cheap", 0.09), Stage("dear"))
    stop = "cheap has spent $0.10; few of the tasks it solves cost more than $0.09"
    moved = replay(desk(VALUED, *stages), RUNS["loops"], "spend", verified=False)
    assert near(moved) == near(
        Session(model="dear", solved=True, cost_usd=0.1 + PREMIUM + 0.5, moves=(switched(5, stop),))
    )
    levels = tuple(0.1 * place / 20 for place in range(21))  # 95 % of what it solves costs less than $0.095
    tail = "95% of the tasks it solves cost less than $0.10"
    moved = replay(desk(solved_cost=levels), RUNS["loops"], "spend", verified=False)
    assert near(moved) == near(
        Session(model="dear", solved=True, cost_usd=0.1 + PREMIUM + 0.5, moves=(switched(5, tail),))
    )


def test_a_gate_that_stays_shut_is_never_to_escalate() -> None:
    shut = desk(RouterSettings(task_value_usd=0.0, max_switch_share=0.0))
    for runs in TABLE.runs:
        alone = replay(shut, runs, "nothing", verified=True)
        session = replay(shut, runs, "ladder", verified=True)
        assert {move.rung for move in session.moves} <= {"nudge"}
        assert near(structs.replace(session, moves=())) == near(
            structs.replace(alone, cost_usd=alone.cost_usd + sum(move.cost_usd for move in session.moves))
        )


@st.composite
def runs(draw: st.DrawFn) -> dict[str, Run]:
    made = {}
    for model in SPECS:
        spends = sorted(draw(st.lists(st.floats(0, 3), min_size=1, max_size=25)))
        signs = st.lists(st.sampled_from(sorted(SIGNALS)), max_size=3, unique=True).map(tuple)
        steps = tuple(StepRow(usd, draw(st.integers(1_000, 90_000)), None, draw(signs)) for usd in spends)
        made[model] = Run(model, steps, draw(st.booleans()))
    return made


@given(runs=runs(), verified=st.booleans(), hears=st.sampled_from(["ladder", "any sign", "check", "spend"]))
def test_whatever_happens_a_shut_gate_lets_nobody_through_and_an_open_one_only_up(
    runs: dict[str, Run], verified: bool, hears: Hears
) -> None:
    shut = desk(RouterSettings(task_value_usd=0.0, max_switch_share=0.0), solved_cost=(1.0,) * 21)
    session, cost = replay(shut, runs, hears, verified=verified), runs["cheap"].cost
    assert (session.model, session.solved) == ("cheap", runs["cheap"].solved)
    assert session.cost_usd == pytest.approx(cost + sum(move.cost_usd for move in session.moves))
    session = replay(desk(solved_cost=(1.0,) * 21), runs, hears, verified=verified)
    assert sum(move.is_switch for move in session.moves) <= 1
    assert session.solved == runs[session.model].solved
    assert session.cost_usd >= runs[session.model].cost
