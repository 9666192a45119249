"""Signs that a model is stuck, each a small pure function over its steps. Only what can be counted or compared: calls,
exit codes, equality of results, files, tests, dollars. Never the words of an output."""

import hashlib
from collections.abc import Callable, Sequence

from msgspec import Struct

from droidlite.regex import regex
from droidlite.types import Blocked

WINDOW, TIMES = 6, 3
"""A call made so many times among so many of the newest, with the same result, is repeated."""
SAME_ERRORS = 4
"""The same error so often, with an edit before each of the later ones, is one that edits do not touch."""
EDITS = 4
"""Edits after which failing tests that are all still failing count as unchanged."""
QUIET = 6
"""Steps without a change and without a result not seen before."""
TAIL = 0.95
"""Share of a model's solved tasks that cost less than a spend which is a sign."""
_TIMES = regex(r"\d+(?:[:.,]\d+)*")
_ADDRESSES = regex(r"0x[0-9a-fA-F]+")


class Step(Struct, frozen=True, kw_only=True):
    """One call and its result. `arguments` in one spelling; `digest` tells equal results, see `digest_of`; `changed`:
    files it changed; `failing`: names of the tests that failed in it (None: no tests were run, or it cannot be told);
    `spent_usd` on the task until then; `blocked`: what stood in its way outside the model's reach; `invalid`: the call
    could not be read."""

    name: str
    arguments: str
    is_error: bool = False
    exit_code: int | None = None
    digest: str = ""
    changed: tuple[str, ...] = ()
    failing: frozenset[str] | None = None
    spent_usd: float = 0.0
    blocked: Blocked = ""
    invalid: bool = False


def digest_of(text: str) -> str:
    """The same for texts that differ in numbers, times, addresses and spacing only."""
    plain = _TIMES.sub("0", _ADDRESSES.sub("0", text))
    return hashlib.sha256(" ".join(plain.split()).encode("utf-8", "replace")).hexdigest()[:16]


def found(steps: Sequence[Step], *, tail_usd: float | None = None) -> tuple[str, ...]:
    """The signs that hold at the newest step, in words; none where something outside the model's reach stands in the
    way of it. Steps that were blocked count for nothing. `tail_usd`: see TAIL (None = not known)."""
    if not steps or steps[-1].blocked:
        return ()
    own = [step for step in steps if not step.blocked]
    signs = [words for words, holds in SIGNALS.items() if holds(own)]
    if tail_usd is not None and own[-1].spent_usd >= tail_usd:
        signs.append(tail_sign(tail_usd))
    return tuple(signs)


def tail_sign(tail_usd: float) -> str:
    """The sign that the spend on a task is past `tail_usd`, see TAIL."""
    return f"{TAIL:.0%} of the tasks it solves cost less than ${tail_usd:.2f}"


def repeats(steps: Sequence[Step]) -> bool:
    """The newest call, with the same result, for the third time in the last six, and nothing was changed meanwhile: to
    run the tests again after an edit is no repetition."""
    newest, times = _key(steps[-1]), 0
    for step in reversed(steps[-WINDOW:]):
        if step.changed and _key(step) != newest:
            break
        times += _key(step) == newest
    return times >= TIMES


def alternates(steps: Sequence[Step]) -> bool:
    """Two calls by turns, each with the same result as before: A B A B."""
    if len(steps) < 4:
        return False
    a, b, again, once_more = map(_key, steps[-4:])
    return a != b and (a, b) == (again, once_more)


def errs_alike(steps: Sequence[Step]) -> bool:
    """A call whose error stays the same from one edit to the next."""
    newest = steps[-1]
    if not newest.is_error or newest.invalid:
        return False
    times, edited = 1, False
    for step in reversed(steps[:-1]):
        if step.changed:
            edited = True
        elif _call(step) == _call(newest):
            if step.digest != newest.digest or not step.is_error:
                break  # it said something else then: there was progress
            times, edited = times + edited, False
    return times >= SAME_ERRORS


def fails_alike(steps: Sequence[Step]) -> bool:
    """The same tests fail as did some edits ago; where their names are not known, the same call with the same error."""
    newest = steps[-1]
    if not newest.is_error or newest.invalid:
        return False
    edits = 0
    for step in reversed(steps[:-1]):
        edits += bool(step.changed)
        alike = _fails_as(step, newest)
        if alike is False:
            return False
        if alike and edits >= EDITS:
            return True
    return False


def _fails_as(step: Step, newest: Step) -> bool | None:
    """Whether it failed as the newest step does; None where it ran something else."""
    if newest.failing:
        return None if step.failing is None else step.failing == newest.failing
    if _call(step) != _call(newest):
        return None
    return step.is_error and step.digest == newest.digest


def misspells(steps: Sequence[Step]) -> bool:
    """Calls that cannot be read, one after the other or most of the time."""
    newest = steps[-1]
    return newest.invalid and (
        (all(step.invalid for step in steps[-2:]) and len(steps) > 1)
        or sum(step.invalid for step in steps[-WINDOW:]) >= TIMES
    )


def learns_nothing(steps: Sequence[Step]) -> bool:
    """Nothing changed, and all but one of the results at most have been seen before, the newest among them."""
    newest = steps[-QUIET:]
    if len(newest) < QUIET or any(step.changed for step in newest):
        return False
    fresh = {_key(step) for step in newest} - {_key(step) for step in steps[:-QUIET]}
    return len(fresh) <= 1 and _key(newest[-1]) in {_key(step) for step in steps[:-1]}


SIGNALS: dict[str, Callable[[Sequence[Step]], bool]] = {
    "it repeats a call": repeats,
    "it goes back and forth between two calls": alternates,
    "the same error stays after edits": errs_alike,
    "the same tests fail after edits": fails_alike,
    "its calls cannot be read": misspells,
    "nothing changes and nothing new is learned": learns_nothing,
}
FEWEST: dict[Callable[[Sequence[Step]], bool], int] = {
    repeats: TIMES,
    alternates: 4,
    errs_alike: 2 * SAME_ERRORS - 1,
    fails_alike: EDITS + 2,
    misspells: 2,
    learns_nothing: QUIET,
}
"""Steps that a sign takes at the least."""


def fewest_steps(sign: str) -> int:
    """How many steps the sign in these words takes at the least: after a rung it cannot hold anew before."""
    return FEWEST[SIGNALS[sign]]


def _call(step: Step) -> tuple[str, str]:
    return step.name, step.arguments


def _key(step: Step) -> tuple[str, str, str]:
    return step.name, step.arguments, step.digest
