"""What it would mean for a session to go on with another model: what the cache of each holds, what moving there costs,
and how its endpoint does."""

import time
from collections.abc import Iterable

from droidlite.app.session import Parts
from droidlite.app.telling import doing
from droidlite.app.ways import Ways
from droidlite.types import Candidate
from droidlite.ui.conversation import Move


def moves(candidates: Iterable[Candidate], parts: Parts) -> dict[str, Move]:
    """By model id, for those that may be used: where it would be reached first."""
    usable = [candidate for candidate in candidates if not candidate.why_not]
    return {candidate.spec.id: _move(candidate, parts) for candidate in reversed(usable)}


def _move(candidate: Candidate, parts: Parts) -> Move:
    warm, usd = parts.escalation.reading(candidate.spec) if parts.turns else (0, None)
    return Move(warm=warm, switch_usd=usd, health=_closed(candidate, parts))


def _closed(candidate: Candidate, parts: Parts) -> str:
    """Why the endpoint takes no requests now, whichever of its keys; "" where it does."""
    ways = parts.agent.driver.route.failover
    own = ways.of(candidate.spec) if isinstance(ways, Ways) else ()
    here = [way for way in own if way.endpoint.name == candidate.endpoint]
    closed = here and all(way.ready_in > 0 for way in here)
    return doing(min(here, key=lambda way: way.ready_in).health.kept(), time.time()) if closed else ""
