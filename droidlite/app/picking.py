"""What a session that has begun adds to the models a person chooses from: what the cache of each holds, what moving
there costs, and how its endpoint does."""

import time
from collections.abc import Iterable

from msgspec import structs

from droidlite.app.session import Parts
from droidlite.app.telling import doing
from droidlite.app.ways import Ways
from droidlite.types import Candidate


def in_session(candidates: Iterable[Candidate], parts: Parts) -> tuple[Candidate, ...]:
    """The same, with warm, switch_usd and health filled in for those that may be used."""
    return tuple(candidate if candidate.why_not else _standing(candidate, parts) for candidate in candidates)


def _standing(candidate: Candidate, parts: Parts) -> Candidate:
    warm, usd = parts.escalation.reading(candidate.spec) if parts.turns else (0, None)
    return structs.replace(candidate, warm=warm, switch_usd=usd, health=_closed(candidate, parts))


def _closed(candidate: Candidate, parts: Parts) -> str:
    """Why the endpoint takes no requests now, whichever of its keys; "" where it does."""
    ways = parts.agent.driver.route.failover
    own = ways.of(candidate.spec) if isinstance(ways, Ways) else ()
    here = [way for way in own if way.endpoint.name == candidate.endpoint]
    closed = here and all(way.ready_in > 0 for way in here)
    return doing(min(here, key=lambda way: way.ready_in).health.kept(), time.time()) if closed else ""
