"""The nouns every room shares: messages, usage, models, endpoints, decisions. Frozen, closed unions, no behaviour."""

from collections.abc import Iterator
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from droidlite.cancellation import Cancellation

WireProtocol = Literal["anthropic", "openai-responses", "openai-chat", "scripted", "local"]
Effort = Literal["", "low", "medium", "high"]
"""How hard the model should think; "" leaves it to the service's default."""
Stop = Literal["end", "calls", "length"]
"""Why a reply ended: it was done, it asks for tools, or it was cut at the output limit."""
Tier = Literal["local", "small", "mid", "frontier"]
TaskKind = Literal["fix", "feature", "tests", "refactor", "docs", "question", "terminal", "other"]
"""fix: something is broken; feature: something new; tests: write tests; refactor: same behaviour, other shape; docs:
text; question: nothing changes; terminal: set up, build, run, operate; other: it cannot be told."""
Blocked = Literal["", "permission", "network", "disk", "credential", "program"]
"""What stood in a call's way that no model can help: policy or the system's permissions, no network, a full disk, a key
that is missing or not accepted, a program that is not installed."""
Autonomy = Literal["off", "low", "medium", "high"]
"""What runs without asking: off = reads only; low = + edits inside the root; medium = + commands that stay on this
machine and can be undone; high = everything but what policy denies."""


# --- what a conversation is made of -------------------------------------------------------------------------------


class Image(Struct, frozen=True, tag="image"):
    """A picture as base64 `data` of `media_type` (image/png, image/jpeg, image/gif, image/webp)."""

    media_type: str
    data: str


class User(Struct, frozen=True, tag="user"):
    """What the person (or the host on their behalf) said."""

    text: str
    images: tuple[Image, ...] = ()


class Call(Struct, frozen=True):
    """One tool call. `arguments` is the JSON text exactly as the model wrote it; it may be invalid JSON."""

    id: str
    name: str
    arguments: str


class Usage(Struct, frozen=True):
    """Token counts, disjoint: `input` excludes what was read from or written to the prompt cache; `output` includes
    thinking."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


def add_usage(one: Usage, two: Usage) -> Usage:
    """Two counts as one."""
    return Usage(
        input=one.input + two.input,
        output=one.output + two.output,
        cache_read=one.cache_read + two.cache_read,
        cache_write=one.cache_write + two.cache_write,
    )


class Opaque(Struct, frozen=True):
    """A reply's own items as its service wants them back: JSON text of a list, only for the same `protocol` and
    `model`. Holds signed thinking and encrypted reasoning in their original order among text and calls. `endpoint` is
    the one that encrypted them, where no other can read them."""

    protocol: str
    model: str
    items: str
    endpoint: str = ""


class Assistant(Struct, frozen=True, tag="assistant"):
    """One whole reply. `usage` is None where the service reported none. `model` is the ModelSpec id."""

    text: str
    calls: tuple[Call, ...] = ()
    stop: Stop = "end"
    model: str = ""
    usage: Usage | None = None
    opaque: Opaque | None = None


class ToolResult(Struct, frozen=True):
    """The one answer to one call: `content` is what the model reads. `exit_code` of the command it ran, None where it
    ran none; `blocked`: what stood in its way."""

    call_id: str
    content: str
    is_error: bool = False
    images: tuple[Image, ...] = ()
    exit_code: int | None = None
    blocked: Blocked = ""


class ToolResults(Struct, frozen=True, tag="results"):
    """The answers to all calls of the reply before, in the order of its calls."""

    results: tuple[ToolResult, ...]


Message = User | Assistant | ToolResults


class Text(Struct, frozen=True, tag="text"):
    """More of the visible answer."""

    text: str


class Thought(Struct, frozen=True, tag="thought"):
    """More of the model's visible thinking (a summary, for services that hide the rest)."""

    text: str


class CallAnnounced(Struct, frozen=True, tag="call"):
    """The model has begun to write a call of this tool; nothing may run yet."""

    name: str


Delta = Text | Thought | CallAnnounced


# --- models and the services that run them --------------------------------------------------------------------------


