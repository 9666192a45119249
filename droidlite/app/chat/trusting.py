"""Trust of the repository in a terminal's session: asked about at its start, given, taken back."""

from droidlite.app import trusting as trust
from droidlite.app.chat.opened import Open
from droidlite.app.setup import read_setup
from droidlite.errors import Refused
from droidlite.ui.trusting import Trusting


class Trusts(Open):
    """The part of Conversation about trust. What was looked at when the session began is what it works with; a
    question in its course is about what lies there now."""

    def trusting(self, *, again: bool = False) -> Trusting | None:
        if self._session is not None:
            try:
                self._now = read_setup(self.options.cwd, options=self.options)
            except Refused:
                if again:
                    return None
                raise
        now = self._now or self.setup
        return None if again and now.brought.files == self.setup.brought.files else trust.question(now)

    def trust(self) -> str:
        asked = self._now or self.setup
        told = trust.keep(asked)
        self._withdrawn = False
        self.setup = read_setup(self.options.cwd, options=self.options, discover=None, brought=asked.brought)
        if self._session is None:
            return told
        if self.session.parts.turns or self.session.parts.resumed:
            return f"{told}; it holds from the next session on (/new)"
        self._go_on()
        return told

    def distrust(self) -> str:
        self._withdrawn = True
        return f"{trust.withdraw(self.setup)}; this session goes on as it is"

    def trusted(self) -> str:
        if self._withdrawn:
            return "taken back; this session goes on with it"
        return trust.short(self.setup.settings.trusted)
