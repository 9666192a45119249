"""A model that says what it is told to, tools that do next to nothing, and a journal that is a list."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from droidlite.agent.attempts import Retry, Route
from droidlite.agent.budget import Budget, Prices
from droidlite.agent.driver import Driver
from droidlite.agent.loop import Agent
from droidlite.agent.permissions import Permissions, Ruling
from droidlite.agent.toolbox import Toolbox
from droidlite.agent.transcript import Transcript
from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.session.records import Record
from droidlite.tool import Answer, Approval, Outcome, Tool, ToolContext
from droidlite.types import Assistant, Autonomy, Call, Delta, Message, ModelSpec, Request, Text, Usage

SPEC = ModelSpec(id="fake", provider="fake", context=50_000, max_output=8_000)
USAGE = Usage(input=100, output=10)
Step = Assistant | ProviderError | Callable[[Request], Assistant]


class Records(list[Record]):
    def append(self, record: Record) -> int:  # type: ignore[override]
        super().append(record)
        return len(self)


class FakeProvider:
    """Answers with `steps` in order; keeps each request's messages. What has more than `limit` bytes does not fit."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[Request] = []
        self.limit = float("inf")

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        self.requests.append(request)
        if cancellation.cancelled:
            raise Interrupted
        if request_size(request) > self.limit:
            raise ProviderError("too long", fault="context", retry="never", status=400)
        step = self.steps.pop(0)
        if isinstance(step, ProviderError):
            raise step
        reply = step if isinstance(step, Assistant) else step(request)
        if reply.text:
            yield Text(reply.text)
        yield reply

    @property
    def sent(self) -> list[tuple[Message, ...]]:
        return [request.messages for request in self.requests]


def request_size(request: Request) -> int:
    return len(msgspec.json.encode((request.system, request.tools, request.messages)))


def says(text: str, *calls: Call, stop: Any = None, usage: Usage | None = USAGE) -> Assistant:
    return Assistant(text, calls, stop or ("calls" if calls else "end"), SPEC.id, usage)


class Word(Struct, forbid_unknown_fields=True):
    word: str = ""


class Command(Struct, forbid_unknown_fields=True):
    command: str


def echo(arguments: Word, context: ToolContext, call_id: str) -> Outcome:
    return Outcome(arguments.word)


def explode(arguments: Word, context: ToolContext, call_id: str) -> Outcome:
    raise RuntimeError("boom")


def run_command(arguments: Command, context: ToolContext, call_id: str) -> Outcome:
    return Outcome(f"ran {arguments.command}")


ECHO = Tool(name="echo", description="Says it back.", arguments=Word, effect="read", run=echo)
EXPLODE = Tool(name="explode", description="Fails.", arguments=Word, effect="read", run=explode)
TOUCH = Tool(name="touch", description="Changes a file.", arguments=Word, effect="write", run=echo)
SHELL = Tool(name="shell", description="Runs.", arguments=Command, effect="execute", run=run_command)
TOOLS = (ECHO, EXPLODE, TOUCH, SHELL)


def cost(spec: ModelSpec, usage: Usage) -> float | None:
    """A dollar a thousand input tokens, ten a thousand output tokens."""
    return (usage.input + usage.cache_read + usage.cache_write) / 1_000 + usage.output / 100


def worst(spec: ModelSpec, input_tokens: int, output_tokens: int) -> float | None:
    return input_tokens / 1_000 + output_tokens / 100


class Rig:
    """An agent over fakes, with everything at hand."""

    def __init__(
        self,
        root: Path,
        *steps: Step,
        tools: tuple[Tool, ...] = TOOLS,
        autonomy: Autonomy = "high",
        ask: Callable[[Approval], Answer] | None = None,
        cap: float | None = None,
        prices: Prices | None = None,
        spec: ModelSpec = SPEC,
        max_turns: int | None = None,
        retry: Retry | None = None,
        raise_cap: Callable[..., bool] = lambda reached: False,
    ) -> None:
        self.records = Records()
        self.provider = FakeProvider(*steps)
        self.cancellation = Cancellation()
        self.context = ToolContext(
            root=root, spill=root, environment={}, cancellation=self.cancellation, save=lambda path: None
        )
        self.permissions = Permissions(
            autonomy, judge=lambda command, autonomy, prefixes: Ruling(autonomy == "high", "rules", ("pre",)), ask=ask
        )
        self.toolbox = Toolbox(tools, self.context, self.permissions)
        self.budget = Budget(prices or Prices(cost, worst), self.records, cap_usd=cap)
        self.transcript = Transcript(system="S", tools=self.toolbox.specs, journal=self.records)
        self.driver = Driver(
            Route(spec, self.provider, "fake-endpoint"),
            self.budget,
            self.cancellation,
            failover=lambda trying: retry if 0 < trying.attempt < 3 else None,
        )
        self.agent = Agent(
            transcript=self.transcript,
            driver=self.driver,
            toolbox=self.toolbox,
            max_turns=max_turns,
            raise_cap=raise_cap,
        )
