"""The health of every way to a model, shared by all who call models in this process, and left to the next ones."""

import hashlib
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from droidlite.reliability.health import Health, Kept
from droidlite.reliability.limits import Limits
from droidlite.secrecy import make_private
from droidlite.session.keeping import keep
from droidlite.types import Endpoint

FILE = "endpoints.json"
FORGOTTEN_SECONDS = 86_400.0
"""What nothing was heard of for so long is dropped from the file."""
PAUSE_SECONDS = 10.0
"""Calls that go well are kept at most so often."""


class Healths:
    """`lock` guards what it holds. A file that cannot be read or written is done without."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._path = path
        self._known: dict[str, Health] = {}
        self._kept: dict[str, Kept] = {}
        self._at = 0.0

    def of(self, endpoint: Endpoint, name: str) -> Health:
        """The health of an endpoint with its one key."""
        key = _mark(endpoint)
        with self.lock:
            if key not in self._known:
                health = Health(name, limits=Limits(tpm=endpoint.tpm, rpm=endpoint.rpm))
                if (kept := self.read().get(key)) is not None:
                    health.remember(kept)
                self._known[key] = health
            return self._known[key]

    def read(self) -> dict[str, Kept]:
        """What the file tells, by the mark of each way."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Kept])
        except (OSError, msgspec.DecodeError):
            return {}

    def settle(self, *, last: bool = False) -> None:
        """After each call: leaves the others what they may know, at once where a way has opened or closed, or where it
        is the `last`."""
        with self.lock:
            mine = {key: health.kept() for key, health in self._known.items()}
            now, before = time.time(), self._kept
            changed = any(
                key not in before or (kept.state, kept.failed_at) != (before[key].state, before[key].failed_at)
                for key, kept in mine.items()
            )
            if not (changed or last) and now - self._at < PAUSE_SECONDS:
                return
            self._kept, self._at = mine, now
            both = {key: kept for key, kept in self.read().items() if now - _newest(kept) < FORGOTTEN_SECONDS} | mine
            with suppress(OSError):
                make_private(self._path.parent)
            keep(self._path, msgspec.json.encode(both))


@cache
def healths(state: Path) -> Healths:
    """The ones of this process, for a folder of state."""
    return Healths(state / FILE)


def _mark(endpoint: Endpoint) -> str:
    """Tells one way from another without telling its key: a new key is another way."""
    facts = (endpoint.name, endpoint.protocol, endpoint.kind, endpoint.base_url, endpoint.region, endpoint.api_key)
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:24]


def _newest(kept: Kept) -> float:
    return max(kept.until, kept.failed_at, kept.told_at)
