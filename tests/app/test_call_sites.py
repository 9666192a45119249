"""Who calls a model in a session: one retry layer, one store of retries, one ledger, each failure in the journal."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from failing import counts, opened, serving
from loopback import Loopback, Said

from droidlite.agent.compaction import compact
from droidlite.agent.handoff import hand_over
from droidlite.app.aside import Aside
from droidlite.app.consulting import consult
from droidlite.app.judging import Judge
from droidlite.app.reviewing import Reviewer
from droidlite.app.routes import make_route
from droidlite.app.session import Session
from droidlite.app.ways import Ways
from droidlite.errors import Interrupted
from droidlite.events import AttemptFailed, Event, RunFinished
from droidlite.routing.features import Features
from droidlite.session import records
from droidlite.session.ledger import Ledger
from droidlite.session.lines import JOURNAL, scan

LATER = Said(
    fault="status", status=429, headers=(("retry-after", "600"),), body={"error": {"type": "rate_limit_error"}}
)
FINE = Said("Yes. ## Goal\nIt is done.", usage={"input": 50, "output": 5})

Site = Callable[[Session, Path], Iterator[Event]]


def work(session: Session, folder: Path) -> Iterator[Event]:
    return session.run("Do it.")


def summary(session: Session, folder: Path) -> Iterator[Event]:
    return compact(session.parts.agent.transcript, session.parts.agent.driver)


def note(session: Session, folder: Path) -> Iterator[Event]:
    agent = session.parts.agent
    return hand_over(agent.transcript, agent.driver, agent.driver.route.spec)


def judge(session: Session, folder: Path) -> Iterator[Event]:
    driver = session.parts.agent.driver
    asked = Judge(lambda: driver.route, driver.budget, folder / "judge.json", seconds=20.0)
    asked.judged(Features(prompt="Have a look.", kind="question", confidence=0.1), ())
    return iter(())


def reviewer(session: Session, folder: Path) -> Iterator[Event]:
    driver = session.parts.agent.driver
    asked = Reviewer(lambda: driver.route, driver.budget, lambda: "+a line", session.parts.journal)
    return asked.review("Do it.", driver.cancellation)


def adviser(session: Session, folder: Path) -> Generator[Event, None, Aside]:
    driver = session.parts.agent.driver
    return consult(driver.route, driver.budget, "What was done.", driver.cancellation)


@pytest.mark.parametrize("site", [work, summary, note, judge, reviewer, adviser])
def test_each_call_site(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first endpoint is at its limit when the call comes, the other goes on."""
    monkeypatch.setenv("DROIDLITE_LEDGER", str(tmp_path / "ledger"))
    with Loopback([FINE, FINE, LATER]) as bad, Loopback([FINE]) as good:
        session = opened("max_cost_usd = 5.0\n" + serving(bad=bad, good=good), tmp_path)
        try:
            list(session.run("One."))
            list(session.run("Two."))
            events = list(site(session, tmp_path))
            assert counts(bad, good) == [3, 1]
            told = sum(isinstance(each, AttemptFailed) for each in events)
            assert told == (0 if site is judge else 1), "of a judge nobody waits for, only the answer is told"
            lines = list(scan(session.parts.journal.folder / JOURNAL))
            failed = [each.record for each in lines if isinstance(each.record, records.AttemptFailed)]
            assert [(each.endpoint, each.fault, each.to) for each in failed] == [("bad", "rate_limit", "good")]
            paid = [each.record for each in lines if isinstance(each.record, records.Spent)]
            assert [each.billed for each in paid] == [True, True, False, True]
        finally:
            session.close()
    book = Ledger.open(tmp_path / "ledger", cap_usd=None).read()
    (spend,) = book.by_model.values()
    assert (spend.calls, spend.usd, book.open) == (3, pytest.approx(sum(each.usd for each in paid)), {})


def test_the_person_choosing_a_model_and_a_reviewer_bring_no_new_retries(tmp_path: Path) -> None:
    with Loopback([FINE]) as server:
        session = opened(serving(one=server), tmp_path)
        try:
            here = session.parts.agent.driver.route
            assert isinstance(here.failover, Ways)
            there = make_route(here.failover.setup, here.spec, here.failover.setup.endpoint("one"), beside=here)
            assert isinstance(there.failover, Ways)
            assert there.failover.retries is here.failover.retries
        finally:
            session.close()


def test_a_run_that_is_stopped_while_the_diff_is_reviewed_ends_as_stopped(tmp_path: Path) -> None:
    """Not as done: whoever sent SIGTERM waits for its exit code."""

    def answer(body: object, n: int) -> Said:
        if n == 0:
            return FINE
        session.stop(Interrupted("Terminated.", exit_code=143))
        return Said(fault="stall_first")

    with Loopback(answer) as server:
        session = opened(serving(one=server), tmp_path)
        try:
            driver = session.parts.agent.driver
            session.parts.reviewer = Reviewer(
                lambda: driver.route, driver.budget, lambda: "+a line", session.parts.journal
            )
            *_, finished = session.run("Do it.")
            assert isinstance(finished, RunFinished)
            assert (finished.exit_code, finished.result) == (143, "Terminated.")
        finally:
            session.close()
