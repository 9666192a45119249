"""The organisation's policy: what no flag, setting or repository can widen. A policy that cannot be read refuses."""

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field, structs

from droidlite.errors import Refused, SettingsError
from droidlite.settings import reading
from droidlite.settings.config import Mode, Settings
from droidlite.types import Autonomy, Endpoint, ModelSpec

SYSTEM_FILE = Path("/etc/droidlite/policy.toml")
_MODES: tuple[Mode, ...] = ("cost", "balanced", "quality")
_AUTONOMIES: tuple[Autonomy, ...] = ("off", "low", "medium", "high")
_TIERS = ("local", "small", "mid", "frontier")
Texts = tuple[Annotated[str, Meta(min_length=1)], ...]


class RouterPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """`allowed`: may auto be used at all."""

    allowed: bool = True
    max_mode: Mode = "quality"


class ModelPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Globs over model names; an empty `allow` allows all, `deny` wins. `regions` empty means any."""

    allow: Texts = ()
    deny: Texts = ()
    regions: Texts = ()
    open_weights_only: bool = False


class BudgetPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """USD per session."""

    max_cost_usd: Annotated[float, Meta(gt=0)] | None = None


class AutonomyPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    max: Autonomy = "high"


class RuleCondition(Struct, frozen=True, forbid_unknown_fields=True):
    mode: Literal["", "headless", "interactive"] = ""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A routing rule; the first that matches wins. Read and checked now, applied by the router."""

    name: Annotated[str, Meta(min_length=1)]
    paths: Texts = ()
    tasks: Texts = ()
    languages: Texts = ()
    when: RuleCondition = RuleCondition()
    prefer: Texts = ()
    require: Texts = ()
    forbid: Texts = ()
    guidance: str = ""


class PolicyFile(Struct, frozen=True, forbid_unknown_fields=True):
    router: RouterPolicy = RouterPolicy()
    models: ModelPolicy = ModelPolicy()
    budget: BudgetPolicy = BudgetPolicy()
    autonomy: AutonomyPolicy = AutonomyPolicy()
    rules: tuple[Rule, ...] = ()


class Policy(PolicyFile, frozen=True, forbid_unknown_fields=True):
    """The policy in force; `file` is "" where there is none. `lines` tells file:line by key, such as models.deny."""

    file: str = ""
    lines: dict[str, str] = field(default_factory=dict)

    def where(self, key: str) -> str:
        return self.lines.get(key, self.file)


def load_policy(env: Mapping[str, str], system: Path = SYSTEM_FILE) -> Policy:
    """The system's policy; DROIDLITE_POLICY names another file only where the system has none. Raises Refused."""
    path = system if os.path.lexists(system) else Path(env["DROIDLITE_POLICY"]) if env.get("DROIDLITE_POLICY") else None
    if path is None:
        return Policy()
    try:
        document = reading.read_document(path)
        if document is None:
            raise SettingsError("is named as the policy but is not there", file=str(path))
        record = reading.convert(document, PolicyFile)
        _check(document, record)
    except SettingsError as error:
        raise Refused(f"Nothing runs while the policy cannot be read. {error}") from error
    tables = {name: getattr(record, name) for name in PolicyFile.__struct_fields__}
    lines = {
        f"{table}.{key}": document.where((table, key))
        for table, value in document.data.items()
        if isinstance(value, dict)
        for key in value
    }
    return Policy(**tables, file=document.file, lines=lines)


def why_not(policy: Policy, spec: ModelSpec, endpoint: Endpoint | None) -> str:
    """Why policy forbids this model (on this endpoint, where one is known); "" when it does not."""
    models = policy.models
    if pattern := next((p for p in models.deny if _matches(p, _all_names(spec))), ""):
        return f'denied by policy {policy.where("models.deny")} ("{pattern}")'
    if models.allow and not any(_matches(pattern, _wire_names(spec)) for pattern in models.allow):
        return f"not on the list of policy {policy.where('models.allow')} (models.allow)"
    if models.open_weights_only and not spec.open_weights:
        return f"policy {policy.where('models.open_weights_only')} allows only open weights"
    if not models.regions or endpoint is None or endpoint.protocol in ("local", "scripted"):
        return ""
    if endpoint.region not in models.regions:
        place = f"is in region {endpoint.region}" if endpoint.region else "names no region"
        allowed = ", ".join(models.regions)
        return f'endpoint "{endpoint.name}" {place}; policy {policy.where("models.regions")} allows {allowed}'
    return ""


def why_not_auto(policy: Policy) -> str:
    """Why auto may not be used; "" when it may."""
    return "" if policy.router.allowed else f"auto is not allowed by policy {policy.where('router.allowed')}"


def narrow(settings: Settings, policy: Policy) -> Settings:
    """`settings` (flags applied) within the policy, with one warning for each value that was lowered."""
    changes: dict[str, object] = {}
    warnings: list[str] = []
    origin = dict(settings.origin)

    def lower(key: str, policy_key: str, value: object, shown: str, was: str) -> None:
        changes[key.partition(".")[0]] = value
        origin[key] = policy.where(policy_key)
        if was:
            warnings.append(f"{key} is lowered from {was} to {shown} by policy {policy.where(policy_key)}.")

    cap, asked = policy.budget.max_cost_usd, settings.max_cost_usd
    if cap is not None and (asked is None or asked > cap):
        lower("max_cost_usd", "budget.max_cost_usd", cap, f"${cap:g}", f"${asked:g}" if asked is not None else "")
    most, level = policy.autonomy.max, settings.autonomy
    if level is not None and _AUTONOMIES.index(level) > _AUTONOMIES.index(most):
        lower("autonomy", "autonomy.max", most, most, "" if origin.get("autonomy") == "default" else level)
    limit, mode = policy.router.max_mode, settings.router.mode
    if mode != "shadow" and _MODES.index(mode) > _MODES.index(limit):  # a shadow spends nothing
        router = structs.replace(settings.router, mode=limit)
        lower("router.mode", "router.max_mode", router, limit, "" if origin.get("router.mode") == "default" else mode)
    return structs.replace(settings, **changes, origin=origin, warnings=(*settings.warnings, *warnings))


def _wire_names(spec: ModelSpec) -> set[str]:
    """What an allow list is matched against: what is really sent, not an id the person may have chosen freely."""
    name = (spec.name or spec.id).lower()
    return {name, f"{spec.provider}/{name}".lower()}


def _all_names(spec: ModelSpec) -> set[str]:
    names = _wire_names(spec) | {spec.id.lower()}
    return names | {name.rpartition("/")[2] for name in names}


def _matches(pattern: str, names: set[str]) -> bool:
    return any(fnmatchcase(name, pattern.lower()) for name in names)


def _check(document: reading.Document, record: PolicyFile) -> None:
    cap = record.budget.max_cost_usd
    if cap is not None and cap == float("inf"):
        document.fail(("budget", "max_cost_usd"), "must be a number; leave the key out for no limit")
    names: set[str] = set()
    for index, rule in enumerate(record.rules):
        if rule.name in names:
            document.fail(("rules", index, "name"), f'"{rule.name}" is used twice; names must differ')
        names.add(rule.name)
        for key in ("prefer", "require", "forbid"):
            for term in getattr(rule, key):
                if term.startswith("tier:") and term.removeprefix("tier:") not in _TIERS:
                    near = ", ".join(f"tier:{tier}" for tier in _TIERS)
                    document.fail(("rules", index, key), f'"{term}" is no tier; there are {near}')
