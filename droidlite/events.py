"""What a run tells the outside, in order. Also the `stream-json` format: one event a line, `type` names the variant."""

from typing import Any, Literal

from msgspec import Struct, field

from droidlite.errors import Fault, Subtype
from droidlite.result import Routing, Trust, VerifyResult
from droidlite.tool import Display
from droidlite.types import Autonomy, RoutingDecision, Switch, Usage, add_usage


class SessionStarted(Struct, frozen=True, kw_only=True, tag="session_started"):
    """First event of every run. `scripted` is true when a script, not a model, is to answer first; `sandbox` is what
    holds commands: bwrap, landlock, seatbelt, "off" by the person's word, "none" where nothing works and each is asked
    about ("" = not told). `trust` tells whether what the repository brings is used."""

    session_id: str
    cwd: str
    model: str
    endpoint: str
    autonomy: Autonomy
    tools: tuple[str, ...]
    scripted: bool = False
    resumed: bool = False
    sandbox: str = ""
    trust: Trust = Trust(state="nothing")


class ModelChosen(Struct, frozen=True, tag="model_chosen"):
    """Which model answers, and why; told once a session, and again where the person chose another."""

    decision: RoutingDecision


class SwitchAnnounced(Struct, frozen=True, tag="switch_announced"):
    """Another model is about to take over; `switch` says why, what that costs and what is expected of it. Nothing has
    been spent on it yet; ModelSwitched follows."""

    switch: Switch


class ModelSwitched(Struct, frozen=True, tag="model_switched"):
    """Another model goes on from here; `switch` is the one announced, as it was carried out: its last reasons tell of a
    note, and what was lost on the way."""

    switch: Switch


class Helped(Struct, frozen=True, kw_only=True, tag="helped"):
    """The host saw that the model does not get on, and did less than change it. rung: "nudge" (told so), "effort"
    (raised), "consult" (another model was asked, and its advice told). `cost_usd` None = not known."""

    rung: Literal["nudge", "effort", "consult"]
    cause: str
    model: str = ""
    text: str = ""
    cost_usd: float | None = 0.0


class TurnStarted(Struct, frozen=True, tag="turn_started"):
    """A model call is about to be sent; `turn` counts from 1 within the run."""

    turn: int


class TextAdded(Struct, frozen=True, tag="text_added"):
    """A piece of the reply as it is written."""

    text: str


class ThoughtAdded(Struct, frozen=True, tag="thought_added"):
    """A piece of the model's reasoning, where it shows any."""

    text: str


class CallAnnounced(Struct, frozen=True, tag="call_announced"):
    """The model is writing a call; it may still come to nothing."""

    name: str


class AttemptFailed(Struct, frozen=True, kw_only=True, tag="attempt_failed"):
    """A model call failed at `endpoint` and is tried again after `wait_seconds`, by the endpoint `to` ("" = the same).
    Text shown since the last TurnStarted is void."""

    fault: Fault
    message: str
    attempt: int
    wait_seconds: float
    endpoint: str = ""
    to: str = ""


class ReplyFinished(Struct, frozen=True, kw_only=True, tag="reply_finished"):
    """A whole reply arrived. `cost_usd` is None where the price is not known; `text` repeats what was streamed;
    `scripted`: a script gave it in the model's place."""

    text: str
    model: str
    usage: Usage | None = None
    cost_usd: float | None = None
    context_tokens: int = 0
    scripted: bool = False


class CallStarted(Struct, frozen=True, kw_only=True, tag="call_started"):
    """A tool runs. `summary` is one line for a person; `arguments` the decoded JSON object."""

    call_id: str
    name: str
    summary: str
    arguments: Any = None


class CallProgressed(Struct, frozen=True, tag="call_progressed"):
    """More output of a running call."""

    call_id: str
    text: str


class CallFinished(Struct, frozen=True, kw_only=True, tag="call_finished"):
    """The one result of one call: `content` is what the model reads, `displays` what a person sees, `redacted` how many
    secrets were taken out of it."""

    call_id: str
    name: str
    content: str
    is_error: bool = False
    seconds: float = 0.0
    displays: tuple[Display, ...] = ()
    redacted: int = 0


class CallDenied(Struct, frozen=True, kw_only=True, tag="call_denied"):
    """Permission was refused; a CallFinished with the reason follows."""

    call_id: str
    name: str
    summary: str
    reason: str


class Compacted(Struct, frozen=True, kw_only=True, tag="compacted"):
    """The conversation was replaced by a summary and its newest part; counts are estimated tokens."""

    before_tokens: int
    after_tokens: int
    cost_usd: float | None = None


