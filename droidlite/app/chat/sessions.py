"""A terminal's sessions: the stored ones, going on with one, writing one out."""

from contextlib import suppress
from itertools import islice

from droidlite.app.chat.opened import Open
from droidlite.app.retelling import retell, session_row
from droidlite.errors import DroidliteError, UsageError
from droidlite.events import Event
from droidlite.sanitise import clean_line
from droidlite.secrecy import private
from droidlite.session.export import export
from droidlite.session.records import Titled
from droidlite.session.searching import Found, search
from droidlite.session.titles import shortened
from droidlite.types import User
from droidlite.ui.conversation import ExportFormat
from droidlite.ui.past import SessionRow

LISTED = 200
"""Sessions /resume shows."""


class Sessions(Open):
    """The part of Conversation that finds and keeps."""

    def _retold(self) -> tuple[Event | User, ...]:
        parts = self.session.parts
        away = self.session.tell_away()
        told = retell(parts.agent.transcript.messages, parts.journal.session().turns, parts.agent.transcript.todos)
        return (*told, away) if away else told

    def sessions(self, words: str = "") -> tuple[SessionRow, ...]:
        root = self.session.parts.context.root
        if not words:
            return tuple(session_row(Found(summary)) for summary in self.store.list(root, limit=LISTED))
        with suppress(UsageError):
            named = self.store.find(words)
            return tuple(session_row(Found(each)) for each in self.store.list() if each.id == named)
        return tuple(session_row(found) for found in islice(search(self.store, words, root), LISTED))

    def rename(self, title: str) -> str:
        title = shortened(self.session.parts.context.redaction.text(clean_line(title, 1_000)))
        if not title:
            raise UsageError("/rename needs a title.")
        self.session.parts.journal.append(Titled(title=title))
        self.session.parts.title = title
        return title

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
            session = parts.context.redaction.value(parts.journal.session())
            with open(path, "w", encoding="utf-8", opener=private) as file:
                file.write(export(session, form))
        except OSError as error:
            raise DroidliteError(f"{path} cannot be written: {error.strerror}.") from error
        return str(path)
