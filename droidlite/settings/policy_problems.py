"""Finds what can be read in a policy but cannot be meant: rules that contradict, are never reached or match nothing,
names nobody has. Told by `droidlite policy check`; a session needs none of it, it is refused where a rule fails."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

from msgspec import Struct

from droidlite.errors import SettingsError
from droidlite.path_globs import fits_path
from droidlite.settings.policy import Layer, Policy, Rule, RuleCondition, combine, why_not
from droidlite.settings.reading import nearest
from droidlite.settings.terms import PREFIXES, TIERS, takes
from droidlite.types import ModelSpec

Level = Literal["error", "warning"]
Models = Sequence[ModelSpec]


class Problem(Struct, frozen=True, kw_only=True):
    """An error where what is written allows nobody, a warning where it does nothing or not what it seems to.
    `where` is file:line."""

    level: Level
    where: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {f'{self.key}: ' if self.key else ''}{self.problem}"


def unreadable(error: SettingsError) -> Problem:
    """A file that cannot be read at all, as a problem."""
    where = f"{error.file}:{error.line}" if error.line else error.file
    said = str(error).removeprefix(f"{where}: ").removeprefix(f"{error.key}: ")
    return Problem(level="error", where=where, key=error.key, problem=said)


def find_problems(policy: Policy, models: Models, *, paths: Sequence[str] = ()) -> tuple[Problem, ...]:
    """All that is wrong with the policy over these models, layer by layer. `paths` are the files of the repository the
    project's rules are for (empty: not known)."""
    found: list[Problem] = []
    for count, layer in enumerate(policy.layers, 1):
        found += _of_lists(layer, models)
        found += _of_nobody(combine(policy.layers[:count]), models)
        for index in range(len(layer.rules)):
            found += _of_rule(policy, layer, index, models)
            found += _of_reach(layer, index, paths if layer.layer == "project" else ())
    return (*found, *_of_pairs(policy, models))


def _of_lists(layer: Layer, models: Models) -> Iterator[Problem]:
    """What models are allowed and denied by. A glob that denies may be meant for models to come."""
    for what in ("models", "endpoints"):
        if f"{what}.allow" in layer.lines and not getattr(layer, what).allow:
            yield _problem(layer, f"{what}.allow", f"is empty, which allows all {what}; name some or leave it out")
    for name in layer.router.fallback:
        if not _known(name, models):
            yield _problem(layer, "router.fallback", _unknown(name, models))
    for key, terms in (("allow", layer.models.allow), ("deny", layer.models.deny)):
        for term in terms:
            if ":" in term and term.partition(":")[0] in PREFIXES:
                yield _problem(layer, f"models.{key}", f'"{term}" is for rules; here stand globs over model names')
            elif not _known(term, models) and not (key == "deny" and _is_glob(term)):
                yield _problem(layer, f"models.{key}", _unknown(term, models))


def _of_nobody(policy: Policy, models: Models) -> Iterator[Problem]:
    """Whether the last of the layers takes away what those before it left."""
    *before, last = policy.layers
    left = _allowed(combine(before), models)
    if not left or _allowed(policy, models):
        return
    key = next((k for k in ("deny", "allow", "open_weights_only") if f"models.{k}" in last.lines), "")
    others = " that the layers before it allow" if before else ""
    yield _problem(last, f"models.{key}", f"allows no model{others}: {_out(left[0], policy)}", "error")


def _of_rule(policy: Policy, layer: Layer, index: int, models: Models) -> Iterator[Problem]:
    """What a rule asks for, held against the models there are and those the policy allows."""
    rule, at = layer.rules[index], f"rules[{index}]"
    for key in ("require", "forbid", "prefer"):
        for term in getattr(rule, key):
            if not _known(term, models, sent=key == "require") and not (key == "forbid" and _is_glob(term)):
                yield _problem(layer, f"{at}.{key}", _unknown(term, models))
    for term in rule.prefer:
        if term in rule.forbid:
            yield _problem(layer, f"{at}.prefer", f'"{term}" is preferred and forbidden by the same rule')
    key, why = _why_nobody(rule, policy, models)
    if why:
        yield _problem(layer, f"{at}.{key}", f'rule "{rule.name}" allows nobody: {why}', "error")


def _why_nobody(rule: Rule, policy: Policy, models: Models) -> tuple[str, str]:
    """The key and the reason why a rule leaves no model where it matches; twice "" where it leaves some."""
    required, allowed = _left([rule], models, forbidding=False), _allowed(policy, models)
    if not required:
        return "require", "it requires none of the known models"
    within = [spec for spec in required if spec in allowed]
    if allowed and not within:
        return "require", _out(required[0], policy)
    if allowed and not _left([rule], within):
        return "forbid", "it forbids all that is left"
    return "", ""