class ModelSpec(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a model can do; never what it costs. `context` and `max_output` are tokens. `name` is what the service
    calls it ("" = the id); `price` is the id genai-prices knows it by ("" = the name, "free" = costs nothing)."""

    id: str
    provider: str
    name: str = ""
    tier: Tier = "mid"
    context: int = 128_000
    max_output: int = 16_384
    images: bool = False
    tools: bool = True
    efforts: tuple[Effort, ...] = ()
    edit: Literal["edit", "patch"] = "edit"
    open_weights: bool = False
    price: str = ""
    aliases: tuple[str, ...] = ()


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to reach models. `kind` "bedrock" and "vertex" are Claude in the clouds of AWS and Google, in a `region`
    and by packages of theirs (`pip install 'droidlite[bedrock]'`, or vertex); without a key they are logged in to as
    the clouds' own tools are. `api_key` and `api_keys` have their ${VAR} already replaced and must never be shown or
    stored; the keys are used in their order. `models` are globs over model ids, `names` what it calls a model by
    another name than the id's; `tpm`/`rpm` are tokens and requests a minute for each key (0 = not known). Dedicated
    capacity comes before shared, then the smaller `priority`."""

    name: str
    protocol: WireProtocol
    kind: Literal["direct", "bedrock", "vertex", "azure"] = "direct"
    base_url: str = ""
    api_key: str = ""
    api_keys: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    region: str = ""
    capacity: Literal["dedicated", "shared"] = "shared"
    priority: int = 0
    tpm: int = 0
    rpm: int = 0

    def __repr__(self) -> str:
        return f"Endpoint(name={self.name!r}, protocol={self.protocol!r}, base_url={self.base_url!r})"


class ToolSpec(Struct, frozen=True):
    """A tool as a model sees it: `parameters` is its JSON Schema (an object)."""

    name: str
    description: str
    parameters: dict[str, Any]


class Request(Struct, frozen=True, kw_only=True):
    """One call of a model. `max_output` caps tokens, thinking included. `cache_key` is the session id. `check` is the
    command whose exit 0 means done ("" = none). `final` forbids tool calls (tools stay listed: the cached prefix must
    not change)."""

    system: str
    tools: tuple[ToolSpec, ...]
    messages: tuple[Message, ...]
    max_output: int
    effort: Effort = ""
    cache_key: str = ""
    check: str = ""
    final: bool = False


class Provider(Protocol):
    """Speaks one protocol to one endpoint."""

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        """Yields deltas, then exactly one Assistant, last, and only after the service's terminal event.

        Raises ProviderError and nothing else; on cancellation closes the connection and raises errors.Interrupted.
        One attempt: never retries. Never yields an Assistant whose calls were cut (stop "length" drops every call).
        """
        ...


# --- decisions --------------------------------------------------------------------------------------------------------


class Interval(Struct, frozen=True):
    """An estimate and the ends of its central 80 % interval, in the unit of what is estimated."""

    mean: float
    low: float
    high: float


class Stage(Struct, frozen=True):
    """One model of a plan, and what ends its part: `stop_usd`, the spend at which the next one takes over (None = no
    limit), or a failed check where the plan is a verified one. The last stage has neither."""

    model: str
    stop_usd: float | None = None


class Estimate(Struct, frozen=True, kw_only=True):
    """What a plan is expected to do for one task of the kind at hand: the chance that it is solved and its cost in
    USD. `plan` is the stages in words, `basis` what the numbers rest on, such as "291 runs of this kind"."""

    stages: tuple[Stage, ...]
    success: Interval
    cost: Interval
    plan: str = ""
    basis: str = ""


class Candidate(Struct, frozen=True, kw_only=True):
    """A model as a choice: where it would run, what it costs and whether it may be used (`why_not` "" = yes).
    Prices are USD per million tokens at a small context; None = not known. `estimate` is for one task of the kind at
    hand with this model alone."""

    spec: ModelSpec
    endpoint: str = ""
    input_price: float | None = None
    output_price: float | None = None
    why_not: str = ""
    estimate: Estimate | None = None


class RoutingDecision(Struct, frozen=True, kw_only=True):
    """Which model starts, and why; `runners_up` are model ids, best first; `rejected` maps model id to reason.

    The rest is empty where nobody routed. strategy: "auto", "chosen" (by the person), "fixed default" (a script, or
    shadow mode), or "fallback" where the router failed. mode, kind, confidence: what was aimed at, for what kind of
    task, how surely recognised (0 to 1). estimate: of the plan that starts with `model`; others: of the plans that came
    next, in the order of `runners_up`, then of the nearest that fall short where few reach what was aimed at.
    reference: the model that success and cost are held against; counterfactual: that model alone. rule: the rules that
    matched, with file and line; verified: whether a check ends the task; evidence: its version."""

    model: str
    endpoint: str
    strategy: str
    reasons: tuple[str, ...] = ()
    runners_up: tuple[str, ...] = ()
    rejected: dict[str, str] = field(default_factory=dict)
    mode: str = ""
    kind: str = ""
    confidence: float = 0.0
    verified: bool = False
    estimate: Estimate | None = None
    others: tuple[Estimate, ...] = ()
    reference: str = ""
    counterfactual: Estimate | None = None
    rule: str = ""
    evidence: str = ""


class Switch(Struct, frozen=True, kw_only=True):
    """A change of model within a session; `price_usd` is what the switch itself costs (0 where that is not known).
    `gate` is the sum it rests on, by the names of routing.economics.Gate: tokens, calls, chances, USD."""

    from_model: str = field(name="from")
    to: str
    cause: str
    price_usd: float = 0.0
    reasons: tuple[str, ...] = ()
    gate: dict[str, float] = field(default_factory=dict)
