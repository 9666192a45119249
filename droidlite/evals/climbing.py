"""One session of one policy over runs that are known: what the ladder of a real session does at each of their steps.

A model that takes over is counted as if it began anew: the steps and spend of its own run on that task, and the premium
of the switch. A word to the model, more effort and advice cost what they cost and change nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from droidlite.evals.runs import Run, StepRow
from droidlite.routing.course import ASKED, PERSON, Course
from droidlite.routing.escalation import FAILED_CHECK
from droidlite.routing.handoff_cost import Cost
from droidlite.routing.ladder import Consult, NoteAndSwitch, Nudge, RaiseEffort, Rung, Stay, SwitchTo, is_due
from droidlite.routing.signals import TAIL, fewest_steps, tail_sign
from droidlite.routing.warmth import Used
from droidlite.routing.weighing import ADVICE, NEW_TOKENS, OUTPUT_PER_CALL, Case, Scales
from droidlite.types import Effort, ModelSpec, RoutingDecision, Usage

NUDGE_TOKENS = 100
"""Tokens of prompts/nudge.md with two signs in it."""
FIRST_TOKENS = 4_000
"""What the first call of a run reads, where the table does not tell: system prompt, tools, task. Each call more adds
NEW_TOKENS then."""
Hears = Literal["nothing", "check", "spend", "any sign", "first sign", "ladder"]
"""When a policy moves. nothing: never. check: where a check fails; all others hear the check too, where there is one.
spend: where the spend is past the plan's stop, or past TAIL where the plan has none. any sign: one suffices, if the
switch pays. first sign: one suffices, whatever the switch costs. ladder: as a session does."""
Rungs = Literal["nudge", "effort", "consult", "switch", "note"]


class Move(Struct, frozen=True, kw_only=True):
    """A rung: after which step of `model`, what for, and what it cost in USD; `to` took over ("" = nobody)."""

    rung: Rungs
    step: int
    model: str
    to: str = ""
    cause: str
    cost_usd: float = 0.0

    @property
    def is_switch(self) -> bool:
        return self.rung in ("switch", "note")


class Session(Struct, frozen=True, kw_only=True):
    """How it ended: with whose run, in USD."""

    model: str
    solved: bool
    cost_usd: float
    moves: tuple[Move, ...] = ()


class Desk(Struct, frozen=True):
    """What the replay of one kind of task goes by: prices, models by name, the scales and the plan."""

    cost: Cost
    find: Callable[[str], ModelSpec]
    scales: Scales
    decision: RoutingDecision


def replay(desk: Desk, runs: Mapping[str, Run], hears: Hears, *, verified: bool) -> Session:
    """A session that starts as the plan says. `runs` holds a run of every model of the plan and of the outlook;
    `verified`: a check tells at the end of a run whether it failed, after the model's own rounds."""
    return _Replay(desk, runs, hears, verified=verified).play()


