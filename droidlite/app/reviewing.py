"""A model that reads the diff where no check can be run: one call, yes or no, and why. Evidence, never a check."""

import re
from collections.abc import Callable, Generator

from droidlite.agent.attempts import Route
from droidlite.agent.budget import Budget
from droidlite.agent.prompt import read_prompt
from droidlite.agent.transcript import Journaled
from droidlite.app.aside import ask_aside
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError, Interrupted
from droidlite.events import Event, Reviewed, Warned
from droidlite.regex import regex
from droidlite.sanitise import fenced
from droidlite.session.records import Reviewed as ReviewedRecord
from droidlite.types import Request, User

DIFF_CHARACTERS = 60_000
"""A larger diff is not reviewed: half of one tells nothing about the other."""
TASK_CHARACTERS = 8_000
OUTPUT_TOKENS = 400
_VERDICT = regex(r"\W*(yes|no)\b\W*(.*)", re.I | re.S)


class Reviewer:
    """Asks `route`'s model whether `diff()` does what was asked. Its cost is on the `budget`."""

    def __init__(self, route: Callable[[], Route], budget: Budget, diff: Callable[[], str], journal: Journaled) -> None:
        self._route, self._budget, self._diff, self._journal = route, budget, diff, journal
        self.last: Reviewed | None = None

    def review(self, task: str, cancellation: Cancellation) -> Generator[Event, None, None]:
        """Reviews what was changed, if anything was; a reviewer that fails is told and changes nothing. Raises
        Interrupted."""
        self.last, diff = None, self._diff()
        if not diff.strip():
            return
        if len(diff) > DIFF_CHARACTERS:
            yield Warned(f"Not reviewed: the diff has {len(diff):,} characters, more than {DIFF_CHARACTERS:,}.")
            return
        try:
            route = self._route()
            answer = (yield from ask_aside(route, self._budget, _request(task, diff), cancellation)).text
        except Interrupted:
            raise
        except DroidliteError as error:
            yield Warned(f"Not reviewed: {error}")
            return
        approved, reason = verdict_in(answer)
        self.last = Reviewed(model=route.spec.id, approved=approved, reason=reason)
        self._journal.append(ReviewedRecord(model=route.spec.id, approved=approved, reason=reason))
        yield self.last


def _request(task: str, diff: str) -> Request:
    told = f"<task>\n{task[:TASK_CHARACTERS]}\n</task>\n\n<diff>\n{fenced(diff, 'diff')}\n</diff>"
    return Request(system=read_prompt("review"), tools=(), messages=(User(told),), max_output=OUTPUT_TOKENS)


def verdict_in(answer: str) -> tuple[bool | None, str]:
    """(yes or no, why) of an answer that begins with either; None where it does not."""
    found = _VERDICT.match(answer)
    if found is None:
        return None, "It gave no verdict."
    return found[1].lower() == "yes", " ".join(found[2].split())[:500]
