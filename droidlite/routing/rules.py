"""What the rules of a policy make of a task: which models are left, which come first, and which rule said so."""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from droidlite.errors import Refused
from droidlite.path_globs import fits_path
from droidlite.routing.features import Features
from droidlite.settings.policy import LayerName, Policy, Rule, RuleCondition
from droidlite.settings.terms import takes
from droidlite.types import Candidate, ModelSpec

_SHOWN = 4
"""Models named in a refusal."""


class MatchedRule(Struct, frozen=True, kw_only=True):
    """A rule in force for a task; `where` is file:line, `guidance` is for the judge."""

    name: str
    layer: LayerName
    where: str
    guidance: str = ""


class Ruled(Struct, frozen=True, kw_only=True):
    """`allowed`: the usable candidates the rules leave, in the order given. rejected: model id to reason, of those the
    rules took away. preferred: the ids of all that are allowed, in groups, best first; () where no rule prefers.
    reasons: one sentence per matched rule, saying what it asks."""

    allowed: tuple[Candidate, ...] = ()
    rejected: dict[str, str] = {}
    preferred: tuple[tuple[str, ...], ...] = ()
    matched: tuple[MatchedRule, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The rules that matched, with file and line, as a decision records them; "" where none did."""
        return "; ".join(f"{rule.name} ({rule.where})" for rule in self.matched)


def apply_rules(policy: Policy, features: Features, candidates: Sequence[Candidate]) -> Ruled:
    """In each layer the first rule that matches holds, in the order org, project, user: require and forbid take models
    away, prefer orders what is left, a later layer's only within an earlier one's groups. Candidates that cannot be
    used (`why_not`) are left out without a word; where there was none to begin with, `allowed` is empty.

    Raises Refused where the rules leave nobody."""
    hits = _matching(policy, features)
    usable = [candidate for candidate in candidates if not candidate.why_not]
    rejected = {
        candidate.spec.id: reason
        for candidate in usable
        if (reason := next(filter(None, (_against(rule, hit, candidate.spec) for rule, hit in hits)), ""))
    }
    allowed = tuple(candidate for candidate in usable if candidate.spec.id not in rejected)
    if usable and not allowed:
        raise Refused(_nobody(hits, usable))
    return Ruled(
        allowed=allowed,
        rejected=rejected,
        preferred=_ordered(allowed, [rule.prefer for rule, _ in hits if rule.prefer]),
        matched=tuple(hit for _, hit in hits),
        reasons=tuple(f"{_title(hit)[0].upper()}{_title(hit)[1:]} {_asks(rule)}." for rule, hit in hits),
    )


def matched_rules(policy: Policy, features: Features) -> tuple[MatchedRule, ...]:
    """The rules in force for this task, one of each layer at most, in the order they apply."""
    return tuple(hit for _, hit in _matching(policy, features))


def _matching(policy: Policy, features: Features) -> list[tuple[Rule, MatchedRule]]:
    first: dict[LayerName, tuple[Rule, MatchedRule]] = {}
    for layer, index, rule in policy.rules:
        if layer.layer not in first and _matches(rule, features):
            where = layer.where(f"rules[{index}]")
            hit = MatchedRule(name=rule.name, layer=layer.layer, where=where, guidance=rule.guidance)
            first[layer.layer] = (rule, hit)
    return list(first.values())


def _matches(rule: Rule, features: Features) -> bool:
    return (
        (not rule.paths or any(fits_path(glob, path) for glob in rule.paths for path in features.paths))
        and (not rule.tasks or features.kind in rule.tasks)
        and _share(rule.languages, features.languages)
        and _share(rule.toolchain, features.toolchain)
        and _holds(rule.when, features)
    )


def _share(asked: Sequence[str], given: Sequence[str]) -> bool:
    return not asked or not {word.lower() for word in asked}.isdisjoint(word.lower() for word in given)


def _holds(when: RuleCondition, features: Features) -> bool:
    below, budget = when.budget_below_usd, features.budget_usd
    return (
        when.mode in ("", features.mode)
        and when.worker in (None, features.worker)
        and when.verified in (None, features.verified)
        and (below is None or (budget is not None and budget < below))
    )


def _against(rule: Rule, hit: MatchedRule, spec: ModelSpec) -> str:
    """Why the rule takes this model away; "" where it does not."""
    if term := next((term for term in rule.forbid if takes(term, spec)), ""):
        return f'{_title(hit)} forbids it ("{term}")'
    if rule.require and not any(takes(term, spec, sent=True) for term in rule.require):
        return f"{_title(hit)} requires {' or '.join(rule.require)}"
    return ""


def _ordered(allowed: Sequence[Candidate], wishes: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    if not wishes:
        return ()

    def rank(spec: ModelSpec) -> tuple[int, ...]:
        return tuple(next((at for at, term in enumerate(wish) if takes(term, spec)), len(wish)) for wish in wishes)

    specs = {candidate.spec.id: candidate.spec for candidate in allowed}
    groups = groupby(sorted(specs.values(), key=rank), rank)
    return tuple(tuple(spec.id for spec in group) for _, group in groups)


def _title(hit: MatchedRule) -> str:
    return f'rule "{hit.name}" ({hit.where})'


def _asks(rule: Rule) -> str:
    given = (("requires", rule.require), ("forbids", rule.forbid), ("prefers", rule.prefer))
    return "; ".join(f"{verb} {', '.join(terms)}" for verb, terms in given if terms) or "asks for no model"


def _nobody(hits: Sequence[tuple[Rule, MatchedRule]], usable: Sequence[Candidate]) -> str:
    blamed = [
        f"{_title(hit)} {_asks(Rule(name=rule.name, require=rule.require, forbid=rule.forbid))}"
        for rule, hit in hits
        if any(_against(rule, hit, candidate.spec) for candidate in usable)
    ]
    ids = list(dict.fromkeys(candidate.spec.id for candidate in usable))
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return (
        f"The rules leave no model for this task: {'; '.join(blamed)}. Without them {', '.join(ids[:_SHOWN])}{more} "
        "could be used. Set up a model that they allow, or change the rule."
    )
