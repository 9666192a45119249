"""The mix of faults that scripts/chaos serves: read from a TOML file (tests/chaos.toml explains every key), turned
into the settings of the sessions, into episodes, and into replies of the loopback service."""

import dataclasses
import random
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from loopback import Said
from msgspec import Meta, Struct

from droidlite.types import WireProtocol

DEFAULT = Path(__file__).parent / "chaos.toml"
Share = Annotated[float, Meta(ge=0, le=1)]
Above = Annotated[float, Meta(gt=0)]
STATUSES = {
    "401": (401, "authentication_error"),
    "quota": (429, "insufficient_quota"),
    "500": (500, "api_error"),
    "500 final": (500, "api_error"),
    "503": (503, "api_error"),
    "529": (529, "overloaded_error"),
}
STREAMS = (
    "overloaded",
    "reset_first",
    "reset",
    "reset_late",
    "cut",
    "eof",
    "html",
    "json",
    "broken",
    "stall",
    "pings",
    "truncated",
)
SILENT = ("empty", "thinking", "stall_first")
LIMITS = ("429 short", "429 long")
KNOWN = (*LIMITS, *STATUSES, *STREAMS, *SILENT)
UNBILLED = (*LIMITS, *STATUSES)
"""What a service asks no money for."""


class Episodes(Struct, frozen=True, forbid_unknown_fields=True):
    """When an endpoint is degraded, and what share of its requests it answers well then and at other times."""

    degraded: Share = 0.05
    mean: Above = 80.0
    unit: Literal["requests", "seconds"] = "requests"
    success: Share = 0.3
    otherwise: Share = 0.995


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """USD for a million tokens."""

    input: float
    output: float
    cache_read: float = 0.0


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """One that sessions are begun on, or a `fallback`."""

    id: str
    price: Price
    fallback: bool = False
    settings: str = ""


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """An endpoint; None means what the mix says for all."""

    name: str
    protocol: WireProtocol
    model: str
    episodes: Episodes | None = None
    faults: dict[str, float] | None = None
    settings: str = ""


class Mix(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    turns: Annotated[int, Meta(ge=1)] = 8
    tight: Share = 0.15
    stall_seconds: Above = 2.0
    retry_after: float = 1.0
    retry_after_long: float = 3600.0
    settings: str = ""
    policy: str = ""
    episodes: Episodes = Episodes()
    faults: dict[str, float]
    models: tuple[Model, ...]
    endpoints: tuple[Place, ...]

    def price(self, model: str) -> Price:
        return next(each.price for each in self.models if each.id == model)

    def begun(self) -> list[str]:
        """The models that sessions are begun on."""
        return [each.id for each in self.models if not each.fallback]


def read_mix(path: Path) -> Mix:
    """The mix in a file. Raises ValueError with one sentence that names the file and what is wrong with it."""
    try:
        mix = msgspec.toml.decode(path.read_bytes(), type=Mix)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    models = {each.id for each in mix.models}
    for weights in (mix.faults, *(each.faults or {} for each in mix.endpoints)):
        if strange := [name for name in weights if name not in KNOWN]:
            raise ValueError(f'{path}: there is no fault "{strange[0]}"; there are {", ".join(KNOWN)}.')
    if lost := [each.name for each in mix.endpoints if each.model not in models]:
        raise ValueError(f'{path}: endpoint "{lost[0]}" serves a model that is not under [[models]].')
    if not mix.begun():
        raise ValueError(f"{path}: every model is a fallback; sessions need one to begin on.")
    return mix


def settings_text(mix: Mix, urls: dict[str, str]) -> str:
    """config.toml of the sessions; `urls` by the name of the endpoint."""
    lines = [f"stall_seconds = {mix.stall_seconds}", mix.settings]
    for model in mix.models:
        price = ", ".join(f"{kind} = {usd}" for kind, usd in msgspec.structs.asdict(model.price).items())
        lines += ["[[models]]", f'id = "{model.id}"', 'provider = "chaos"', 'tier = "mid"', "context = 200000"]
        lines += ["max_output = 2000", f"price = {{ {price} }}", model.settings]
    for place in mix.endpoints:
        lines += ["[[endpoints]]", f'name = "{place.name}"', f'protocol = "{place.protocol}"']
        lines += [f'base_url = "{urls[place.name]}"', 'api_key = "test-key-0123456789abcdef"']
        lines += [f'models = ["{place.model}"]', place.settings]
    return "\n".join(line for line in lines if line) + "\n"


class Weather:
    """Whether one endpoint is degraded, asked at moments that never go back. Drawn from `seed` alone."""

    def __init__(self, episodes: Episodes, seed: str) -> None:
        self._chance, self._share, self._mean = random.Random(seed), episodes.degraded, episodes.mean
        self._degraded = self._chance.random() < self._share
        self._until = self._length()

    def degraded(self, now: float) -> bool:
        """At `now`, in the unit of the mix."""
        if self._share in (0.0, 1.0):
            return self._share == 1.0
        while now >= self._until:
            self._degraded = not self._degraded
            self._until += self._length()
        return self._degraded

    def _length(self) -> float:
        mean = self._mean if self._degraded else self._mean * (1 - self._share) / max(self._share, 1e-9)
        return self._chance.expovariate(1 / max(mean, 1e-9))


def failing(fault: str, good: Said, mix: Mix) -> Said:
    """What a service says that meets with `fault` when it means to say `good`."""
    if fault in LIMITS:
        seconds = mix.retry_after if fault == "429 short" else mix.retry_after_long
        headers = (("retry-after", f"{seconds:g}"),)
        return Said(fault="status", status=429, headers=headers, body=_error("rate_limit_error"))
    if fault in STATUSES:
        status, kind = STATUSES[fault]
        headers = (("x-should-retry", "false"),) if fault == "500 final" else ()
        return Said(fault="status", status=status, headers=headers, body=_error(kind))
    if fault in SILENT:
        return Said(fault=fault, usage=good.usage)
    return dataclasses.replace(good, fault=fault)


def _error(kind: str) -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": "The bench says so.", "code": None}}