class _Replay:
    def __init__(self, desk: Desk, runs: Mapping[str, Run], hears: Hears, *, verified: bool) -> None:
        self._desk, self._runs, self._hears = desk, runs, hears
        self._verified = verified and hears != "nothing"
        self._course = Course()
        estimate = desk.decision.estimate
        self._course.follow(estimate.stages if estimate is not None else (), desk.decision.model)
        self._here = desk.decision.model
        self._effort: Effort = ""
        self._begun = 0.0  # what the session had cost when the model at work began, and what helping it cost since
        self._moves: list[Move] = []

    def play(self) -> Session:
        while self._stage():
            pass
        run = self._runs[self._here]
        return Session(model=self._here, solved=run.solved, cost_usd=self._begun + run.cost, moves=tuple(self._moves))

    def _stage(self) -> bool:
        """The run of the model at work, until another takes over; False where it comes to its end."""
        run, forgotten = self._runs[self._here], 0
        for number, step in enumerate(run.steps[:-1], 1):
            if self._hears in ("nothing", "check"):
                break
            cause, signs = self._heard(step, number - forgotten)
            if not is_due(sure=bool(cause), signs=signs):
                continue
            forgotten = number  # as a session: the next rung needs new signs
            if self._climb(self._rung(cause, signs, number), cause or "; ".join(signs), number):
                return True
        if not self._verified or run.solved:
            return False
        cause = PERSON if self._hears == "first sign" else FAILED_CHECK
        return self._climb(self._rung(cause, (), len(run.steps)), FAILED_CHECK, len(run.steps))

    def _heard(self, step: StepRow, fresh: int) -> tuple[str, tuple[str, ...]]:
        """Why to move for certain ("" = not for certain), and the signs, `fresh` steps after the last rung."""
        spent = self._begun + step.spend
        planned = self._course.planned_cause(spent)
        tail = self._desk.scales.outlook.tail_usd(self._here, TAIL)
        past = tail_sign(tail) if tail is not None and spent - self._course.before >= tail else ""
        if self._hears == "spend":
            stage = self._course.stages[self._course.at : self._course.at + 1]
            return planned or ("" if any(one.stop_usd is not None for one in stage) else past), ()
        signs = tuple(sign for sign in step.signs if fewest_steps(sign) <= fresh)
        if self._hears == "ladder":
            return planned, (*signs, past) if signs and past else signs
        held = bool(planned or signs or past)
        return "" if not held else PERSON if self._hears == "first sign" else planned or ASKED, ()

    def _rung(self, cause: str, signs: tuple[str, ...], number: int) -> Rung:
        scales, to = self._desk.scales, ""
        if cause == PERSON:  # whoever is next, at any price
            to = next(iter(self._course.models(self._here, scales)), "")
            if not to:
                return Stay()
        return self._course.rung(scales, self._case(number), cause=cause, signs=signs, to=to)

    def _climb(self, rung: Rung, cause: str, number: int) -> bool:
        """Whether another model takes over."""
        match rung:
            case Stay():
                self._course.stay(self._begun + self._runs[self._here].steps[number - 1].spend)
            case Nudge():
                self._help("nudge", number, cause, usd=self._price(self._here, Usage(cache_write=NUDGE_TOKENS)))
            case RaiseEffort(effort=effort):
                self._effort = effort
                self._help("effort", number, cause)
            case Consult(model=model):
                usd = self._price(model, ADVICE) + self._price(self._here, Usage(cache_write=ADVICE.output))
                self._help("consult", number, cause, usd=usd)
            case SwitchTo() | NoteAndSwitch():
                self._switch(rung, cause, number)
                return True
        return False

    def _help(self, rung: Rungs, number: int, cause: str, *, usd: float = 0.0) -> None:
        """The model at work goes on."""
        self._course.tried.add(rung)
        self._begun += usd
        self._moves.append(Move(rung=rung, step=number, model=self._here, cause=cause, cost_usd=usd))

    def _switch(self, rung: SwitchTo | NoteAndSwitch, cause: str, number: int) -> None:
        spent, premium = self._begun + self._runs[self._here].steps[number - 1].spend, rung.gate.premium_usd
        self._course.move(self._here, rung.model, premium_usd=premium, spent_usd=spent)
        how: Rungs = "switch" if isinstance(rung, SwitchTo) else "note"
        self._moves.append(Move(rung=how, step=number, model=self._here, to=rung.model, cause=cause, cost_usd=premium))
        self._here, self._begun = rung.model, spent + premium

    def _case(self, number: int) -> Case:
        """After step `number`; what a note would leave is taken to be what the first call read."""
        steps = self._runs[self._here].steps
        calls = calls_of(self._here, steps[:number])
        return Case(
            spec=self._desk.find(self._here),
            context=max(_context(steps, place) for place in (number - 1, min(number, len(steps) - 1))),
            kept=lambda to: _context(steps, 0),
            calls=calls[_compacted(steps[:number]) :],
            now=calls[-1].at,
            spent_usd=self._begun + steps[number - 1].spend,
            effort=self._effort,
        )

    def _price(self, model: str, usage: Usage) -> float:
        return self._desk.cost(self._desk.find(model), usage) or 0.0


def calls_of(model: str, steps: Sequence[StepRow]) -> tuple[Used, ...]:
    """The calls of a run, one each second: each reads from the cache what the one before read."""
    calls, before = [], 0
    for place, step in enumerate(steps):
        context = _context(steps, place)
        warm = before if before <= context else 0
        output = OUTPUT_PER_CALL if step.output is None else step.output
        calls.append(Used(model, float(place), Usage(cache_read=warm, cache_write=context - warm, output=output)))
        before = context
    return tuple(calls)


def _context(steps: Sequence[StepRow], place: int) -> int:
    told = steps[place].tokens
    return FIRST_TOKENS + place * NEW_TOKENS if told is None else told


def _compacted(steps: Sequence[StepRow]) -> int:
    """The place of the first call about the conversation as it is: after the newest fall of its size."""
    sizes = [_context(steps, place) for place in range(len(steps))]
    return max((place for place in range(1, len(sizes)) if sizes[place] < sizes[place - 1]), default=0)