def _of_reach(layer: Layer, index: int, paths: Sequence[str]) -> Iterator[Problem]:
    """Whether a rule can match and, if it does, whether that changes anything."""
    rule, at = layer.rules[index], f"rules[{index}]"
    for earlier, before in enumerate(layer.rules[:index]):
        if _covers(before, rule):
            where = layer.where(f"rules[{earlier}]")
            yield _problem(
                layer, at, f'rule "{rule.name}" is never reached: "{before.name}" ({where}) always matches first'
            )
            break
    if paths and rule.paths and not any(fits_path(glob, path) for glob in rule.paths for path in paths):
        yield _problem(layer, f"{at}.paths", f'rule "{rule.name}" matches no file of this repository')
    last = index == len(layer.rules) - 1
    if last and not (rule.require or rule.forbid or rule.prefer or rule.guidance):
        yield _problem(layer, at, f'rule "{rule.name}" asks for nothing and no rule follows it; it does nothing')


def _of_pairs(policy: Policy, models: Models) -> Iterator[Problem]:
    """Rules of two layers that may match the same task and together leave nobody, where each alone leaves some."""
    allowed = _allowed(policy, models)
    for (higher, at, first), (lower, index, second) in combinations(policy.rules, 2):
        if higher is lower or _disjoint(first, second) or not _left([first], allowed) or not _left([second], allowed):
            continue
        if not _left([first, second], allowed):
            where = higher.where(f"rules[{at}]")
            yield _problem(
                lower, f"rules[{index}]", f'where rule "{first.name}" ({where}) matches too, no model is left'
            )


def _allowed(policy: Policy, models: Models) -> list[ModelSpec]:
    return [spec for spec in models if not why_not(policy, spec, None)]


def _out(spec: ModelSpec, policy: Policy) -> str:
    """Which model policy forbids, and why, as a clause."""
    why = why_not(policy, spec, None)
    return f"{spec.id} is {why if why.startswith(('denied', 'not ')) else f'out: {why}'}"


def _left(rules: Sequence[Rule], models: Models, *, forbidding: bool = True) -> list[ModelSpec]:
    return [
        spec
        for spec in models
        if all(not rule.require or any(takes(term, spec, sent=True) for term in rule.require) for rule in rules)
        and not (forbidding and any(takes(term, spec) for rule in rules for term in rule.forbid))
    ]


def _covers(first: Rule, later: Rule) -> bool:
    """Whether `first` matches wherever `later` does."""
    lists = ((getattr(first, key), getattr(later, key)) for key in ("paths", "tasks", "languages", "toolchain"))
    return all(not one or (two and set(two) <= set(one)) for one, two in lists) and _covers_when(first.when, later.when)


def _covers_when(first: RuleCondition, later: RuleCondition) -> bool:
    below = first.budget_below_usd
    return (
        first.mode in ("", later.mode)
        and first.worker in (None, later.worker)
        and first.verified in (None, later.verified)
        and (below is None or (later.budget_below_usd is not None and later.budget_below_usd <= below))
    )


def _disjoint(one: Rule, two: Rule) -> bool:
    """Whether surely no task is matched by both."""
    pairs = ((getattr(one.when, key), getattr(two.when, key)) for key in ("mode", "worker", "verified"))
    return bool(one.tasks and two.tasks and set(one.tasks).isdisjoint(two.tasks)) or any(
        a not in (None, "") and b not in (None, "") and a != b for a, b in pairs
    )


def _known(term: str, models: Models, *, sent: bool = False) -> bool:
    return any(takes(term, spec, sent=sent) for spec in models)


def _is_glob(term: str) -> bool:
    return any(sign in term for sign in "*?[")


def _unknown(term: str, models: Models) -> str:
    words = [f"tier:{tier}" for tier in TIERS] + [f"provider:{name}" for name in {spec.provider for spec in models}]
    names = {word.lower(): word for word in (*words, *(spec.id for spec in models))}
    near = names.get(nearest(term.lower(), list(names)), "")
    return f'"{term}" is no known model{f"; nearest: {near}" if near else ""}'


def _problem(layer: Layer, key: str, problem: str, level: Level = "warning") -> Problem:
    key = key.rstrip(".")
    return Problem(level=level, where=layer.where(key), key=key, problem=problem)
