"""A model service that keeps its own books, for bench-cap and bench-ledger: what it charges, and how it fails."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zlib import crc32

from msgspec import structs

from droidlite.agent.attempts import Retry, Route, Trying
from droidlite.app.assemble import Person, open_session
from droidlite.app.options import Options
from droidlite.app.session import Session
from droidlite.cancellation import Cancellation
from droidlite.errors import CapReached, Fault, Interrupted, ProviderError
from droidlite.types import Assistant, Call, Delta, ModelSpec, Request, Text, ToolResults, Usage, User

MODEL = "billed"
FRAME = 800
"""Tokens at most that a service adds to a request once; MESSAGE: to each message. Anthropic documents up to 804."""
MESSAGE = 12
ATTEMPTS = 3
TURNS = 12
"""Calls of the model a prompt may take before the service asks for no more tools."""


@dataclass
class Books:
    """What was truly used, in USD by this table of prices per million tokens."""

    prices: dict[str, Decimal]
    usd: Decimal = Decimal(0)
    calls: int = 0

    def charge(self, usage: Usage) -> None:
        self.calls += 1
        for kind in ("input", "output", "cache_read", "cache_write"):
            self.usd += getattr(usage, kind) * self.prices[kind] / 1_000_000


@dataclass
class Case:
    """One random session: its prices, its cap, its model."""

    number: int
    chance: random.Random
    prices: dict[str, Decimal]
    cap: float
    context: int
    max_output: int
    density: int = 100
    """Percent of a token a byte may make at most."""

    def settings(self) -> str:
        table = ", ".join(f"{kind} = {price}" for kind, price in self.prices.items())
        return (
            f'[[models]]\nid = "{MODEL}"\nprovider = "bench"\nprice = {{ {table} }}\n'
            f"context = {self.context}\nmax_output = {self.max_output}\n"
        )

    def count(self, texts: list[str]) -> int:
        """Tokens of these texts: never more than their bytes, the same each time."""
        return sum(-(-len(text.encode()) * (crc32(text.encode()) % self.density + 1) // 100) for text in texts)

    def usage(self, tokens: int, known: int, most: int) -> Usage:
        """A random use: `known` of the tokens were sent before; at most `most` come out."""
        read = self.chance.choice((0, known, self.chance.randint(0, known)))
        written = self.chance.choice((0, tokens - read, self.chance.randint(0, tokens - read)))
        output = self.chance.choice((most, self.chance.randint(1, most), self.chance.randint(1, min(most, 300))))
        return Usage(input=tokens - read - written, output=output, cache_read=read, cache_write=written)


def make_case(seed: int, number: int) -> Case:
    chance = random.Random(f"{seed}/{number}")

    def price(low: float, high: float) -> Decimal:
        return Decimal(f"{low * (high / low) ** chance.random():.4f}")

    entry = price(0.02, 30)
    prices = {
        "input": entry,
        "output": entry * chance.choice((1, 2, 5, 8)),
        "cache_read": entry / chance.choice((1, 2, 4, 10)),
        "cache_write": entry * chance.choice((Decimal(0), Decimal(1), Decimal("1.25"), Decimal(2))),
    }
    context, max_output = chance.choice((8_000, 16_000, 32_000, 200_000)), chance.choice((800, 2_000, 8_000, 64_000))
    call = float(prices["input"] * 6_000 + prices["output"] * min(max_output, 2_000)) / 1e6
    cap = round(max(call * 0.3 * 100 ** chance.random(), 1e-6), 6)
    return Case(number, chance, prices, cap, context, max_output, chance.choice((5, 35, 100)))


class Billing:
    """A provider that keeps books. `snapshot` is called once in mid-call where the session is to be killed."""

    def __init__(self, case: Case, books: Books) -> None:
        self.case, self.books = case, books
        self.snapshot: Callable[[], None] | None = None
        self._before: list[str] = []
        self._asked = 0

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        case, chance = self.case, self.case.chance
        texts = texts_of(request)
        frame = case.number % (FRAME + 1) + MESSAGE * len(request.messages)
        known = sum(1 for one, two in zip(texts, self._before, strict=False) if one == two)
        usage = case.usage(case.count(texts) + frame, case.count(texts[:known]), request.max_output)
        fault = chance.choice(FAULTS) if chance.random() < 0.15 else None
        if fault is not None and not fault[1]:
            raise failure(fault[0], billed=False)
        self.books.charge(usage)
        self._before = texts
        if self.snapshot is not None and chance.random() < 0.3:
            self.snapshot()
            self.snapshot = None
            raise Interrupted  # what the run does from here on is undone: the snapshot is what a kill leaves behind
        yield Text("So it ")
        if fault is not None:
            raise failure(fault[0], billed=True)
        calls = () if request.final or self._finished() else make_calls(chance, self.books.calls)
        text = "So it goes. " * chance.randint(1, 30)
        stop = "calls" if calls else chance.choice(("end", "end", "end", "length"))
        yield Assistant(text, calls, stop, spec.id, usage if chance.random() < 0.85 else None)  # type: ignore[arg-type]

    def _finished(self) -> bool:
        self._asked += 1
        return self._asked % TURNS == 0 or self.case.chance.random() < 0.1


def opened(options: Options, service: Billing, raised: float = 0.0) -> Session:
    """A session through the app, its provider replaced by the service; the person raises its cap once to `raised`."""

    def raise_cap(reached: CapReached) -> bool:
        budget = session.parts.agent.driver.budget
        if not raised or budget.cap_usd == raised:
            return False
        budget.cap_usd = raised
        return True

    session = open_session(structs.replace(options, autonomy="high"), Person(raise_cap=raise_cap))
    driver = session.parts.agent.driver
    driver.route = Route(driver.route.spec, service, driver.route.endpoint)
    driver.failover = at_once
    return session


def at_once(trying: Trying) -> Retry | None:
    """Again without a pause, as often as failover would; the first attempt as it is."""
    return Retry(0.0) if trying.error is not None and trying.attempt < ATTEMPTS else None


FAULTS: tuple[tuple[Fault, bool], ...] = (
    ("rate_limit", False),
    ("server", False),
    ("network", False),
    ("overloaded", True),
    ("incomplete", True),
    ("stalled", True),
    ("malformed", True),
    ("empty", True),
)
"""What may fail, and whether the service bills for it."""


def failure(fault: Fault, *, billed: bool) -> ProviderError:
    status = {"rate_limit": 429, "server": 503}.get(fault, 0)
    return ProviderError(
        f"The bench failed: {fault}.", fault=fault, retry="same", status=status, sent=billed or status > 0
    )


def make_calls(chance: random.Random, number: int) -> tuple[Call, ...]:
    some = (
        ("read", {"file_path": chance.choice(("small.txt", "large.txt", "none.txt"))}),
        ("glob", {"pattern": "*"}),
        ("grep", {"pattern": "line 1"}),
        ("nothing_like_it", {"a": 1}),
        ("read", "{not json"),
    )
    picked = [chance.choice(some) for _ in range(chance.randint(1, 3))]
    return tuple(
        Call(f"call-{number}-{place}", name, given if isinstance(given, str) else json.dumps(given))
        for place, (name, given) in enumerate(picked)
    )


def texts_of(request: Request) -> list[str]:
    """What of a request a tokenizer gets to see, in order."""
    tools = [f"{tool.name} {tool.description} {json.dumps(tool.parameters)}" for tool in request.tools]
    texts = [request.system, *(text.replace('": ', '":').replace(', "', ',"') for text in tools)]
    for message in request.messages:
        match message:
            case User(text=text):
                texts.append(text)
            case Assistant(text=text, calls=calls):
                texts += [text, *(f"{call.name}{call.arguments}" for call in calls)]
            case ToolResults(results=results):
                texts += [result.content for result in results]
    return texts


TOLD = ("text", "content", "arguments", "output", "thinking", "instructions", "system", "name", "description")
WHOLE = ("parameters", "input_schema")


def wire_texts(found: Any, key: str = "") -> list[str]:
    """What of a request's JSON a tokenizer gets to see, in order."""
    if isinstance(found, str):
        return [found] if key in TOLD else []
    if isinstance(found, list):
        return [text for item in found for text in wire_texts(item, key)]
    if not isinstance(found, dict):
        return []
    texts: list[str] = []
    for name, value in found.items():
        whole = name in WHOLE or (name == "input" and isinstance(value, dict))
        texts += [json.dumps(value, separators=(",", ":"), ensure_ascii=False)] if whole else wire_texts(value, name)
    return texts
