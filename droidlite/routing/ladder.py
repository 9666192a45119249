"""The next rung for a model that does not get on: a word, more effort, advice, a stronger model. Pure, one-way."""

from collections.abc import Sequence

from msgspec import Struct, structs

from droidlite.routing.economics import Gate
from droidlite.types import Effort, Switch

TOGETHER = 2
"""So many signs must hold at once: none of them is sure by itself."""


class Stay(Struct, frozen=True):
    """Goes on as it is; `why` in a sentence where something was considered."""

    why: str = ""


class Nudge(Struct, frozen=True):
    """The host tells the model what it sees."""


class RaiseEffort(Struct, frozen=True):
    effort: Effort


class Consult(Struct, frozen=True):
    """One call of `model`; its advice is told to the one at work."""

    model: str


class NoteAndSwitch(Struct, frozen=True):
    """The model at work leaves a note in place of the conversation; `model` goes on from it."""

    model: str
    gate: Gate


class SwitchTo(Struct, frozen=True):
    model: str
    gate: Gate


Rung = Stay | Nudge | RaiseEffort | Consult | NoteAndSwitch | SwitchTo


class Option(Struct, frozen=True, kw_only=True):
    """A model that could take over. `direct`: the gate with the conversation as it is, None where it does not fit that
    model's context; `noted`: with a note in its place, None where that is no use. `why_not`: it is
    not within the cap on switches or what may be spent."""

    model: str
    direct: Gate | None = None
    noted: Gate | None = None
    why_not: str = ""


class State(Struct, frozen=True, kw_only=True):
    """Where a task stands. `sure`: a failed check, the plan's own limit, or a request suffices alone; `forced`: a
    person asked, so that no price stands in the way. `signs`: those that hold at the newest step. `tried`: the rungs
    climbed in this task. `effort`: what it could be raised to at no loss ("" = it cannot). `adviser`: whom to consult
    ("" = nobody worth it). `options`: the models that could take over, the plan's own order first."""

    sure: bool = False
    forced: bool = False
    signs: tuple[str, ...] = ()
    tried: frozenset[str] = frozenset()
    effort: Effort = ""
    adviser: str = ""
    options: tuple[Option, ...] = ()


def is_due(*, sure: bool, signs: tuple[str, ...]) -> bool:
    """Whether anything is to be done at all."""
    return sure or len(signs) >= TOGETHER


def next_rung(state: State) -> Rung:
    """What to do now. Signs are answered by the gentlest rung not tried yet; what is sure goes to the switch at once,
    and only a request that the gate turns down is answered with advice."""
    if not is_due(sure=state.sure or state.forced, signs=state.signs):
        return Stay()
    if not (state.sure or state.forced):
        if "nudge" not in state.tried:
            return Nudge()
        if state.effort and "effort" not in state.tried:
            return RaiseEffort(state.effort)
        if state.adviser and "consult" not in state.tried:
            return Consult(state.adviser)
    return _best(state)


def _best(state: State) -> Rung:
    """The switch that saves most, or why there is none."""
    ways: list[NoteAndSwitch | SwitchTo] = []
    for option in state.options:
        if not option.why_not:
            ways += [SwitchTo(option.model, option.direct)] if option.direct else []
            ways += [NoteAndSwitch(option.model, option.noted)] if option.noted else []
    if not state.forced:
        ways = [way for way in ways if way.gate.opens]
    if ways:
        return max(ways, key=lambda way: way.gate.benefit_usd)
    return Stay(_why_not(state.options))


def _why_not(options: tuple[Option, ...]) -> str:
    if not options:
        return "there is no stronger model that may be used"
    if told := next((option.why_not for option in options if option.why_not), ""):
        return told
    gates = [(gate, o.model) for o in options for gate in (o.direct, o.noted) if gate]
    if not gates:
        return f"the conversation does not fit {options[0].model}"
    gate, model = max(gates, key=lambda pair: pair[0].benefit_usd)
    lost = (gate.success_to - gate.success_from) * gate.worth_usd
    return (
        f"{model} would cost ${lost - gate.benefit_usd:.2f} more and lift success {gate.success_from:.2f} -> "
        f"{gate.success_to:.2f}, worth ${lost:.2f}"
    )


def higher_effort(efforts: Sequence[Effort], now: Effort) -> Effort:
    """The next of a model's efforts, from low to high; from the service's default ("") the highest. "" = none."""
    if now in efforts:
        return next(iter(efforts[efforts.index(now) + 1 :]), "")
    return efforts[-1] if efforts else ""


def told(model: str, gate: Gate) -> str:
    """The line a person reads before a switch."""
    cold = gate.context - gate.warm_to
    size = f"{cold / 1000:.0f}k" if cold >= 1_000 else f"{cold}"
    return (
        f"switching to {model} costs {_usd(gate.premium_usd)} ({size} tokens cold), success {gate.success_from:.2f} -> "
        f"{gate.success_to:.2f}, worth {_usd(gate.benefit_usd + gate.premium_usd)}"
    )


def switch_of(rung: NoteAndSwitch | SwitchTo, *, here: str, cause: str) -> Switch:
    """The change of model as it is told and kept, with all that its gate was made of."""
    return Switch(
        from_model=here,
        to=rung.model,
        cause=cause,
        price_usd=rung.gate.premium_usd,
        reasons=(told(rung.model, rung.gate),),
        gate=structs.asdict(rung.gate),
    )


def _usd(amount: float) -> str:
    """Two digits after the point, four where two would say nothing."""
    text = f"${abs(amount):.2f}" if abs(amount) >= 0.005 or amount == 0 else f"${abs(amount):.4f}"
    return f"-{text}" if amount < 0 else text
