"""What a person's sessions say of the router: counted by hand on five of them."""

from droidlite.app.router_stats import judge_router
from droidlite.routing.course import PERSON
from droidlite.session.accounts import Account
from droidlite.session.records import Decided, Ended, Spent, Verified
from droidlite.types import Estimate, Interval, RoutingDecision, Stage, Switch
from droidlite.ui.routing_record import Cause, RouterStats, Start, router_lines

PLAN = Estimate(stages=(Stage("small"),), success=Interval(0.8, 0.7, 0.9), cost=Interval(0.1, 0.1, 0.1))
AUTO = Decided(
    decision=RoutingDecision(model="small", endpoint="e", strategy="auto", kind="fix", estimate=PLAN), spec_id="small"
)
PASSED, FAILED = Verified(command="pytest", exit_code=0), Verified(command="pytest", exit_code=1)
DONE, UNDONE = Ended(subtype="success"), Ended(subtype="error_verify")


def paid(model: str, usd: float, judge: bool = False) -> Spent:
    return Spent(reservation=1, model=model, usd=usd, at=100.0, judge=judge)


def session(*calls: Spent, switch: Switch | None = None, solved: bool | None = None, **facts: object) -> Account:
    check = {True: PASSED, False: FAILED, None: None}[solved]
    ended = UNDONE if solved is False else DONE
    told = {"decisions": (AUTO,), "verified": check, "ended": ended, **facts}
    return Account(
        session_id="s",
        cwd="/x",
        created=0.0,
        calls=calls,
        switches=(switch,) if switch else (),
        **told,  # type: ignore[arg-type]
    )


def to_large(cause: str) -> Switch:
    return Switch(from_model="small", to="large", cause=cause, price_usd=0.05)


SESSIONS = (
    session(paid("small", 0.25), solved=True),
    session(paid("small", 0.5), paid("large", 1.0), switch=to_large("the check still fails"), solved=True),
    session(paid("small", 0.25), paid("large", 2.0), switch=to_large("it repeats a call; and more"), solved=False),
    session(paid("small", 0.125), paid("large", 0.5, judge=True), solved=False),
    session(paid("small", 0.5), paid("large", 0.25), switch=to_large(PERSON), judged=True),
    session(paid("small", 0.125), judged=False),
    session(paid("small", 0.25)),  # nobody checked it
    session(paid("large", 9.0), solved=True, decisions=()),  # a person chose the model
    session(paid("small", 9.0), solved=True, forked_from="s"),
)
STATS = RouterStats(
    since="",
    repository="/shop",
    sessions=7,
    known=6,
    solved=3,
    expected=0.8,
    cost_usd=5.75,
    known_usd=5.5,
    failed_starts=5,
    caught=3,
    moved=3,
    rescued=2,
    switches=3,
    wasted=1,
    premium_usd=0.15,
    start_regret_usd=1.0,
    switch_regret_usd=2.0,
    causes=(
        Cause(cause="failed check", switches=1, solved=1, premium_usd=0.05),
        Cause(cause="person asked", switches=1, solved=1, premium_usd=0.05),
        Cause(cause="signs", switches=1, solved=0, premium_usd=0.05),
    ),
    starts=(
        Start(
            kind="fix",
            model="small",
            sessions=6,
            alone=1,
            rescued=2,
            unsolved=3,
            expected=0.8,
            solved_usd=round(5.5 / 3, 8),
        ),
    ),
)


def test_every_figure_counted_by_hand() -> None:
    assert judge_router(SESSIONS, repository="/shop") == STATS


def test_an_outage_is_no_failure_of_the_model() -> None:
    outage = to_large("no way to it is open (house: overloaded)")
    told = judge_router([session(paid("small", 0.25), paid("large", 1.0), switch=outage, solved=True)])
    assert (told.solved, told.failed_starts, told.moved, told.switches, told.causes) == (1, 0, 0, 0, ())


def test_what_a_person_reads_at_80_columns() -> None:
    assert "\n".join(router_lines(STATS, 80)) == READ


def test_where_nothing_is_known_it_says_what_would_tell() -> None:
    lines = list(router_lines(judge_router(SESSIONS[6:7]), 80))
    assert lines == [
        "Auto began 1 session of all folders, for $0.25; what came of it is known of 0.",
        "An outcome is known where --verify passed or failed, where you judged (/good,",
        "/bad), or put files back.",
    ]


READ = """\
Auto began 7 sessions of /shop, for $5.75; what came of it is known of 6.
Solved: 3 of 6 (50%); auto expected 80%, $1.83 per solved task.
Catch rate: 3 of 5 (60%) failures of the first model were noticed.
Rescue rate: 2 of 3 (67%) sessions with a switch were solved after it.
Wasted switches: 1 of 3 helped nothing; all switches cost $0.15 themselves.
Regret, in hindsight: $1.00 went to first models that had to be rescued, $2.00
to models that took over and did not solve it either.

kind  begun on  sessions  alone  rescued  unsolved  expected  $/solved
fix   small            6      1        2         3       80%     $1.83
expected: the chance of success that auto gave its plans; $/solved: all cost
over the solved tasks

switched because of  switches  solved then     cost
failed check                1            1  $0.0500
person asked                1            1  $0.0500
signs                       1            0  $0.0500"""
