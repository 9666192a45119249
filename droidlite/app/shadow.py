"""Shadow mode: the person keeps their model, and what auto would have chosen is kept in the journal."""

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from droidlite.agent.transcript import Journaled
from droidlite.app.setup import Setup
from droidlite.session.records import Shadowed
from droidlite.settings.config import Mode
from droidlite.settings.policy import Policy
from droidlite.types import RoutingDecision

if TYPE_CHECKING:
    from concurrent.futures import Future

WAIT_SECONDS = 1.0
"""How long the end of a run waits for a decision that is not there yet; it had the whole run."""


Decide = Callable[[Setup, str, Mode], RoutingDecision | None]
"""(setup, prompt, mode) -> what auto chooses; None where no model may be used. May raise anything."""


class Shadow:
    """Asks beside the first run of a session, in a thread. Nothing that goes wrong there reaches the session."""

    def __init__(self, decide: Callable[[str], RoutingDecision | None]) -> None:
        self._decide = decide
        self._asked: Future[RoutingDecision | None] | None = None
        self._kept = False

    def begin(self, prompt: str) -> None:
        if self._asked is None:
            from concurrent.futures import ThreadPoolExecutor

            self._asked = ThreadPoolExecutor(1, "shadow").submit(self._decide, prompt)

    def end(self, journal: Journaled) -> None:
        """Keeps the answer, or what went wrong. Raises DroidliteError where the journal cannot be written."""
        if self._asked is not None and not self._kept:
            self._kept = True
            journal.append(_answer(self._asked))


def within(policy: Policy, mode: Mode = "balanced") -> Mode:
    """What auto aims at in shadow mode: `mode`, or less where policy allows no more."""
    modes = get_args(Mode)
    return modes[min(modes.index(mode), modes.index(policy.router.max_mode))]  # type: ignore[no-any-return]


def _answer(asked: "Future[RoutingDecision | None]") -> Shadowed:
    try:
        error = asked.exception(WAIT_SECONDS)
    except TimeoutError:
        return Shadowed(problem=f"It was not decided within {WAIT_SECONDS:g} s after the run.")
    if error is not None:
        return Shadowed(problem=f"{type(error).__name__}: {error}")
    decision = asked.result()
    return Shadowed(decision=decision, problem="" if decision else "No model may be used.")
