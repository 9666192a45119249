"""What a terminal is told of its session: where it stands, what it cost, what it changed."""

import datetime

from droidlite.app import changes
from droidlite.app.billing import bill_of
from droidlite.app.chat.opened import Open
from droidlite.app.filling import filling_of
from droidlite.app.period import begin_of
from droidlite.app.stats import stats_of
from droidlite.app.telling import endpoint_lines, spending_of, status_of
from droidlite.errors import UsageError
from droidlite.session.export import export, so_far
from droidlite.session.records import Judged
from droidlite.tool import Diff
from droidlite.tools.confined import why_hidden
from droidlite.ui.bill import Bill
from droidlite.ui.conversation import Spending, Status
from droidlite.ui.filling import Filling
from droidlite.ui.spending import Stats


class Looking(Open):
    """The part of Conversation that only looks."""

    def status(self) -> Status:
        return status_of(self.session.parts)

    def endpoints(self) -> tuple[str, ...]:
        return endpoint_lines(self.session.parts)

    def files(self, prefix: str) -> tuple[str, ...]:
        return self.files_of.matching(prefix)

    def why_hidden(self, path: str) -> str:
        return why_hidden(path, self.session.parts.context)

    def bill(self) -> Bill:
        return bill_of(self.session.parts, self.setup)

    def filling(self) -> Filling:
        return filling_of(self.session.parts)

    def stats(self, since: str) -> Stats:
        begin_of(since, datetime.datetime.now().astimezone(), asked="/stats")
        return stats_of(self.setup, self.options.cwd, since)

    def spending(self) -> Spending:
        return spending_of(self.session.parts)

    def judge(self, good: bool) -> None:
        parts = self.session.parts
        if not parts.turns:
            raise UsageError("There is nothing to judge yet.")
        parts.journal.append(Judged(good=good))

    def transcript(self) -> str:
        return export(so_far(self.session.parts.journal.session()), "md")

    def diff(self, turn: int = 0) -> tuple[Diff, ...]:
        return changes.session_diffs(self.session.parts.checkpoint, self.session.parts.context.root, turn)
