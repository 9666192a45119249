"""Watches a conversation for signs that its model is stuck: which calls it made since the last rung of the ladder."""

from collections.abc import Callable, Sequence

from droidlite.agent.budget import Budget
from droidlite.agent.transcript import Transcript
from droidlite.app.steps import Failing, read_steps
from droidlite.routing.signals import Step, found
from droidlite.session.records import Spent
from droidlite.types import Call, Message


class Watch:
    """Looks at a transcript before each call. `unreadable` tells calls that cannot be read."""

    def __init__(
        self, budget: Budget, transcript: Transcript, unreadable: Callable[[Call], bool], failing: Failing
    ) -> None:
        self._budget, self._unreadable, self._failing = budget, unreadable, failing
        self._read, self._since = len(transcript.messages), 0
        self._newest: Message | None = transcript.messages[-1] if transcript.messages else None
        self._steps: list[Step] = []

    @property
    def calls(self) -> Sequence[Spent]:
        """What was paid for about the conversation as it is."""
        return self._budget.calls[self._since :]

    def look(self, transcript: Transcript, spent_usd: float) -> None:
        """Takes in the steps since the last look; after a compaction, a note or a rewind there are none."""
        messages = transcript.messages
        if len(messages) < self._read or (self._read and messages[self._read - 1] is not self._newest):
            # The conversation was replaced: nothing of it is in a cache, nothing of it was a step.
            self._read, self._since = len(messages), len(self._budget.calls)
        fresh = messages[max(self._read - 1, 0) :]
        self._steps += read_steps(fresh, spent_usd=spent_usd, unreadable=self._unreadable, failing=self._failing)
        self._read, self._newest = len(messages), messages[-1] if messages else None

    def forget(self) -> None:
        """The next signs need new steps."""
        self._steps = []

    def signs(self, tail_usd: float | None = None) -> tuple[str, ...]:
        return found(self._steps, tail_usd=tail_usd)
