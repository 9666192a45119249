"""What a session has spent: call by call, by model, and in the hands of each model that took over from another."""

from msgspec import Struct, structs

from droidlite.events import ModelUsage, add_call
from droidlite.session.records import Decided, Record, Reserved, Spent, Switched, Verified
from droidlite.types import Switch


class Stage(Struct, frozen=True, kw_only=True):
    """What was spent (USD) while one model was at work, calls beside the work included. `switch` is what brought it in
    (None: the session began with it, or the person chose it). passed: how the last check of the stage ended, None =
    there was none, or it told nothing."""

    model: str
    switch: Switch | None = None
    calls: int = 0
    usd: float = 0.0
    passed: bool | None = None


class Money:
    """Adds up the records that tell of money, and of who was at work."""

    def __init__(self) -> None:
        self.usage: dict[str, ModelUsage] = {}
        self.calls: list[Spent] = []
        self.stages: list[Stage] = []
        self.next_reservation = 1
        self._spent = 0.0
        self._open: dict[int, float] = {}

    @property
    def reserved_usd(self) -> float:
        """The worst case of calls never settled."""
        return sum(self._open.values())

    @property
    def spent_usd(self) -> float:
        """All that was spent, those included."""
        return self._spent + self.reserved_usd

    def add(self, record: Record) -> None:
        match record:
            case Reserved():
                self._reserve(record)
            case Spent():
                self._settle(record)
            case Decided():
                self._begin(record.spec_id or record.decision.model)
            case Switched():
                self._begin(record.switch.to, record.switch)
            case Verified() if self.stages:
                passed = record.passed if record.passed is not None else _exit(record.exit_code)
                self.stages[-1] = structs.replace(self.stages[-1], passed=passed)
            case _:
                pass

    def _reserve(self, record: Reserved) -> None:
        self._spent += self._open.pop(record.reservation, 0.0)  # the number was used before a kill: that one is charged
        self._open[record.reservation] = record.usd
        self.next_reservation = max(self.next_reservation, record.reservation + 1)

    def _settle(self, record: Spent) -> None:
        self._open.pop(record.reservation, None)
        self._spent += record.usd
        self.next_reservation = max(self.next_reservation, record.reservation + 1)
        if not record.billed:
            return
        self.calls.append(record)
        known = self.usage.get(record.model)
        self.usage[record.model] = add_call(known, record.usage, record.usd, unpriced=record.unpriced)
        if not self.stages:
            self._begin(record.model)
        stage = self.stages[-1]
        self.stages[-1] = structs.replace(stage, calls=stage.calls + 1, usd=stage.usd + record.usd)

    def _begin(self, model: str, switch: Switch | None = None) -> None:
        if switch is not None or not self.stages or self.stages[-1].model != model:
            self.stages.append(Stage(model=model, switch=switch))


def _exit(code: int | None) -> bool | None:
    return None if code is None else code == 0
