"""`droidlite doctor --probe`: one tiny request by every way to a service, to see which of them answers."""

import threading
import time
from collections.abc import Iterator

from msgspec import Struct

from droidlite import providers
from droidlite.agent.attempts import Route
from droidlite.app.setup import Setup
from droidlite.app.ways import Way, Ways
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError
from droidlite.types import Assistant, Candidate, ModelSpec, Request, User

OUTPUT_TOKENS = 64
PATIENCE_SECONDS = 15.0
"""For all of them together, as they are asked at once: a service that is well begins to answer within two or three."""
ANY = ModelSpec(id="", provider="")
"""Where it does not matter which model is meant."""
_NOT_PROBED = ("local", "scripted")


class Probe(Struct, frozen=True):
    """What came of one request, in a sentence; USD where the price is known."""

    told: str
    answered: bool
    cost_usd: float = 0.0


def probe_all(setup: Setup, *, seconds: float = PATIENCE_SECONDS) -> list[Probe]:
    """One for each key of each endpoint that may be used. The cheapest model there is asked. They are asked at once,
    and what has not answered whole within `seconds` is given up."""
    ways = Ways(setup)
    found = list(_find(setup, ways))
    asked = [each for each in found if isinstance(each, _Asked)]
    for protocol, base_url in {each.service for each in asked}:
        providers.warm(protocol, base_url)  # it is not the service that takes this long
    for each in asked:
        each.start()
    until = time.monotonic() + seconds
    for each in asked:
        each.wait(max(until - time.monotonic(), 0.0))
    ways.healths.settle(last=True)
    return [each if isinstance(each, Probe) else each.probe(setup, seconds) for each in found]


def _find(setup: Setup, ways: Ways) -> "Iterator[_Asked | Probe]":
    """Those to ask, and what is told of the endpoints that cannot be asked."""
    by_endpoint: dict[str, list[Candidate]] = {}
    for choice in setup.candidates(priced=True):
        if choice.endpoint and not choice.why_not:
            by_endpoint.setdefault(choice.endpoint, []).append(choice)
    for endpoint in setup.endpoints:
        if endpoint.protocol in _NOT_PROBED:
            continue
        if choices := by_endpoint.get(endpoint.name):
            spec = min(choices, key=_price).spec
            yield from (_Asked(way, ways.route(way)) for way in ways.through(spec, endpoint))
        elif endpoint.name not in setup.settings.unavailable:
            yield Probe(f"{endpoint.name}: no known model may be asked there; see droidlite models", False)


def _price(choice: Candidate) -> float:
    return float("inf") if choice.output_price is None else choice.output_price


class _Asked:
    """One request, made in a thread of its own: no service can hold up the others, or the end."""

    def __init__(self, way: Way, route: Route) -> None:
        self.service = way.endpoint.protocol, way.endpoint.base_url
        self._way, self._route, self._cancellation = way, route, Cancellation()
        self._thread = threading.Thread(target=self._ask, name=f"probe of {way.name}", daemon=True)
        self._reply: Assistant | None = None
        self._error: DroidliteError | None = None

    def start(self) -> None:
        self._thread.start()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def probe(self, setup: Setup, seconds: float) -> Probe:
        """What came of it in so many seconds; what is still going on is broken off."""
        where = f"{self._way.name}: {self._way.spec.id}"
        if self._thread.is_alive():
            self._cancellation.cancel()
            return Probe(f"{where}: no answer within {seconds:g} s", False)
        if self._reply is None and self._error is None:
            return Probe(f"{where} failed: nothing came of it", False)
        if self._error is not None and getattr(self._error, "fault", "") != "empty":  # who says nothing is there
            return Probe(f"{where} failed: {self._error}", False)
        usage = self._reply.usage if self._reply is not None else None
        cost = setup.prices.cost(self._way.spec, usage) if usage is not None else None
        took = self._way.health.latency
        return Probe(f"{where} answered{f' in {took:.1f} s' if took else ''}", True, cost or 0.0)

    def _ask(self) -> None:
        request = Request(system="", tools=(), messages=(User("Say ok."),), max_output=OUTPUT_TOKENS)
        try:
            for item in self._route.provider.stream(self._way.spec, request, self._cancellation):
                self._reply = item if isinstance(item, Assistant) else self._reply
        except DroidliteError as error:
            self._error = error