class VerifyFound(Struct, frozen=True, kw_only=True, tag="verify_found"):
    """The verify command that `auto` found, and the file that told it."""

    command: str
    why: str


class BaselineTaken(Struct, frozen=True, kw_only=True, tag="baseline_taken"):
    """How a found verify command went before any work; `exit_code` None: it did not end in its time, so that the exit
    code alone counts. `failing` names the tests that were red."""

    command: str
    exit_code: int | None
    failing: tuple[str, ...] = ()
    seconds: float = 0.0


class VerifyStarted(Struct, frozen=True, tag="verify_started"):
    """The verify command runs; VerifyFinished follows."""

    command: str


class VerifyFinished(Struct, frozen=True, kw_only=True, tag="verify_finished"):
    """The verify command ended; `exit_code` None means that it was stopped at its limit. `passed` is what counts (None:
    the exit code), `reason` why. `tampered`: files of the check itself without whose change it does not pass; `flaky`:
    tests that failed and passed when run again; `failing`: those that count against it, where they are known."""

    command: str
    exit_code: int | None
    output: str
    seconds: float
    passed: bool | None = None
    reason: str = ""
    tampered: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


class Reviewed(Struct, frozen=True, kw_only=True, tag="reviewed"):
    """Where nothing could be run, a model read the diff; `approved` None: it gave no verdict."""

    model: str
    approved: bool | None
    reason: str = ""


class Warned(Struct, frozen=True, tag="warned"):
    """Something the person should know; the run goes on."""

    message: str


class ModelUsage(Struct, frozen=True, kw_only=True):
    """What one model used. `unpriced` of its calls have no known price and are in no sum of money."""

    usage: Usage
    cost_usd: float
    calls: int
    unpriced: int = 0


def add_call(known: ModelUsage | None, usage: Usage | None, usd: float, *, unpriced: bool = False) -> ModelUsage:
    """`known` (None = nothing yet) and one more call."""
    before = known or ModelUsage(usage=Usage(), cost_usd=0.0, calls=0)
    return ModelUsage(
        usage=add_usage(before.usage, usage or Usage()),
        cost_usd=before.cost_usd + usd,
        calls=before.calls + 1,
        unpriced=before.unpriced + unpriced,
    )


class Counterfactual(Struct, frozen=True, kw_only=True):
    """What the session would have cost on the reference model alone, in USD: an estimate, for another model would have
    used other tokens."""

    model: str
    cost_usd: float
    basis: str = "estimate, same tokens"


class SharedLedger(Struct, frozen=True, kw_only=True):
    """A ledger (--ledger) after the run: what all that share `file` have spent together, in USD, open calls at their
    worst case."""

    file: str
    spent_usd: float
    cap_usd: float


class RunFinished(Struct, frozen=True, kw_only=True, tag="result"):
    """Last event of every run, whatever happened: the object `--output-format json` prints. A run that could not even
    begin has one too, except where flags or settings could not be understood (exit 2): that is a sentence on standard
    error alone. `num_turns` and `duration_*` are of this run; `total_cost_usd`, `usage` and `model_usage` of the whole
    session, earlier runs included.
    `counterfactual`is None where nobody routed, or no price of the reference model is known; `verify` where there was
    neither a check nor a reviewer; `ledger` without one; `trust` where the run could not begin. `stopped` says why a
    cap ended the run ("" = none did): `result` may be a closing summary."""

    subtype: Subtype
    is_error: bool
    result: str
    session_id: str
    num_turns: int
    duration_ms: int
    duration_api_ms: int
    total_cost_usd: float
    usage: Usage
    model_usage: dict[str, ModelUsage] = field(default_factory=dict)
    routing: Routing = Routing()
    counterfactual: Counterfactual | None = None
    permission_denials: tuple[str, ...] = ()
    verify: VerifyResult | None = None
    ledger: SharedLedger | None = None
    trust: Trust | None = None
    stopped: str = ""
    exit_code: int = 0


Event = (
    SessionStarted
    | ModelChosen
    | SwitchAnnounced
    | ModelSwitched
    | Helped
    | TurnStarted
    | TextAdded
    | ThoughtAdded
    | CallAnnounced
    | AttemptFailed
    | ReplyFinished
    | CallStarted
    | CallProgressed
    | CallFinished
    | CallDenied
    | Compacted
    | VerifyFound
    | BaselineTaken
    | VerifyStarted
    | VerifyFinished
    | Reviewed
    | Warned
    | RunFinished
)
