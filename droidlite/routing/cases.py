"""Cases that hold routing rules to what they are for: a task as it may come, and what must come of it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from droidlite.errors import Refused, SettingsError
from droidlite.routing.features import Features
from droidlite.routing.rules import Ruled, apply_rules, matched_rules
from droidlite.settings import reading
from droidlite.settings.policy import Policy, Texts, why_not, why_not_auto
from droidlite.settings.reading import Document, nearest
from droidlite.settings.terms import takes, tier_of
from droidlite.types import Candidate, ModelSpec, RoutingDecision, TaskKind, Tier

Text = Annotated[str, Meta(min_length=1)]


class Expected(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What must come of a case. model: an id; tier: that of the model chosen; refused: no model may be left; rule: the
    name of a rule that must match; never (written `not`): terms of models that no rule may leave."""

    model: str = ""
    tier: Tier | None = None
    refused: bool | None = None
    rule: str = ""
    never: Texts = field(default=(), name="not")


class Case(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A task, as written in [[cases]]. files are relative to the root. kind, languages and toolchain are those read
    from prompt and files where they are not given; models are the ids that are there, () = all of the catalog."""

    name: Text
    expect: Expected
    prompt: str = ""
    files: Texts = ()
    mode: Literal["interactive", "headless"] = "interactive"
    worker: bool = False
    verified: bool = False
    kind: TaskKind | None = None
    languages: Texts = ()
    toolchain: Texts = ()
    budget_usd: Annotated[float, Meta(gt=0)] | None = None
    models: Texts = ()


class CaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    cases: tuple[Case, ...] = ()


class Verdict(Struct, frozen=True, kw_only=True):
    """How a case came out. misses: one clause for each expectation that was not met, () = the case holds. `said`: what
    came of it, in one clause."""

    name: str
    where: str
    misses: tuple[str, ...] = ()
    said: str = ""


Read = Callable[[Case], Features]
"""What a case's task looks like to the router."""
Decide = Callable[[Features, Ruled], RoutingDecision]
"""What the router chooses of what the rules leave."""


def features_of(case: Case) -> Features:
    """The task exactly as the case gives it; a kind it does not give is "other"."""
    return Features(
        prompt=case.prompt,
        kind=case.kind or "other",
        confidence=1.0 if case.kind else 0.0,
        paths=case.files,
        languages=case.languages,
        toolchain=case.toolchain,
        mode=case.mode,
        worker=case.worker,
        verified=case.verified,
        budget_usd=case.budget_usd,
    )


def first_left(features: Features, ruled: Ruled) -> RoutingDecision:
    """What the rules alone say: the first of the models they put first; the others of those are its runners-up."""
    ids = dict.fromkeys(candidate.spec.id for candidate in ruled.allowed)
    model, *others = ruled.preferred[0] if ruled.preferred else tuple(ids)
    return RoutingDecision(
        model=model, endpoint="", strategy="rules", runners_up=tuple(others), rejected=ruled.rejected, rule=ruled.rule
    )


def read_cases(path: Path, catalog: Mapping[str, ModelSpec]) -> tuple[tuple[str, Case], ...]:
    """Every case with its file:line. Raises SettingsError naming file, line and key."""
    document = reading.read_document(path)
    if document is None:
        raise SettingsError("is not there; write [[cases]] into it or name another file", file=str(path))
    cases = reading.convert(document, CaseFile).cases
    if not cases:
        raise SettingsError("holds no case; begin one with [[cases]]", file=document.file)
    names: set[str] = set()
    for index, case in enumerate(cases):
        if case.name in names:
            document.fail(("cases", index, "name"), f'"{case.name}" is used twice; names must differ')
        names.add(case.name)
        _check(document, index, case, catalog)
    return tuple((document.where(("cases", index)), case) for index, case in enumerate(cases))


def _check(document: Document, index: int, case: Case, catalog: Mapping[str, ModelSpec]) -> None:
    expect, at = case.expect, ("cases", index, "expect")
    if expect == Expected():
        document.fail(at, "expects nothing; give model, tier, refused, rule or not")
    if expect.refused and (expect.model or expect.tier or expect.never):
        document.fail(at, "a case that is refused has no model; leave model, tier and not out")
    for key, names in (("models", case.models), ("expect", (expect.model,) if expect.model else ())):
        for name in names:
            if name not in catalog:
                near = nearest(name, list(catalog))
                document.fail(("cases", index, key), f'"{name}" is no known model{near and f"; nearest: {near}"}')
    if case.models and expect.model and expect.model not in case.models:
        document.fail(at, f'"{expect.model}" is expected but not among the case\'s models')


def run_case(
    case: Case,
    policy: Policy,
    catalog: Mapping[str, ModelSpec],
    *,
    where: str = "",
    read: Read = features_of,
    decide: Decide = first_left,
) -> Verdict:
    """Holds one case against the policy in force, all its models taken as set up and reachable."""
    features = read(case)
    matched = tuple(rule.name for rule in matched_rules(policy, features))
    misses = (
        [] if not case.expect.rule or case.expect.rule in matched else [_no_rule(case.expect.rule, matched, policy)]
    )
    try:
        ruled = apply_rules(policy, features, _candidates(case, policy, catalog))
        decision = decide(features, ruled)
    except Refused as error:
        if not case.expect.refused:
            misses.append(f"refused: {error}")
        return Verdict(name=case.name, where=where, misses=tuple(misses), said="refused")
    misses += _misses(case.expect, ruled, decision, catalog)
    said = f"{decision.model}{f', by {decision.rule}' if decision.rule else ', no rule'}"
    return Verdict(name=case.name, where=where, misses=tuple(misses), said=said)


def _candidates(case: Case, policy: Policy, catalog: Mapping[str, ModelSpec]) -> Sequence[Candidate]:
    """The case's models, held against all of the policy but what it says of endpoints. Raises Refused."""
    if reason := why_not_auto(policy):
        raise Refused(reason)
    specs = [spec for spec in catalog.values() if not case.models or spec.id in case.models]
    found = [Candidate(spec=spec, endpoint=spec.provider, why_not=why_not(policy, spec, None)) for spec in specs]
    if all(candidate.why_not for candidate in found):
        raise Refused(f"{found[0].spec.id} is {found[0].why_not}" if found else "there is no model")
    return found


def _misses(expect: Expected, ruled: Ruled, decision: RoutingDecision, catalog: Mapping[str, ModelSpec]) -> list[str]:
    """A decision by rules alone must have the tier with every model it may come to, a router's with the chosen one."""
    open_to = (decision.model, *decision.runners_up) if decision.strategy == "rules" else (decision.model,)
    found: list[str] = []
    if expect.refused:
        found.append(f"expected to be refused, it is {decision.model}")
    if expect.model and expect.model != decision.model:
        why = ruled.rejected.get(expect.model, "")
        found.append(f"expected {expect.model}, it is {decision.model}{why and f': {why}'}")
    tiers = {model: tier_of(catalog[model]) for model in open_to}
    if expect.tier and (other := next((model for model, tier in tiers.items() if tier != expect.tier), "")):
        found.append(f"expected tier {expect.tier}, it may be {other} ({tiers[other]})")
    for term in expect.never:
        kept = [choice.spec.id for choice in ruled.allowed if takes(term, choice.spec)]
        found += [f'"{term}" must not be left, but {kept[0]} is'] if kept else []
    return found


def _no_rule(name: str, matched: Sequence[str], policy: Policy) -> str:
    """Why an expected rule did not match."""
    known = [rule.name for _, _, rule in policy.rules]
    if name in known:
        return f'expected rule "{name}", matched: {", ".join(matched) or "none"}'
    near = nearest(name, known)
    return f'no rule is called "{name}"' + (f'; did you mean "{near}"?' if near else "")
