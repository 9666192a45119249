"""The loop: ask the model, run what it asks for, until it is done or a cap is reached."""

from collections.abc import Callable, Generator

from msgspec import Struct

from droidlite.agent.budget import CLOSING_OUTPUT
from droidlite.agent.compaction import FITS_NOT, make_room
from droidlite.agent.driver import Driver
from droidlite.agent.prompt import read_prompt
from droidlite.agent.toolbox import Toolbox
from droidlite.agent.transcript import Transcript
from droidlite.errors import CapReached, ProviderError
from droidlite.events import Event, TurnStarted
from droidlite.types import Assistant, User

CUTS_IN_A_ROW = 3
"""Replies cut at their length limit before the last is taken as it is."""


class Agent(Struct, kw_only=True):
    """One session's agent. `raise_cap` may lift the dollar cap when it is reached (False ends the run). `turn` counts
    the calls of the model since the person's prompt, up to `max_turns`."""

    transcript: Transcript
    driver: Driver
    toolbox: Toolbox
    max_turns: int | None = None
    raise_cap: Callable[[CapReached], bool] = lambda reached: False
    turn: int = 0

    def run(self, user: User, *, host: bool = False, typed: str = "") -> Generator[Event, None, str]:
        """Answers `user` (`host`: droidlite itself speaks, about the same prompt; `typed`: as in Transcript.say) and
        returns the final text. Every call of the model gets exactly one result, and the messages of one request are a
        prefix of the next one's, except after a recorded compaction or switch.

        Raises CapReached (its text is the closing summary where one could be afforded), ProviderError, Interrupted."""
        self.transcript.say(user, host=host, typed=typed)
        self.turn, cuts = self.turn if host else 0, 0
        while True:
            self.turn += 1
            if self.max_turns is not None and self.turn > self.max_turns:
                yield from self._close(CapReached(f"Stopped after turn {self.max_turns}.", subtype="error_max_turns"))
            reply = yield from self._reply(self.turn)
            cuts = cuts + 1 if reply.stop == "length" else 0
            if reply.calls:
                yield from self.toolbox.run(reply.calls, self.transcript)
            elif not 0 < cuts < CUTS_IN_A_ROW:
                return reply.text
            else:
                self.transcript.say(User(read_prompt("cut")), host=True)

    def _reply(self, turn: int) -> Generator[Event, None, Assistant]:
        failed = FITS_NOT
        while True:
            try:
                yield from make_room(self.transcript, self.driver, failed)
                yield TurnStarted(turn)
                reply, _ = yield from self.driver.complete(self.transcript)
            except CapReached as reached:
                if not self.raise_cap(reached):
                    yield from self._close(reached)
            except ProviderError as error:
                if error.fault != "context" or failed < FITS_NOT:
                    raise
                failed = self.transcript.size
            else:
                return reply

    def _close(self, reached: CapReached) -> Generator[Event, None, None]:
        """Spends what was kept back on a closing summary, where there is something to sum up; always raises."""
        if not any(isinstance(message, Assistant) for message in self.transcript.messages):
            raise reached
        self.transcript.say(User(read_prompt("closing")), host=True)
        try:
            closing = self.driver.complete(self.transcript, final=True, closing=True, max_output=CLOSING_OUTPUT)
            reply, _ = yield from closing
        except (CapReached, ProviderError):
            raise reached from None
        raise CapReached(reply.text or str(reached), subtype=reached.subtype, why=str(reached)) from reached
