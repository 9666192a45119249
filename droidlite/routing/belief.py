"""What to expect of one model at one kind of task: from its own runs, else its family's, else its tier's."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from msgspec import Struct

from droidlite.regex import regex
from droidlite.routing.evidence import STEPS, Evidence, Kind, Record
from droidlite.types import Tier

HALF_LIFE_DAYS = 365.0
"""After so long a run counts half: prices, tools and models' services change. Chosen, not fitted."""
OTHER_KINDS_RUNS = 60.0
"""Runs at other kinds of task count as at most so many at this one: models keep their order across kinds, not their
level (23 models at fix and tests in the OpenHands index: rank correlation 0.75, mean difference 10 points)."""
FAMILY_RUNS = 12.0
"""Runs of an earlier version of a model count as at most so many of its own."""
TIER_RUNS = 4.0
"""What is known of a tier counts as so many runs. Chosen, not fitted; so are the two around it."""
OWN_RUNS = 10.0
"""After so many runs of the person's own, public ones make half as sure."""
PLACE_RUNS = 18.0
"""What is known elsewhere says as much of one repository as so many runs in it, at most: how success differs between
repositories beyond chance, over 54 pairs of model and benchmark in the OpenHands index (scripts/places; 95 % interval
15 to 27). Private repositories may differ more than those do."""
TIER_SUCCESS: dict[Tier, float] = {"frontier": 0.80, "mid": 0.71, "small": 0.63, "local": 0.15}
"""Means over 52 model-and-kind pairs of the OpenHands index (2026-06-30) by tier; local: what a model of the embedded
one's size can be expected to do with such tasks."""
TIER_COST: dict[Tier, float] = {"frontier": 0.96, "mid": 0.64, "small": 0.72, "local": 0.0}
"""USD a task, likewise, where not even the price is known."""
TASK_TOKENS = 0.30
"""Cost of a task over the blended list price, in million tokens: median over the 49 pairs of them with a known price
(half lie between 0.17 and 0.61)."""
_VERSION = regex(r"\d+(?:\.\d+)*")


class Option(Struct, frozen=True, kw_only=True):
    """A model that may be chosen. `price`: USD per million tokens, input and output, now; None = not known."""

    model: str
    tier: Tier = "mid"
    price: tuple[float, float] | None = None
    names: tuple[str, ...] = ()


class Belief(Struct, frozen=True, kw_only=True):
    """Chance of success and cost in USD of one run. `runs` is how many runs the chance is as good as; `solved_cost` and
    `failed_cost` are quantiles (STEPS values, () = not known); `key` is its name in the evidence ("" = none of its
    own); `strength` orders models by what they might be, new versions at least as good as the old."""

    option: Option
    success: float
    runs: float
    cost: float
    solved_cost: tuple[float, ...] = ()
    failed_cost: tuple[float, ...] = ()
    key: str = ""
    strength: tuple[float, tuple[float, ...], float] = (0.0, (), 0.0)
    basis: str = ""


def believe(option: Option, kind: str, public: Evidence, own: Evidence | None = None, *, today: date) -> Belief:
    """What `public` and the person's `own` evidence say of `option` at `kind`. Never raises: little evidence gives a
    wide belief around the family's or the tier's mean."""
    weight = age_weight(public.date, today)
    key, record, cap, basis = _find(option, kind, public)
    mean, runs = TIER_SUCCESS[option.tier], TIER_RUNS
    if record is not None:
        share = min(record.runs * weight, cap)
        runs, mean = runs + share, (mean * runs + share * record.solved / record.runs) / (runs + share)
    cost, scale = _cost(option, record)
    mine = _own(option, kind, own)
    if mine is not None and mine.runs > 0:
        elsewhere = 1 / (1 / runs + 1 / PLACE_RUNS)
        mean = (mean * elsewhere + mine.solved) / (elsewhere + mine.runs)
        cost = (cost * elsewhere + mine.cost * mine.runs) / (elsewhere + mine.runs)
        runs = runs / (1 + mine.runs / OWN_RUNS) + mine.runs
        basis = ", ".join(part for part in (basis, f"{mine.runs:.1f} of your own") if part)
    family = record.solved / record.runs if record is not None else TIER_SUCCESS[option.tier]
    return Belief(
        option=option,
        success=mean,
        runs=runs,
        cost=cost,
        solved_cost=_scaled(record.solved_cost, scale) if record is not None else (),
        failed_cost=_scaled(record.failed_cost, scale) if record is not None else (),
        key=key if cap > FAMILY_RUNS else "",
        strength=(max(family, mean), version_of(option.model), sum(option.price or (0.0, 0.0))),
        basis=basis or f"no runs known: what models of tier {option.tier} do",
    )


