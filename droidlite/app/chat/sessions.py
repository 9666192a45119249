"""A terminal's sessions: the stored ones, going on with one, writing one out."""

from droidlite.app.chat.opened import Open
from droidlite.app.retelling import retell
from droidlite.errors import DroidliteError, UsageError
from droidlite.events import Event
from droidlite.session.export import export
from droidlite.types import User
from droidlite.ui.conversation import ExportFormat, SessionRow

LISTED = 200
"""Sessions /resume shows."""


class Sessions(Open):
    """The part of Conversation that finds and keeps."""

    def _retold(self) -> tuple[Event | User, ...]:
        parts = self.session.parts
        return retell(parts.agent.transcript.messages, parts.journal.session().turns)

    def sessions(self) -> tuple[SessionRow, ...]:
        rows = self.store.list(self.session.parts.context.root, limit=LISTED)
        return tuple(
            SessionRow(id=s.id, title=s.title, updated=s.updated, turns=s.turns, cost_usd=s.cost_usd) for s in rows
        )

    def resume(self, session_id: str) -> tuple[Event | User, ...]:
        if session_id == self.session.parts.session_id:
            return ()
        self._go_on(resume=session_id)
        return self._retold()

    def new(self) -> None:
        self._go_on()

    def fork(self) -> None:
        parts = self.session.parts
        if not parts.journal.stored:
            raise UsageError("This session is not stored, so there is nothing to copy.")
        self._go_on(resume=parts.session_id, fork=True)

    def export(self, form: ExportFormat) -> str:
        parts = self.session.parts
        path = self.options.cwd / f"droidlite-{parts.session_id}.{form}"
        try:
            path.write_text(export(parts.journal.session(), form), encoding="utf-8")
        except OSError as error:
            raise DroidliteError(f"{path} cannot be written: {error.strerror}.") from error
        return str(path)
