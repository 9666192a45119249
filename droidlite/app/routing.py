"""What auto means here: candidates, policy, rules, kind and evidence brought together into one decision."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, structs

from droidlite.app.own_evidence import own_evidence
from droidlite.app.setup import Setup
from droidlite.app.shadow import within
from droidlite.errors import DroidliteError, Refused, UsageError
from droidlite.routing.evidence import Evidence, read_evidence
from droidlite.routing.features import Features, read_features
from droidlite.routing.listing import list_files
from droidlite.routing.router import Asked, Narrowing, decide, estimates
from droidlite.routing.rules import apply_rules, matched_rules
from droidlite.settings.candidates import default_model, nothing_runs
from droidlite.settings.catalog import SCRIPTED, resolve
from droidlite.settings.config import Mode
from droidlite.settings.policy import why_not_auto
from droidlite.types import Candidate, Endpoint, ModelSpec, RoutingDecision

PRIORS = Path(__file__).parents[1] / "routing" / "priors.json"
"""The shipped evidence, made by scripts/make-priors."""


Judged = Callable[[Features, Sequence[str]], Features]
"""(features, guidance of the rules that matched) -> features with the kind a judge named."""


class Task(Struct, frozen=True, kw_only=True):
    """What is to be routed: the prompt ("" = not known yet) in the repository at `root`. `judge` is asked where the
    kind is uncertain; None = nobody."""

    root: Path
    prompt: str = ""
    headless: bool = True
    worker: bool = False
    judge: Judged | None = None


class Survey(Struct, frozen=True):
    """What auto would choose (None, and why not), and every model with what it alone would do with the task."""

    auto: RoutingDecision | None
    why_not_auto: str
    candidates: tuple[Candidate, ...]


def route(setup: Setup, task: Task, *, mode: Mode | None = None) -> RoutingDecision:
    """The decision auto comes to; in `mode` (None = what the settings say; in shadow mode auto is the fixed default).
    Raises Refused where policy or rules leave nothing, UsageError where nothing runs."""
    return _decided(setup, mode, lambda: ask(setup, task, setup.candidates(priced=True), mode=mode))


def survey(setup: Setup, task: Task) -> Survey:
    """What a person chooses from, for `task`. Raises nothing: what forbids auto is told, and where the rules leave
    nobody there are no estimates."""
    candidates = setup.candidates(priced=True)
    try:
        asked = ask(setup, task, candidates)
    except Refused as error:
        return Survey(None, str(error), candidates)
    found = estimates(asked)
    candidates = tuple(structs.replace(c, estimate=None if c.why_not else found.get(c.spec.id)) for c in candidates)
    try:
        return Survey(_decided(setup, None, lambda: asked), "", candidates)
    except DroidliteError as error:
        return Survey(None, str(error), candidates)


def _decided(setup: Setup, mode: Mode | None, question: Callable[[], Asked]) -> RoutingDecision:
    """Asks the router, unless auto is forbidden or fixed: where a script was named, or where it only watches."""
    if reason := why_not_auto(setup.policy):
        raise Refused(f"{reason[0].upper()}{reason[1:]}; name a model: droidlite -m MODEL")
    candidates = setup.candidates()
    scripted = any(choice.spec.provider == SCRIPTED and not choice.why_not for choice in candidates)
    if scripted or (mode is None and setup.settings.router.mode == "shadow"):
        return default_model(candidates, policy=setup.policy)
    decision = decide(question())
    if decision is None:
        raise UsageError(nothing_runs(candidates))
    return decision


def ask(setup: Setup, task: Task, candidates: tuple[Candidate, ...], *, mode: Mode | None = None) -> Asked:
    """The question as the router takes it."""
    features = features_of(setup, task)
    narrowing = narrowing_of(setup, features, candidates)  # by local signs alone: no judge may widen what they allow
    if task.judge is not None:
        features = task.judge(features, [rule.guidance for rule in matched_rules(setup.policy, features)])
    public, trouble = load_evidence(PRIORS)
    today = datetime.now(UTC).date()
    return Asked(
        features=features,
        candidates=candidates,
        narrowing=narrowing,
        mode=mode or mode_of(setup),
        reference=setup.settings.router.reference,
        public=public,
        own=own_evidence(setup, today),
        today=today,
        trouble=trouble,
    )


def mode_of(setup: Setup) -> Mode:
    """What auto aims at; in shadow mode what it would aim at."""
    mode = setup.settings.router.mode
    return within(setup.policy) if mode == "shadow" else mode


def features_of(setup: Setup, task: Task) -> Features:
    settings = setup.settings
    return read_features(
        task.prompt,
        list_files(task.root),
        mode="headless" if task.headless else "interactive",
        worker=task.worker,
        verified=bool(settings.verify),
        budget_usd=settings.max_cost_usd,
    )


def narrowing_of(setup: Setup, features: Features, candidates: tuple[Candidate, ...]) -> Narrowing:
    """What the rules of the policy make of the task. Raises Refused where they leave nobody."""
    ruled = apply_rules(setup.policy, features, candidates)
    return Narrowing(
        rejected=ruled.rejected,
        preferred=ruled.preferred[0] if ruled.preferred else (),
        rules=tuple(f"{rule.name} ({rule.where})" for rule in ruled.matched),
        reasons=ruled.reasons,
    )


def load_evidence(path: Path) -> tuple[Evidence, str]:
    """The evidence in a file, and what is wrong with it in one sentence ("" = nothing)."""
    try:
        return read_evidence(path.read_bytes(), str(path)), ""
    except OSError as error:
        return Evidence(), f"{path} cannot be read: {error.strerror}"
    except ValueError as error:
        return Evidence(), str(error)


def choose_model(setup: Setup, name: str, why: str = "", *, task: Task) -> tuple[RoutingDecision, ModelSpec, Endpoint]:
    """The model `name` means for `task`, and where it runs; `why` is the reason given for it ("" = where it was set).

    Raises UsageError where there is none, Refused where policy says no."""
    if name == "auto":
        decision = route(setup, task)
        return decision, resolve(decision.model, setup.catalog, {}, setup.endpoints), setup.endpoint(decision.endpoint)
    spec, endpoint = find_model(setup, name)
    why = why or f"{name} was asked for ({setup.settings.origin['model']})."
    return RoutingDecision(model=spec.id, endpoint=endpoint.name, strategy="chosen", reasons=(why,)), spec, endpoint


def find_model(setup: Setup, name: str) -> tuple[ModelSpec, Endpoint]:
    """A model by name and the endpoint it may be used on. Raises UsageError, Refused."""
    spec = resolve(name, setup.catalog, setup.settings.aliases, setup.endpoints)
    serving = [choice for choice in setup.candidates({spec.id: spec}) if choice.spec.id == spec.id]
    named = name.partition("/")[0]
    serving.sort(key=lambda choice: choice.endpoint != named)  # house/claude-x means the endpoint called house
    usable = next((choice for choice in serving if not choice.why_not), None)
    if usable is None:
        without = "DROIDLITE_SCRIPT names no script" if spec.id == "scripted" else "no endpoint serves it"
        reason = next((choice.why_not for choice in serving), without)
        raise (Refused if "policy" in reason else UsageError)(f"{spec.id} cannot be used: {reason}.")
    return spec, setup.endpoint(usable.endpoint)
