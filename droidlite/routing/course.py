"""One task on the ladder: its plan, the rungs it has climbed, the models it has left and what switches have cost. Pure:
a session and `router eval --escalation` go by the same."""

from msgspec import structs

from droidlite.routing.escalation import FAILED_CHECK, cause_to_move
from droidlite.routing.ladder import Rung, State, Stay, higher_effort, next_rung
from droidlite.routing.weighing import Case, Scales
from droidlite.types import Effort, Stage

ASKED = "the model asks for a stronger one"
PERSON = "the person asks for a stronger one"


class Course:
    """Amounts are what a session has spent so far, in USD: of the stage at hand counts what came after `before`."""

    def __init__(self) -> None:
        self.stages: tuple[Stage, ...] = ()
        self.at = 0
        self.begin(0.0)

    def follow(self, stages: tuple[Stage, ...], model: str) -> None:
        """Takes up a plan, at the stage of `model`."""
        at = [number for number, stage in enumerate(stages) if stage.model == model]
        self.stages, self.at = stages, at[0] if at else 0

    def begin(self, spent_usd: float) -> None:
        """Another task: what a stage may spend, and the ladder, are meant for one."""
        self.start = self.before = spent_usd
        self.paid = 0.0
        self.tried: set[str] = set()
        self.left: set[str] = set()

    def planned_cause(self, spent_usd: float) -> str:
        """Why the stage at hand has spent what it may; "" where it has not."""
        return cause_to_move(self.stages, self.at, spent_usd - self.before, check_failed=False)

    def models(self, here: str, scales: Scales) -> tuple[str, ...]:
        """Who could take over: the rest of the plan, where there is none those more is expected of; nobody twice."""
        rest = tuple(stage.model for stage in self.stages[self.at + 1 :])
        models = rest or scales.outlook.stronger(here)
        return tuple(model for model in models if model not in self.left)

    def rung(self, scales: Scales, now: Case, *, cause: str = "", signs: tuple[str, ...] = (), to: str = "") -> Rung:
        """What to do for `cause` ("" = for the signs alone); `to` names the only model that may take over ("" =
        whoever is best)."""
        if to == now.spec.id:
            return Stay(f"{to} is at work already")
        case, models = self._case(now, cause), (to,) if to else self.models(now.spec.id, scales)
        weak = not cause
        return next_rung(
            State(
                sure=not weak,
                forced=case.forced,
                signs=signs,
                tried=frozenset(self.tried),
                effort=_effort(scales, case) if weak else "",
                adviser=scales.adviser(case, models) if weak and "consult" not in self.tried else "",
                options=tuple(scales.option(case, name) for name in models)
                if not weak or "nudge" in self.tried
                else (),
            )
        )

    def adviser(self, scales: Scales, now: Case, cause: str) -> str:
        """Whom to consult where no model may take over; "" where nobody is worth it, or somebody was already."""
        if "consult" in self.tried:
            return ""
        return scales.adviser(self._case(now, cause), self.models(now.spec.id, scales))

    def stay(self, spent_usd: float) -> None:
        """Nobody takes over: a model that has spent what its stage may goes on to the end."""
        if self.planned_cause(spent_usd):
            self.stages = self.stages[: self.at + 1]

    def move(self, here: str, to: str, *, premium_usd: float, spent_usd: float) -> None:
        """`to` takes over from `here`; where the plan does not have it, the plan is over."""
        self.left.add(here)
        self.paid += premium_usd
        self.before = spent_usd
        at = [number for number, stage in enumerate(self.stages) if stage.model == to]
        self.stages, self.at = (self.stages, at[0]) if at else ((), 0)

    def _case(self, now: Case, cause: str) -> Case:
        rest = self.stages[self.at + 1 :]
        return structs.replace(
            now,
            spent_usd=now.spent_usd - self.start,
            stage_usd=now.spent_usd - self.before,
            paid_usd=self.paid,
            ended=cause == FAILED_CHECK,
            planned=bool(rest) and cause not in (ASKED, PERSON, ""),
            stuck=cause in (ASKED, ""),
            forced=cause == PERSON,
        )


def _effort(scales: Scales, case: Case) -> Effort:
    """Both Anthropic and OpenAI drop what they hold of the messages when effort or thinking changes (their prompt
    caching guides, 2026-11): so only where the cache is cold, or costs nothing."""
    return higher_effort(case.spec.efforts, case.effort) if scales.is_cold(case) else ""
