"""What may be used at all: the organisation's policy, narrowed further by a person's and a project's. No flag, setting
or repository widens it, and no layer widens what another has narrowed."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field, structs

from droidlite.settings.config import Mode, Settings
from droidlite.settings.terms import all_names, fits, wire_names
from droidlite.types import Autonomy, Endpoint, ModelSpec

Minimum = Literal["off", "landlock", "bwrap"]
_MODES: tuple[Mode, ...] = ("cost", "balanced", "quality")
_AUTONOMIES: tuple[Autonomy, ...] = ("off", "low", "medium", "high")
MECHANISMS: tuple[Minimum, ...] = ("off", "landlock", "bwrap")
"""From none to the strongest; macOS' own counts as the second."""
_STRICTNESS: dict[str, Callable[[Any], float]] = {
    "router.allowed": int,
    "router.judge": int,
    "router.fallback_stronger": int,
    "router.max_mode": _MODES.index,
    "budget.max_cost_usd": lambda cap: inf if cap is None else cap,
    "autonomy.max": _AUTONOMIES.index,
    "sandbox.minimum": lambda minimum: -MECHANISMS.index(minimum),
    "secrets.redact": lambda redact: not redact,
    "trust.allowed": int,
}
"""The values of which the strictest layer's holds; the smaller number is the stricter."""
Texts = tuple[Annotated[str, Meta(min_length=1)], ...]
LayerName = Literal["org", "project", "user"]


class RouterPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """`allowed`: may auto be used at all; `judge`: may it ask a model that judges the task; `fallback_stronger`: may a
    model of a higher tier take over where no way to the one at work is open. `fallback`: those that may take over for
    people whose settings name none; only the organisation's policy can say so, for this widens something."""

    allowed: bool = True
    max_mode: Mode = "quality"
    judge: bool = True
    fallback_stronger: bool = True
    fallback: Texts = ()


class ModelPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Globs over model names; an empty `allow` allows all, `deny` wins. `regions` empty means any."""

    allow: Texts = ()
    deny: Texts = ()
    regions: Texts = ()
    open_weights_only: bool = False


class EndpointPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Globs over the names of endpoints; an empty `allow` allows all, `deny` wins."""

    allow: Texts = ()
    deny: Texts = ()


class BudgetPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """USD per session."""

    max_cost_usd: Annotated[float, Meta(gt=0)] | None = None


class AutonomyPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    max: Autonomy = "high"


class SandboxPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """`minimum`: the weakest mechanism commands may run in; `hosts`: only of these may settings name some (None = any,
    none = no network)."""

    minimum: Minimum = "off"
    hosts: Texts | None = None


class SecretsPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """`redact`: keys of known forms are taken out of what a model sees, whatever the settings say."""

    redact: bool = False


class TrustPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """`allowed`: may people trust what a repository brings; `pinned`: pins (as `droidlite trust` shows them) of what is
    trusted without asking, also where `allowed` is false. Only the organisation's policy can pin."""

    allowed: bool = True
    pinned: Texts = ()


class PermissionPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules as in the settings' [permissions]. What a policy denies no setting, flag, answer or autonomy allows."""

    ask: Texts = ()
    deny: Texts = ()


