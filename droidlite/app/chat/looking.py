"""What a terminal is told of its session: where it stands, what it cost, what it changed."""

from droidlite.app import changes
from droidlite.app.chat.opened import Open
from droidlite.app.telling import cost_lines, endpoint_lines, spending_of, status_of
from droidlite.errors import UsageError
from droidlite.session.records import Judged
from droidlite.ui.conversation import Spending, Status


class Looking(Open):
    """The part of Conversation that only looks."""

    def status(self) -> Status:
        return status_of(self.session.parts)

    def endpoints(self) -> tuple[str, ...]:
        return endpoint_lines(self.session.parts)

    def files(self, prefix: str) -> tuple[str, ...]:
        return self.files_of.matching(prefix)

    def cost_lines(self) -> tuple[str, ...]:
        return cost_lines(self.session.parts)

    def spending(self) -> Spending:
        return spending_of(self.session.parts)

    def judge(self, good: bool) -> None:
        parts = self.session.parts
        if not parts.turns:
            raise UsageError("There is nothing to judge yet.")
        parts.journal.append(Judged(good=good))

    def diff(self) -> str:
        return changes.session_diff(self.session.parts.checkpoint, self.session.parts.context.root)
