"""What a name in a policy or a rule means: which models a glob, an id, `tier:T` or `provider:P` takes."""

from collections.abc import Set
from fnmatch import fnmatchcase
from functools import cache
from typing import get_args

from droidlite.settings.catalog import shipped_catalog
from droidlite.types import ModelSpec, Tier

TIERS: tuple[str, ...] = get_args(Tier)
PREFIXES = ("tier", "provider")


def takes(term: str, spec: ModelSpec, *, sent: bool = False) -> bool:
    """Whether a term of a rule means this model. `sent`: by the name that is really sent alone, not by an id the
    person may have chosen freely; what is required is matched so, or any model could take a required one's id."""
    prefix, _, value = term.lower().partition(":")
    if prefix == "tier":
        return tier_of(spec) == value
    if prefix == "provider":
        return fnmatchcase(spec.provider.lower(), value)
    return fits(term, wire_names(spec) if sent else all_names(spec))


def tier_of(spec: ModelSpec) -> str:
    """The tier a rule may rest on: the shipped one where the model is known, whatever settings say; else its own."""
    shipped = _shipped_tiers()
    return next((shipped[name] for name in wire_names(spec) if name in shipped), spec.tier)


def wire_names(spec: ModelSpec) -> set[str]:
    """What an allow list is matched against: what is really sent, not an id the person may have chosen freely."""
    name = (spec.name or spec.id).lower()
    return {name, f"{spec.provider}/{name}".lower()}


def all_names(spec: ModelSpec) -> set[str]:
    names = wire_names(spec) | {spec.id.lower()}
    return names | {name.rpartition("/")[2] for name in names}


def fits(pattern: str, names: Set[str]) -> bool:
    """Whether the glob takes one of `names`, which are in lower case."""
    return any(fnmatchcase(name, pattern.lower()) for name in names)


@cache
def _shipped_tiers() -> dict[str, str]:
    return {name: spec.tier for spec in shipped_catalog().values() for name in wire_names(spec)}
