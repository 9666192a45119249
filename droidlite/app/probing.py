"""`droidlite doctor --probe`: one tiny request by every way to a service, to see which of them answers."""

from msgspec import Struct

from droidlite.app.setup import Setup
from droidlite.app.ways import Way, Ways
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError
from droidlite.types import Assistant, Candidate, ModelSpec, Request, User

OUTPUT_TOKENS = 64
ANY = ModelSpec(id="", provider="")
"""Where it does not matter which model is meant."""
_NOT_PROBED = ("local", "scripted")


class Probe(Struct, frozen=True):
    """What came of one request, in a sentence; USD where the price is known."""

    told: str
    answered: bool
    cost_usd: float = 0.0


def probe_all(setup: Setup) -> list[Probe]:
    """One for each key of each endpoint that may be used. The cheapest model there is asked."""
    by_endpoint: dict[str, list[Candidate]] = {}
    for choice in setup.candidates(priced=True):
        if choice.endpoint and not choice.why_not:
            by_endpoint.setdefault(choice.endpoint, []).append(choice)
    ways, probes = Ways(setup), []
    for endpoint in setup.endpoints:
        if endpoint.protocol in _NOT_PROBED:
            continue
        if choices := by_endpoint.get(endpoint.name):
            spec = min(choices, key=_price).spec
            probes += [_probe(setup, ways, way) for way in ways.through(spec, endpoint)]
        elif endpoint.name not in setup.settings.unavailable:
            probes.append(Probe(f"{endpoint.name}: no known model may be asked there; see droidlite models", False))
    return probes


def _price(choice: Candidate) -> float:
    return float("inf") if choice.output_price is None else choice.output_price


def _probe(setup: Setup, ways: Ways, way: Way) -> Probe:
    request = Request(system="", tools=(), messages=(User("Say ok."),), max_output=OUTPUT_TOKENS)
    where, reply = f"{way.name}: {way.spec.id}", None
    try:
        for item in ways.route(way).provider.stream(way.spec, request, Cancellation()):
            reply = item if isinstance(item, Assistant) else reply
    except DroidliteError as error:
        if getattr(error, "fault", "") != "empty":  # a service that says nothing is there
            return Probe(f"{where} failed: {error}", False)
    cost = setup.prices.cost(way.spec, reply.usage) if reply is not None and reply.usage is not None else None
    seconds = way.health.latency
    return Probe(f"{where} answered{f' in {seconds:.1f} s' if seconds else ''}", True, cost or 0.0)
