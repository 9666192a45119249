"""A session as the terminal sees it: what the UI's Conversation asks for, answered by the rooms that know."""

from collections.abc import Iterator

from droidlite.agent.compaction import LEAST_GAIN, compact, gain
from droidlite.app.chat.asking import Asks
from droidlite.app.chat.choosing import Choosing
from droidlite.app.chat.looking import Looking
from droidlite.app.chat.rewinding import Rewinds
from droidlite.app.chat.sessions import Sessions
from droidlite.app.chat.trusting import Trusts
from droidlite.app.person import Person
from droidlite.app.redacting import without_secrets
from droidlite.app.typed import run_typed
from droidlite.errors import CapReached, Interrupted, UsageError
from droidlite.events import Event
from droidlite.sanitise import fenced
from droidlite.types import Image, User
from droidlite.ui.conversation import Person as AtTheTerminal


class Chat(Looking, Choosing, Asks, Rewinds, Sessions, Trusts):
    """Implements droidlite.ui.conversation.Conversation over one Session at a time."""

    def attend(self, person: AtTheTerminal) -> None:
        def raise_cap(reached: CapReached) -> bool:
            if reached.shared:
                return False
            budget = self.session.parts.agent.driver.budget
            most = self.setup.policy.budget.max_cost_usd
            cap = person.ask_cap(budget.spent_usd, budget.cap_usd or 0.0, reached.needed_usd, most)
            if cap is None:
                return False
            self.cap(cap)
            return True

        self._person = Person(approve=person.ask_approval, answer=person.ask_question, raise_cap=raise_cap)
        self.session.parts.journal.folder  # noqa: B018 - opened now: a wrong model or session is told at once

    def past(self) -> tuple[Event | User, ...]:
        if not self.session.parts.resumed:
            return ()
        return self._retold()

    def send(self, text: str, images: tuple[Image, ...] = ()) -> Iterator[Event]:
        parts = self.session.parts
        self.warm()
        parts.warnings += self.company.news(parts.context.root, parts.session_id)
        return self.session.run(text, images)

    def shell(self, command: str) -> Iterator[Event]:
        """Runs what the person typed behind `!`; the model is told of it with the next prompt."""
        parts = self.session.parts
        parts.checkpoint.settle_rewind()
        self.session.renew()
        finished = yield from run_typed(command, parts.context, parts.journal.append)
        self.session.open_conversation()
        parts.agent.transcript.say(
            User(f"I ran this command myself:\n$ {command}\n{fenced(finished.content)}"), host=True
        )
        yield finished

    def compact(self) -> Iterator[Event]:
        self.session.renew()
        agent = self.session.parts.agent
        if len(agent.transcript.messages) < 3:
            raise UsageError("There is nothing to compact yet.")
        if gain(agent.transcript, agent.driver.route.spec) < LEAST_GAIN:
            raise UsageError("Nothing would be gained yet: a summary would be about as long as what it replaces.")
        return without_secrets(compact(agent.transcript, agent.driver), self.session.parts.context.redaction)

    def interrupt(self) -> None:
        for aside in tuple(self.asides):
            aside.cancel()
        if self._session is not None:
            self._session.stop(Interrupted())
