"""The ways in which a change is asked for: a small model that fails in one form or mood often succeeds in another."""

from typing import Literal

import msgspec
from msgspec import Struct

from droidlite.providers.local.failures import is_better
from droidlite.providers.local.history import History, Run
from droidlite.providers.local.views import View

Shape = Literal["whole", "parts", "lines", "line", "hole"]
"""What the answer is: the file, only the definitions that change, a run of lines (one line) and what takes its place,
or what belongs in the place of a line that is not shown, as a small model repeats what it sees. One line costs 40
tokens, so it is asked for often and freely."""


class Form(Struct, frozen=True):
    """One way to ask. `temperature` is how free the choice of words is; `told`: with what the failed check said;
    `again`: as an answer to the failure of the last change, else as if asked for the first time; `anew`: of the file
    as it was at first, else of the best change so far; `reasoned`: with a sentence on what must change before it;
    `blank`: without showing the code of the functions in question, which a small model keeps too close to; `forced`:
    of one certain line, every time another, as a small model does not find the faulty one; `hinted`: with notes on
    what the code uses (see pitfalls), and of one failing test only (see focus), as is a line left out."""

    shape: Shape
    temperature: float
    told: bool = True
    again: bool = False
    anew: bool = False
    reasoned: bool = False
    blank: bool = False
    forced: bool = False
    hinted: bool = False


FORMS = (
    Form("parts", 0.0, reasoned=True),
    Form("line", 0.3),
    Form("line", 0.3, forced=True, hinted=True),
    Form("parts", 0.2, told=False, anew=True, blank=True),
    Form("parts", 0.3, anew=True, reasoned=True, hinted=True),
    Form("line", 0.7, forced=True),
    Form("line", 0.7, forced=True, hinted=True),
    Form("hole", 0.2, forced=True),
    Form("hole", 0.2, forced=True),
    Form("hole", 0.2, forced=True),
    Form("parts", 0.6, told=False, anew=True, blank=True, reasoned=True, hinted=True),
    Form("line", 0.9, anew=True, forced=True),
    Form("line", 0.9, anew=True, forced=True, hinted=True),
    Form("parts", 0.7, anew=True, blank=True, reasoned=True, hinted=True),
    Form("lines", 0.6),
    Form("line", 0.8, told=False, anew=True, forced=True),
    Form("line", 0.8, told=False, anew=True, forced=True, hinted=True),
    Form("parts", 0.9, told=False, anew=True, blank=True),
    Form("hole", 0.7, forced=True),
    Form("hole", 0.7, forced=True),
    Form("hole", 0.7, forced=True),
    Form("parts", 0.6, again=True, reasoned=True),
    Form("line", 1.0, forced=True),
    Form("line", 1.0, forced=True, hinted=True),
    Form("parts", 0.8, told=False, anew=True, hinted=True),
    Form("whole", 0.8, anew=True, reasoned=True),
    Form("lines", 0.8, hinted=True),
    Form("hole", 1.0, anew=True, forced=True),
    Form("hole", 1.0, anew=True, forced=True),
    Form("hole", 1.0, anew=True, forced=True),
    Form("parts", 1.0, told=False, anew=True, blank=True, reasoned=True),
    Form("line", 1.0, told=False, anew=True, forced=True),
    Form("line", 1.0, told=False, anew=True, forced=True, hinted=True),
)
"""Taken in turn, from the start again after the last, but then never at temperature 0."""


def form_at(place: int) -> Form:
    form = FORMS[place % len(FORMS)]
    return form if place < len(FORMS) else msgspec.structs.replace(form, temperature=0.9, again=False)


def turn_of(place: int) -> int:
    """How many forms of this kind came before: every one is about the next line and has the next notes."""
    form = form_at(place)
    kind = (form.shape, form.forced, form.hinted)
    return sum((one.shape, one.forced, one.hinted) == kind for one in map(form_at, range(place)))


class Aim(Struct, frozen=True):
    """What a question is about in particular: one line of the file (-1: none), and whose turn it is."""

    line: int = -1
    turn: int = 0


class Trial(Struct, frozen=True):
    """What a file was like and what the check then said (None: it was not run)."""

    view: View
    run: Run | None


def first_trial(history: History, path: str, check: str) -> Trial:
    """The file as it was before any change."""
    run = next((run for run in history.runs if run.command == check and run.changes == 0), None)
    return Trial(history.before.get(path, View(path)), run)


def later_trials(history: History, path: str, check: str) -> list[Trial]:
    runs = {run.changes: run for run in history.runs if run.command == check}
    changes = enumerate(zip(history.changes, history.tried, strict=True), 1)
    return [Trial(view, runs.get(count)) for count, (changed, view) in changes if changed == path]


def best_trial(history: History, path: str, check: str) -> Trial:
    """The change after which least failed; the file as it was where none left less failing."""
    best = first_trial(history, path, check)
    for trial in later_trials(history, path, check):
        if trial.run is not None and is_better(trial.run, best.run):
            best = trial
    return best
