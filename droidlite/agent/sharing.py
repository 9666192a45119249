"""A session's share in a ledger: where calls of other processes hold what is missing, it waits for them to settle."""

import time
from collections.abc import Callable

from droidlite.errors import CapReached, Interrupted
from droidlite.session.ledger import Ledger

PATIENCE = 120.0
"""Seconds to wait for the open calls of others; most calls end within it."""
PAUSE = 0.1


class Shared:
    """`wait` pauses for so many seconds and tells whether the run was interrupted meanwhile."""

    def __init__(
        self,
        ledger: Ledger,
        wait: Callable[[float], bool],
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ledger, self.patience, self._wait, self._clock = ledger, patience, wait, clock

    @property
    def cap_usd(self) -> float:
        return self.ledger.cap_usd

    @property
    def left_usd(self) -> float:
        """USD left when the ledger was last read."""
        return self.ledger.left_usd

    def reserve(self, model: str, choose: Callable[[float], float], *, patience: float | None = None) -> int:
        """As Ledger.reserve; where `choose` raises CapReached for want of what others hold, it waits for that, for
        `patience` seconds (None = as long as it ever does). Raises CapReached, Interrupted, DroidliteError."""
        until = self._clock() + (self.patience if patience is None else patience)
        while True:
            try:
                return self.ledger.reserve(model, choose)
            except CapReached as reached:
                pending = self.ledger.pending_usd() if reached.shared else 0.0
                if pending <= 0 or self.left_usd + pending < reached.needed_usd:
                    raise
                reached.pending_usd = pending
                if self._clock() >= until:
                    raise
            if self._wait(PAUSE):
                raise Interrupted

    def settle(self, number: int, usd: float) -> None:
        """As Ledger.settle."""
        self.ledger.settle(number, usd)
