"""The dollar cap: the worst case of every model call is reserved before it is sent, and settled when it ends."""

import threading
import time
from collections.abc import Callable, Generator, Sequence

from msgspec import Struct

from droidlite.agent.sharing import Shared
from droidlite.agent.transcript import Journaled
from droidlite.errors import CapReached, UsageError
from droidlite.events import Event, ModelUsage, Warned, add_call
from droidlite.session.records import Reserved, Spent
from droidlite.types import ModelSpec, Usage

CLOSING_OUTPUT = 400
"""Tokens kept back for a closing summary."""
CLOSING_SHARE = 0.15
"""At most this share of the cap is kept back for it, so that a small cap still buys work."""
WORTH_TELLING_SECONDS = 1.0
"""A person is told of a wait for others that share the ledger where it takes longer."""
ROUNDING = 1e-9
"""USD left free so that sums of floating-point numbers stay below the cap."""
LEAST_OUTPUT = 1_024
"""A reply that may not even be this long (tokens, thinking included) is not worth asking for."""


class Prices(Struct, frozen=True):
    """cost: USD of a finished call, None where unknown. worst: USD no call with this many input and output tokens can
    exceed, None where unknown."""

    cost: Callable[[ModelSpec, Usage], float | None]
    worst: Callable[[ModelSpec, int, int], float | None]


class Reservation(Struct, frozen=True):
    """Room for one call: `usd` is its worst case (None without a cap), `max_output` the tokens it may produce."""

    number: int
    usd: float | None
    max_output: int


