"""Any order of records, kills, torn writes and rewinds: nothing acknowledged is lost, the conversation stays valid."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from session_samples import HEADER, faults, records_in

from droidlite.session.fold import Fold, load
from droidlite.session.journal import Journal
from droidlite.session.lines import JOURNAL, lay_out
from droidlite.session.records import (
    CallFinished,
    CallStarted,
    Compacted,
    PutBack,
    Record,
    Replied,
    Reserved,
    RewindUndone,
    Rewound,
    Said,
    Spent,
    Unsaid,
)
from droidlite.types import Assistant, Call, ToolResult, User

texts = st.text(max_size=8)
ids = st.sampled_from("abc")


class Life(RuleBasedStateMachine):
    """A session's life. The model is the list of acknowledged records, and the money added up by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.room = tempfile.TemporaryDirectory()
        self.folder = Path(self.room.name) / "s"
        self.journal = Journal.create(self.folder, HEADER)
        self.fold = Fold(HEADER)
        self.acknowledged: list[Record] = [HEADER]
        self.open: dict[int, int] = {}
        self.settled = 0

    def take(self, record: Record) -> None:
        self.fold.add(self.journal.append(record), record)
        self.acknowledged.append(record)

    @rule(text=texts, host=st.booleans())
    def say(self, text: str, host: bool) -> None:
        self.take(Said(user=User(text), host=host))

    @rule(text=texts, calls=st.lists(ids, max_size=3))
    def reply(self, text: str, calls: list[str]) -> None:
        self.take(Replied(assistant=Assistant(text, tuple(Call(each, "read", "{}") for each in calls))))

    @rule(call=ids)
    def start(self, call: str) -> None:
        self.take(CallStarted(call_id=call, name="read"))

    @rule(call=ids, text=texts)
    def finish(self, call: str, text: str) -> None:
        self.take(CallFinished(result=ToolResult(call, text)))

    @rule(usd=st.integers(0, 9))
    def reserve(self, usd: int) -> None:
        number = self.fold.session().next_reservation
        self.open[number] = usd
        self.take(Reserved(reservation=number, usd=usd, model="m"))

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def spend(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        usd = data.draw(st.integers(0, self.open.pop(number)))
        self.settled += usd
        self.take(Spent(reservation=number, model="m", usd=usd))

    @rule(text=texts)
    def compact(self, text: str) -> None:
        self.take(Compacted(messages=(User(text),)))

    @rule(turn=st.integers(1, 4), kind=st.sampled_from([Rewound, Unsaid, PutBack]))
    def rewind(self, turn: int, kind: type[Rewound | Unsaid | PutBack]) -> None:
        self.take(kind(to_turn=turn))

    @rule()
    def undo(self) -> None:
        self.take(RewindUndone())

    @rule(
        torn=st.integers(0, 400),
        record=st.sampled_from([Said(user=User("lost")), Spent(reservation=9, model="m", usd=9)]),
    )
    def kill_and_resume(self, torn: int, record: Any) -> None:
        """The process ends while it writes a record nobody was told of; a part of the line may be on disk."""
        before = self.fold.session().messages
        self.journal.close()
        line = lay_out(len(self.acknowledged) + 1, record)
        with (self.folder / JOURNAL).open("ab") as file:
            file.write(line[: min(torn, len(line) - 2)])
        self.journal, session = Journal.open(self.folder)
        found = records_in(self.folder)
        assert found[: len(self.acknowledged)] == self.acknowledged
        assert all(isinstance(each, CallFinished) for each in found[len(self.acknowledged) :])
        assert (session.messages, session.unanswered) == (before, ())
        for n, added in enumerate(found[len(self.acknowledged) :], len(self.acknowledged) + 1):
            self.fold.add(n, added)
        self.acknowledged = found

    @invariant()
    def can_be_sent_and_adds_up(self) -> None:
        session = self.fold.session()
        assert faults(session.messages) == []
        assert (session.spent_usd, session.reserved_open_usd) == (
            self.settled + sum(self.open.values()),
            sum(self.open.values()),
        )

    def teardown(self) -> None:
        self.journal.close()
        assert load(self.folder) == self.fold.session()
        self.room.cleanup()


Life.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLife = Life.TestCase