def age_weight(since: str, today: date) -> float:
    """How much a run of that ISO date counts today: 1 when new, halved every HALF_LIFE_DAYS. "" counts as new."""
    if not since:
        return 1.0
    days = (today - date.fromisoformat(since)).days
    return float(0.5 ** (max(days, 0) / HALF_LIFE_DAYS))


def name_of(model: str) -> str:
    """A model's name as evidence knows it, without provider, date and punctuation: z-ai/GLM-5.1 -> glm-5-1."""
    bare = re.sub(r"-20\d{6}$|-latest$|-preview$", "", model.lower().rpartition("/")[2])
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


@cache
def family_of(name: str) -> str:
    """The name without its version: claude-opus-4-8 -> claude-opus, gpt-5-5 -> gpt, minimax-m3 -> minimax-m."""
    kept = [re.sub(r"\d+$", "", part) for part in name.split("-") if not re.fullmatch(r"v?\d+[a-z]?", part)]
    return "-".join(part for part in kept if part)


@cache
def version_of(name: str) -> tuple[float, ...]:
    """What orders versions of one family."""
    return tuple(float(part) for found in _VERSION.findall(name_of(name)) for part in found.split("."))


def _find(option: Option, kind: str, evidence: Evidence) -> tuple[str, Record | None, float, str]:
    """(name in the evidence, its runs, as how many they may count at most, in words)."""
    names = {name_of(name) for name in (option.model, *option.names)}
    here = evidence.kinds.get(kind)
    if here is not None and (found := _among(here, names)):
        record = here.models[found]
        return found, record, record.runs, f"{record.runs:g} runs of this kind"
    others = [(name, other) for name, other in sorted(evidence.kinds.items()) if name != kind]
    for name, other in others:
        if found := _among(other, names):
            record = other.models[found]
            return found, record, OTHER_KINDS_RUNS, f"{record.runs:g} runs of kind {name}"
    family, ours = family_of(name_of(option.model)), version_of(option.model)
    if option.tier == "local":  # a family's small models say nothing of its large ones, nor the other way round
        return "", None, 0.0, ""
    for _, other in [(kind, here), *others] if here is not None else others:
        kin = [m for m, record in other.models.items() if record.runs > 0 and family_of(name_of(m)) == family]
        if kin:
            nearest = max(kin, key=lambda model: (version_of(model) <= ours, version_of(model), model))
            return nearest, other.models[nearest], FAMILY_RUNS, f"no runs of its own; {nearest} is of its family"
    return "", None, 0.0, ""


def _among(kind: Kind, names: set[str]) -> str:
    return next((model for model, record in kind.models.items() if record.runs > 0 and name_of(model) in names), "")


def _own(option: Option, kind: str, own: Evidence | None) -> Record | None:
    if own is None or kind not in own.kinds:
        return None
    found = _among(own.kinds[kind], {name_of(name) for name in (option.model, *option.names)})
    return own.kinds[kind].models[found] if found else None


def _cost(option: Option, record: Record | None) -> tuple[float, float]:
    """USD of a run at today's price, and the factor from the recorded costs to today's."""
    now = None if option.price is None else _blend(option.price)
    if now == 0:
        return 0.0, 0.0
    if record is None:
        return (TIER_COST[option.tier] if now is None else now * TASK_TOKENS), 1.0
    then = _blend(record.price)
    scale = now / then if now is not None and then > 0 else 1.0
    return record.cost * scale, scale


def _blend(price: tuple[float, float]) -> float:
    """USD per million tokens of a coding session's mix: ten of input to one of output."""
    return (10 * price[0] + price[1]) / 11


def _scaled(quantiles: Sequence[float], factor: float) -> tuple[float, ...]:
    """No spend tells anything where nothing costs anything."""
    return tuple(value * factor for value in quantiles) if len(quantiles) == STEPS and factor else ()