class Budget:
    """All spend of one session in USD. `spent` includes calls still open at their worst case; `calls` are the settled
    ones that a model was paid for, those of a resumed session's past first. `shared` is a ledger other processes draw
    on too: both caps hold. Any thread may reserve and settle. `clock` tells seconds since 1970."""

    def __init__(
        self,
        prices: Prices,
        journal: Journaled,
        *,
        cap_usd: float | None = None,
        spent_usd: float = 0.0,
        calls: Sequence[Spent] = (),
        first: int = 1,
        shared: Shared | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.prices, self.journal, self.cap_usd, self.shared = prices, journal, cap_usd, shared
        self.settled_usd = spent_usd
        self.calls: list[Spent] = []
        self.by_model: dict[str, ModelUsage] = {}
        for call in calls:
            self._count(call)
        self.clock = clock
        self._open: dict[int, float] = {}
        self._held: dict[int, int] = {}
        self._numbers = first - 1
        self._mutex = threading.RLock()

    @property
    def spent_usd(self) -> float:
        return self.settled_usd + sum(self._open.values())

    def counted(self) -> tuple[float, float, tuple[Spent, ...]]:
        """What is settled (USD), what calls under way may still cost, and the calls settled: all of one moment."""
        with self._mutex:
            return self.settled_usd, sum(self._open.values()), tuple(self.calls)

    @property
    def left_usd(self) -> float:
        """USD that may still be spent; of a shared ledger, when it was last read."""
        return min(self._own_left, self.shared.left_usd if self.shared else float("inf"))

    @property
    def _own_left(self) -> float:
        return float("inf") if self.cap_usd is None else self.cap_usd - self.spent_usd

    @property
    def _capped(self) -> bool:
        return self.cap_usd is not None or self.shared is not None

    def check_priced(self, spec: ModelSpec) -> None:
        """Raises UsageError where a cap is set and the model's price is unknown; called before any request."""
        if self._capped and self.prices.worst(spec, 1, 1) is None:
            raise UsageError(
                f"The price of {spec.id} is not known, so --max-cost cannot be held. Give it a price under [[models]] "
                "in your settings, or choose a model that `droidlite models` shows with a price."
            )

    def reserving(
        self, spec: ModelSpec, input_tokens: int, max_output: int, *, closing: bool = False
    ) -> Generator[Event, None, Reservation]:
        """As `reserve`; where it waits for others that share the ledger, that is told."""
        try:
            return self.reserve(spec, input_tokens, max_output, closing=closing, patience=WORTH_TELLING_SECONDS)
        except CapReached as reached:
            if self.shared is None or reached.pending_usd <= 0:
                raise
            left, held = _dollars(self.shared.left_usd), _dollars(reached.pending_usd)
            yield Warned(
                f"{left} of the shared ledger {self.shared.ledger.path} is left and calls of other runs hold {held}; "
                f"waiting up to {self.shared.patience:.0f} s for what they give back."
            )
        return self.reserve(spec, input_tokens, max_output, closing=closing)

    def reserve(
        self,
        spec: ModelSpec,
        input_tokens: int,
        max_output: int,
        *,
        closing: bool = False,
        patience: float | None = None,
    ) -> Reservation:
        """Room for a call of at most `input_tokens` and `max_output` tokens, with fewer output tokens where the caps
        do not allow all. For what others hold of a ledger it waits `patience` seconds (None = as Shared does). Raises
        CapReached (nothing is sent) where not even LEAST_OUTPUT fit."""
        with self._mutex:
            self._numbers += 1
            number = self._numbers
        if not self._capped:
            return Reservation(number, None, max_output)
        self.check_priced(spec)
        made: list[Reservation] = []

        def choose(shared_left: float) -> float:
            with self._mutex:
                fits = self._fit(spec, input_tokens, max_output, closing=closing, shared_left=shared_left)
                usd = self._open[number] = self._worst(spec, input_tokens, fits)
            made[:] = [Reservation(number, usd, fits)]
            return usd

        try:
            if self.shared is None:
                choose(float("inf"))
            else:
                self._held[number] = self.shared.reserve(spec.id, choose, patience=patience)
            self.journal.append(Reserved(reservation=number, usd=made[0].usd or 0.0, model=spec.id))
        except BaseException:
            self._forget(number)
            raise
        return made[0]

    def _forget(self, number: int) -> None:
        """Nothing was sent under this reservation; in a ledger it stays charged until that is settled."""
        self._open.pop(number, None)
        if (held := self._held.pop(number, None)) is not None and self.shared:
            self.shared.settle(held, 0.0)

    def why_too_dear(self, spec: ModelSpec, input_tokens: int) -> str:
        """Why no call of `spec` with so many tokens could be made under the cap; "" where one could."""
        if not self._capped:
            return ""
        least = self._worst(spec, input_tokens, LEAST_OUTPUT)
        if least <= self._room(spec, input_tokens, self.shared.left_usd if self.shared else float("inf")):
            return ""
        return f"its next call could cost ${least:.4f}, and ${max(self.left_usd, 0):.4f} of the cap is left"

    def settle(
        self,
        reservation: Reservation,
        spec: ModelSpec,
        usage: Usage | None,
        *,
        billed: bool = True,
        guess: Usage | None = None,
        judge: bool = False,
        scripted: bool | None = None,
        endpoint: str = "",
    ) -> float | None:
        """Books what a call cost, in USD (None = not known). A call without a usage report is charged its reservation,
        or, without a cap, what `guess` would cost; one that was refused before it started (`billed` false) nothing.
        `judge`: it only helped to choose a model; `scripted`: no model answered it; `endpoint`: who was asked."""
        held = self._open.get(reservation.number)
        if not billed:
            cost: float | None = 0.0
        elif usage is None:
            cost = held if held is not None or guess is None else self.prices.cost(spec, guess)
        else:
            cost = self.prices.cost(spec, usage)
        spent = Spent(
            reservation=reservation.number,
            model=spec.id,
            usage=usage,
            usd=cost if cost is not None else (held or 0.0),
            at=self.clock(),
            unpriced=cost is None and held is None,
            judge=judge,
            billed=billed,
            scripted=scripted,
            endpoint=endpoint,
        )
        self._book(spent)
        return cost

    def _book(self, spent: Spent) -> None:
        with self._mutex:
            self._open.pop(spent.reservation, None)
            self.settled_usd += spent.usd
            self._count(spent)
        try:
            self.journal.append(spent)
        finally:
            if self.shared and (line := self._held.pop(spent.reservation, None)) is not None:
                self.shared.settle(line, spent.usd)

    def _count(self, call: Spent) -> None:
        if not call.billed:
            return
        self.calls.append(call)
        self.by_model[call.model] = add_call(
            self.by_model.get(call.model), call.usage, call.usd, unpriced=call.unpriced
        )

    def _worst(self, spec: ModelSpec, input_tokens: int, output_tokens: int) -> float:
        usd = self.prices.worst(spec, input_tokens, output_tokens)
        return float("inf") if usd is None else usd

    def _fit(self, spec: ModelSpec, input_tokens: int, max_output: int, *, closing: bool, shared_left: float) -> int:
        """How many output tokens can be afforded. Raises CapReached."""
        least = min(max_output, CLOSING_OUTPUT if closing else LEAST_OUTPUT)

        def fits(left: float) -> int:
            room = self._room(spec, input_tokens, left, closing=closing)
            return self._affordable(spec, input_tokens, max_output, room)

        found = fits(shared_left)
        if found <= 0 or found < least:
            alone = fits(float("inf")) if self.shared else 0
            raise self._refusal(spec, input_tokens, max_output, shared=alone > 0 and alone >= least)
        return found

    def _room(self, spec: ModelSpec, input_tokens: int, shared_left: float, *, closing: bool = False) -> float:
        """USD the next call may cost under both caps; what a closing summary needs is kept back of each."""
        kept = 0.0 if closing else self._worst(spec, input_tokens, CLOSING_OUTPUT)
        own, ledger = self.cap_usd or 0.0, self.shared.cap_usd if self.shared else 0.0
        rooms = (
            self._own_left - min(kept, own * CLOSING_SHARE),
            shared_left - min(kept, ledger * CLOSING_SHARE),
        )
        return min(rooms) - ROUNDING

    def _affordable(self, spec: ModelSpec, input_tokens: int, max_output: int, room: float) -> int:
        """Most output tokens whose worst case fits into `room` USD; the price rises with every token, so halving
        finds it."""
        if self._worst(spec, input_tokens, max_output) <= room:
            return max_output
        low, high = 0, max_output
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._worst(spec, input_tokens, middle) <= room else (low, middle)
        return low

    def _refusal(self, spec: ModelSpec, input_tokens: int, max_output: int, *, shared: bool) -> CapReached:
        least = self._worst(spec, input_tokens, min(max_output, LEAST_OUTPUT))
        left, cap, whose = self._own_left, self.cap_usd or 0.0, "cap"
        todo = "raise --max-cost to go on"
        if shared and self.shared:
            left, cap = self.shared.left_usd, self.shared.cap_usd
            whose, todo = f"cap of the shared ledger {self.shared.ledger.path}", "begin another ledger to go on"
        return CapReached(
            f"The next call of {spec.id} could cost ${least:.4f}; {_dollars(left)} of the {_dollars(cap)} {whose} is "
            f"left. Nothing was sent; {todo}.",
            subtype="error_max_cost",
            needed_usd=least,
            shared=shared,
        )


def _dollars(usd: float) -> str:
    """With digits enough to be told from nothing: $5.00, $0.0010, $0.0000001."""
    digits = 2 if usd >= 0.1 else 4 if usd >= 0.0001 else 7
    return f"${max(usd, 0.0):.{digits}f}"
