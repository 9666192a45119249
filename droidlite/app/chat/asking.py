"""What a terminal asks the model in words of ours: a review, an AGENTS.md, and a question aside."""

from collections.abc import Iterator

from droidlite.agent.prompt import read_prompt
from droidlite.app import changes
from droidlite.app.besides import ask_beside
from droidlite.app.chat.permitting import Permitting
from droidlite.app.reviewed import review_of_diff, review_prompt
from droidlite.cancellation import Cancellation
from droidlite.events import Event
from droidlite.ui.conversation import Answered, Asked

MEMORY = "AGENTS.md"


class Asks(Permitting):
    """The part of Conversation that asks in words of ours."""

    def review(self, words: str) -> Asked:
        root = self.session.parts.context.root
        said = review_prompt(root, words)
        if said is None:
            diff = changes.session_diff(self.session.parts.checkpoint, root)
            said = review_of_diff(diff, words)
        return Asked(said.told, self._looking_only(self.session.run(said.prompt, typed=f"/review {words}".strip())))

    def _looking_only(self, events: Iterator[Event]) -> Iterator[Event]:
        """Whatever would change something is asked about meanwhile."""
        permissions = self.session.parts.agent.toolbox.permissions
        before = permissions.autonomy
        self.set_autonomy("off")
        try:
            yield from events
        finally:
            if permissions.autonomy == "off":  # else the person has changed it meanwhile
                self.set_autonomy(before)

    def init(self) -> Asked:
        there = (self.session.parts.context.root / MEMORY).exists()
        told = f"{'improving' if there else 'writing'} {MEMORY}; sessions read it when they begin"
        prompt = read_prompt("init_improve" if there else "init")
        return Asked(told, self.session.run(prompt, typed="/init"))

    def btw(self, question: str) -> Answered:
        cancellation = Cancellation()
        self.asides.add(cancellation)
        try:
            return ask_beside(self.session.parts, question, cancellation)
        finally:
            self.asides.discard(cancellation)