class RuleCondition(Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule asks of the session; "" and None ask nothing. mode: whether somebody can be asked; worker: started
    by a mission; verified: a check ends the task; budget_below_usd: less than this may be spent."""

    mode: Literal["", "headless", "interactive"] = ""
    worker: bool | None = None
    verified: bool | None = None
    budget_below_usd: Annotated[float, Meta(gt=0)] | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A routing rule: it matches where every condition that is given holds, a list where one of its items does. Of a
    layer's rules the first that matches wins. paths: globs as in .gitignore; tasks: kinds of task. require, forbid and
    prefer hold terms: a model's id, a glob, `tier:T`, `provider:P`. `guidance` is read by the judge alone."""

    name: Annotated[str, Meta(min_length=1)]
    paths: Texts = ()
    tasks: Texts = ()
    languages: Texts = ()
    toolchain: Texts = ()
    when: RuleCondition = RuleCondition()
    prefer: Texts = ()
    require: Texts = ()
    forbid: Texts = ()
    guidance: str = ""


class PolicyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One policy file, as written."""

    router: RouterPolicy = RouterPolicy()
    models: ModelPolicy = ModelPolicy()
    endpoints: EndpointPolicy = EndpointPolicy()
    budget: BudgetPolicy = BudgetPolicy()
    autonomy: AutonomyPolicy = AutonomyPolicy()
    sandbox: SandboxPolicy = SandboxPolicy()
    secrets: SecretsPolicy = SecretsPolicy()
    trust: TrustPolicy = TrustPolicy()
    permissions: PermissionPolicy = PermissionPolicy()
    rules: tuple[Rule, ...] = ()


class Layer(PolicyFile, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A policy file that was read: whose it is, and file:line by key, such as models.deny and rules[0].require."""

    layer: LayerName
    file: str
    lines: dict[str, str] = field(default_factory=dict)

    def where(self, key: str) -> str:
        return self.lines.get(key, self.file)


class Policy(Struct, frozen=True, kw_only=True):
    """The policy in force: what every layer says, in the order org, project, user; and the strictest of the values of
    which only one can hold. `lines` tells file:line by key for those that some layer gives."""

    layers: tuple[Layer, ...] = ()
    router: RouterPolicy = RouterPolicy()
    budget: BudgetPolicy = BudgetPolicy()
    autonomy: AutonomyPolicy = AutonomyPolicy()
    sandbox: SandboxPolicy = SandboxPolicy()
    secrets: SecretsPolicy = SecretsPolicy()
    trust: TrustPolicy = TrustPolicy()
    lines: dict[str, str] = field(default_factory=dict)

    def where(self, key: str) -> str:
        return self.lines.get(key, "")

    @property
    def rules(self) -> tuple[tuple[Layer, int, Rule], ...]:
        """Every rule with its layer and its index there, in the order they apply."""
        return tuple((layer, index, rule) for layer in self.layers for index, rule in enumerate(layer.rules))


def combine(layers: Sequence[Layer]) -> Policy:
    """The policy that is as strict as the strictest of `layers` in everything."""
    names = ("router", "budget", "autonomy", "sandbox", "secrets", "trust")
    tables: dict[str, dict[str, Any]] = {name: {} for name in names}
    lines: dict[str, str] = {}
    for key, rank in _STRICTNESS.items():
        table, _, name = key.partition(".")
        given = [(getattr(getattr(layer, table), name), layer) for layer in layers if key in layer.lines]
        if given:
            value, layer = min(given, key=lambda pair: rank(pair[0]))
            tables[table][name] = value
            lines[key] = layer.where(key)
    for layer in layers:
        if layer.layer == "org" and layer.router.fallback:
            tables["router"]["fallback"] = layer.router.fallback
            lines["router.fallback"] = layer.where("router.fallback")
        if layer.layer == "org" and layer.trust.pinned:
            tables["trust"]["pinned"] = layer.trust.pinned
            lines["trust.pinned"] = layer.where("trust.pinned")
    return Policy(
        layers=tuple(layers),
        router=RouterPolicy(**tables["router"]),
        budget=BudgetPolicy(**tables["budget"]),
        autonomy=AutonomyPolicy(**tables["autonomy"]),
        sandbox=SandboxPolicy(**tables["sandbox"]),
        secrets=SecretsPolicy(**tables["secrets"]),
        trust=TrustPolicy(**tables["trust"]),
        lines=lines,
    )


def unadvised(policy: Policy) -> Policy:
    """Without what the project's rules prefer and say to a judge: what they forbid and require still holds."""
    silent = {"guidance": "", "prefer": ()}
    layers = (
        structs.replace(layer, rules=tuple(structs.replace(rule, **silent) for rule in layer.rules))
        if layer.layer == "project"
        else layer
        for layer in policy.layers
    )
    return structs.replace(policy, layers=tuple(layers))


def why_not(policy: Policy, spec: ModelSpec, endpoint: Endpoint | None) -> str:
    """Why policy forbids this model (on this endpoint, where one is known); "" when no layer does."""
    reasons = (
        reason
        for layer in policy.layers
        for reason in (_why_not_model(layer, spec), _why_not_endpoint(layer, endpoint) if endpoint else "")
    )
    return next((reason for reason in reasons if reason), "")


def _why_not_model(layer: Layer, spec: ModelSpec) -> str:
    models = layer.models
    if pattern := next((p for p in models.deny if fits(p, all_names(spec))), ""):
        return f'denied by policy {layer.where("models.deny")} ("{pattern}")'
    if models.allow and not any(fits(pattern, wire_names(spec)) for pattern in models.allow):
        return f"not on the list of policy {layer.where('models.allow')} (models.allow)"
    if models.open_weights_only and not spec.open_weights:
        return f"policy {layer.where('models.open_weights_only')} allows only open weights"
    return ""


def _why_not_endpoint(layer: Layer, endpoint: Endpoint) -> str:
    name, lists, regions = endpoint.name, layer.endpoints, layer.models.regions
    if pattern := next((p for p in lists.deny if fits(p, {name.lower()})), ""):
        return f'endpoint "{name}" is denied by policy {layer.where("endpoints.deny")} ("{pattern}")'
    if lists.allow and not any(fits(pattern, {name.lower()}) for pattern in lists.allow):
        return f'endpoint "{name}" is not on the list of policy {layer.where("endpoints.allow")} (endpoints.allow)'
    if not regions or endpoint.protocol in ("local", "scripted") or endpoint.region in regions:
        return ""
    place = (
        f"is in region {endpoint.region}" if endpoint.region else "names no region (an [[endpoints]] of that name can)"
    )
    return f'endpoint "{name}" {place}; policy {layer.where("models.regions")} allows {", ".join(regions)}'


def why_not_auto(policy: Policy) -> str:
    """Why auto may not be used; "" when it may."""
    return "" if policy.router.allowed else f"auto is not allowed by policy {policy.where('router.allowed')}"


def narrow(settings: Settings, policy: Policy) -> Settings:
    """`settings` (flags applied) within the policy, with one warning for each value that was lowered; and with the
    policy's fallback where they name none."""
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
    if _AUTONOMIES.index(settings.unheeded[0]) > _AUTONOMIES.index(most):
        changes["unheeded"] = most, settings.unheeded[1]
    if policy.secrets.redact and not settings.redact:
        lower("redact", "secrets.redact", True, "true", "false")
    router = settings.router
    if policy.router.fallback and origin.get("router.fallback", "default") == "default":
        router = structs.replace(router, fallback=policy.router.fallback)
        lower("router.fallback", "router.fallback", router, "", "")
    limit, mode = policy.router.max_mode, router.mode
    if mode != "shadow" and _MODES.index(mode) > _MODES.index(limit):  # a shadow spends nothing
        router = structs.replace(router, mode=limit)
        lower("router.mode", "router.max_mode", router, limit, "" if origin.get("router.mode") == "default" else mode)
    return structs.replace(settings, **changes, origin=origin, warnings=(*settings.warnings, *warnings))
