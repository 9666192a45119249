"""The ways to a model here: every endpoint that serves it, with every key, in the order they are wanted."""

import random
import threading
import time
from collections.abc import Sequence
from math import inf

from msgspec import Struct, structs

from droidlite import providers
from droidlite.agent.attempts import Retry, Route, Trying
from droidlite.app.healths import healths
from droidlite.app.setup import Setup
from droidlite.app.weighing import used
from droidlite.errors import ProviderError
from droidlite.reliability.failover import GiveUp, Standing, Tried, most_attempts, next_step
from droidlite.reliability.health import Health
from droidlite.reliability.retries import Retries
from droidlite.reliability.watched import Watched
from droidlite.routing.warmth import is_warm
from droidlite.session.records import Spent
from droidlite.settings.catalog import nearest_ids
from droidlite.settings.endpoints import keys_of, weights_path
from droidlite.types import Endpoint, ModelSpec


class Way(Struct, frozen=True):
    """A model, an endpoint with one key, and how that does. `name` says which key where there are several."""

    spec: ModelSpec
    endpoint: Endpoint
    name: str
    health: Health

    @property
    def ready_in(self) -> float:
        return self.health.ready_in(self.spec.id)


class Ways:
    """Opens the ways to models, and says where a failed request goes next. `retries` are those a session has left,
    whoever asks in it (None: it begins). `patient`: what takes long to load waits for `warm`, as somebody waits for a
    prompt."""

    def __init__(self, setup: Setup, retries: Retries | None = None, *, patient: bool = False) -> None:
        self.setup = setup
        self._patient, self._cold = patient, list[threading.Thread]()
        self.healths, self.retries = healths(setup.places.state), retries or Retries()
        self._opened: dict[str, Watched] = {}
        self._found: dict[str, tuple[Way, ...]] = {}

    def of(self, spec: ModelSpec) -> tuple[Way, ...]:
        """All that may be used, best first."""
        if spec.id not in self._found:
            setup = self.setup
            usable = [c.endpoint for c in setup.candidates({spec.id: spec}) if c.spec.id == spec.id and not c.why_not]
            self._found[spec.id] = tuple(way for name in usable for way in self.through(spec, setup.endpoint(name)))
        return self._found[spec.id]

    def is_open(self, route: Route) -> bool:
        """Whether something may be sent by it now."""
        with self.healths.lock:
            return any(_same(way, route) and way.ready_in <= 0 for way in self.of(route.spec))

    def open(self, spec: ModelSpec, endpoint: Endpoint, *, compared: bool = False) -> Route:
        """The way through `endpoint`, with whichever of its keys does best. Raises UsageError."""
        ways = self.through(spec, endpoint)
        best = min(ways, key=lambda way: (way.ready_in > 0, way.health.suspect))
        return self.route(best, compared=compared)

    def kept_warm(self, route: Route, calls: Sequence[Spent]) -> Route:
        """Where a session that goes on has its cache, as its `calls` tell; `route` where that is gone or closed."""
        work = [call for call in calls if call.model == route.spec.id and call.usage is not None and not call.judge]
        if not work or not is_warm(used(work), route.spec.id, route.spec.provider, now=time.time()):
            return route
        found = (way for way in self._allowed(route) if way.name == work[-1].endpoint and way.ready_in <= 0)
        way = next(found, None)
        return self.route(way) if way is not None and not _same(way, route) else route

    def route(self, way: Way, *, compared: bool = False) -> Route:
        """The way, ready to be used; its SDK is loaded in a thread meanwhile: that takes longer than everything else
        together. `compared`: it will be held against another model, so prices are needed though it may be free."""
        setup, endpoint = self.setup, way.endpoint

        def warm() -> None:
            providers.warm(endpoint.protocol, endpoint.base_url)
            if way.spec.price != "free" or compared:
                setup.prices.warm()  # needed when the first reply is paid for, if not before

        if way.name not in self._opened:
            self._cold.append(threading.Thread(target=warm, daemon=True))
            if not self._patient:
                self.warm()
            provider = providers.make(self._located(endpoint), stall=setup.settings.stall_seconds)
            shared = self.healths
            self._opened[way.name] = Watched(
                provider, way.health, names=endpoint.names, lock=shared.lock, settled=shared.settle
            )
        return Route(way.spec, self._opened[way.name], way.name, self, scripted=endpoint.protocol == "scripted")

    def warm(self) -> None:
        """Loads what was left, and from here on at once."""
        self._patient = False
        while self._cold:
            self._cold.pop().start()

    def __call__(self, trying: Trying) -> Retry | None:
        """See agent.attempts.Failover: the same model only."""
        return self.next(trying)

    def next(self, trying: Trying, others: Sequence[Way] = (), *, warm: bool = False) -> Retry | None:
        """See agent.attempts.Failover. `others` are ways to models that may take over; `warm`: the way at hand holds
        the cache. Whoever asks adds the switch."""
        ways = [*self._allowed(trying.route), *others]
        here = next((index for index, way in enumerate(ways) if _same(way, trying.route)), None)
        if here is None:  # the settings have changed since it was opened
            return None
        with self.healths.lock:
            standings = [_standing(way, ways[here], trying) for way in ways]
            step = next_step(standings, self._tried(trying, standings, here, warm=warm))
        if isinstance(step, GiveUp):
            self._explain(trying, ways)
            return None
        way = ways[step.way]
        moved = step.way != here
        if trying.error is None and not moved and step.wait <= 0:
            return None
        return Retry(step.wait, self.route(way) if moved else None)

    def _allowed(self, route: Route) -> tuple[Way, ...]:
        """A person who names an endpoint with the model means that one; a name that is also the provider's says only
        whose model it is."""
        ways, model = self.of(route.spec), self.setup.settings.model
        named, slash, _ = model.partition("/")
        only = tuple(way for way in ways if way.endpoint.name == named != route.spec.provider)
        bound = slash and route.spec.id != model and any(_same(way, route) for way in only)
        return only if bound else ways

    def through(self, spec: ModelSpec, endpoint: Endpoint) -> tuple[Way, ...]:
        """One for each key of an endpoint."""
        keyed = keys_of(endpoint)
        names = [endpoint.name, *(f"{endpoint.name} key {number}" for number in range(2, len(keyed) + 1))]
        return tuple(Way(spec, one, name, self.healths.of(one, name)) for one, name in zip(keyed, names, strict=True))

    def _located(self, endpoint: Endpoint) -> Endpoint:
        if endpoint.protocol != "local":
            return endpoint
        from droidlite.app.weights import require_official

        weights = weights_path(self.setup.places, self.setup.env)
        require_official(weights)
        return structs.replace(endpoint, base_url=str(weights))

    def _tried(self, trying: Trying, standings: Sequence[Standing], here: int, *, warm: bool) -> Tried:
        error, retries = trying.error, self.retries
        if trying.attempt == 0 and not trying.elapsed:
            retries.earn()
        most = most_attempts(standings, here, trying.faults)
        counts = error is not None and error.retry == "same" and trying.attempt < most
        return Tried(
            here=here,
            error=error,
            attempt=trying.attempt,
            faults=trying.faults,
            elapsed=trying.elapsed,
            deadline=self.setup.settings.retry_seconds,
            warm=warm,
            jitter=random.random(),
            may_retry=not counts or retries.take(),
        )

    def _explain(self, trying: Trying, ways: Sequence[Way]) -> None:
        """Says more of an error that ends a request; raises one where nothing was even sent."""
        error = trying.error
        if error is None:
            raise closed(ways)
        if error.fault == "model" and trying.route.spec.id in str(error):  # else there is no service at all
            usable = {c.spec.id for c in self.setup.candidates() if not c.why_not}
            near = nearest_ids(trying.route.spec.id, usable - {trying.route.spec.id})
            if near:
                error.args = (f"{str(error).rstrip('.')}. Nearest here: {', '.join(near)}.",)


def closed(ways: Sequence[Way]) -> ProviderError:
    """What is said where every way is closed: for how long, and why."""
    soonest = min(ways, key=lambda way: way.ready_in)
    last, seconds = soonest.health.last, soonest.ready_in
    if last is not None and last.fault in ("auth", "quota", "model"):
        told = f"{str(last).rstrip('.')}. It is left alone until droidlite is started anew."
        return ProviderError(told, fault=last.fault, retry="other", status=last.status, sent=False)
    until = "for this model any more" if seconds == inf else f"for {seconds:.0f} s"
    why = f" It last said: {soonest.health.error}" if soonest.health.error else ""
    message = f"Endpoint {soonest.name} takes no requests {until}.{why}"
    return ProviderError(message, fault=last.fault if last else "rate_limit", retry="other", sent=False)


def _standing(way: Way, here: Way, trying: Trying) -> Standing:
    return Standing(
        ready_in=way.ready_in,
        other_model=way.spec.id != here.spec.id,
        suspect=way.health.suspect,
        been=way.name in trying.been,
        beside=way.endpoint.name == here.endpoint.name and way.spec.id == here.spec.id,
    )


def _same(way: Way, route: Route) -> bool:
    return way.name == route.endpoint and way.spec.id == route.spec.id
