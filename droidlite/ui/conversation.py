"""The contract between the app and a person's terminal: what the UI may ask of a conversation, and of a person."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from droidlite.events import Counterfactual, Event, ModelUsage
from droidlite.tool import Answer, Approval, Diff, Question
from droidlite.types import Autonomy, Candidate, Effort, Image, RoutingDecision, Switch, User
from droidlite.ui.bill import Bill
from droidlite.ui.filling import Filling
from droidlite.ui.past import SessionRow
from droidlite.ui.permitted import Permit, Permitted
from droidlite.ui.rewinding import Part, Preview, Rewinding, TurnRow
from droidlite.ui.spending import Stats
from droidlite.ui.trusting import Trusting

ExportFormat = Literal["md", "json", "html"]


class Status(Struct, frozen=True, kw_only=True):
    """What the status line shows. Costs are USD, `context_*` tokens; `cap_usd` None means no cap; a session that
    is not `stored` cannot be resumed. aim: what auto aims at ("" = nobody routed); `switch_share` of what a task
    costs may go to changes of model (0 = not routed). title: of a session that was resumed or named. place: `cwd` as
    the shell the person came from names it, "" where it is that shell's own folder."""

    model: str
    strategy: Literal["auto", "chosen"]
    aim: str = ""
    switch_share: float = 0.0
    session_id: str
    cwd: str
    place: str = ""
    endpoint: str = ""
    cost_usd: float = 0.0
    cap_usd: float | None = None
    context_tokens: int = 0
    context_window: int = 0
    autonomy: Autonomy = "off"
    sandbox: str = "off"
    effort: Effort = ""
    branch: str = ""
    scripted: bool = False
    stored: bool = True
    title: str = ""


class Move(Struct, frozen=True, kw_only=True):
    """What going on with a model would mean for a session: `warm` tokens of the conversation are in its cache, reading
    the others costs `switch_usd` beyond a warm cache (None = not known, or there is nothing to read). health: why its
    endpoint takes no requests now ("" = it does)."""

    warm: int = 0
    switch_usd: float | None = None
    health: str = ""


class Spending(Struct, frozen=True, kw_only=True):
    """What a session has cost so far, in USD, and what the reference model would have (None = nobody routed)."""

    by_model: dict[str, ModelUsage]
    total_usd: float
    counterfactual: Counterfactual | None = None


class Asked(NamedTuple):
    """A prompt of ours on its way: a line that tells the person what it is about, and what happens."""

    told: str
    events: Iterator[Event]


class Answered(NamedTuple):
    """An answer given aside, and its cost in USD (None = not known)."""

    text: str
    cost_usd: float | None


class Person(Protocol):
    """Who sits at the terminal. Every method is called from a worker thread and blocks until answered; all of them
    return the refusing answer at once when the person leaves."""

    def ask_approval(self, approval: Approval) -> Answer: ...

    def ask_question(self, question: Question) -> str:
        """The answer; "" when the person would not say."""
        ...

    def ask_cap(
        self, spent_usd: float, cap_usd: float, needed_usd: float, most_usd: float | None = None
    ) -> float | None:
        """The new cap in USD, always above `cap_usd` and never above `most_usd` (None = no such limit); None to stop.
        `needed_usd` is the worst case of the next call."""
        ...


class Conversation(Protocol):
    """One session as the terminal sees it; the app implements it.

    send, compact and shell run in a worker thread, one at a time; they end with RunFinished or raise DroidliteError.
    status, files, interrupt and set_autonomy are called on the UI's thread at any time: quick, and never blocking.
    Everything else is called from a worker thread while nothing runs, and may raise DroidliteError.
    """

    def attend(self, person: Person) -> None:
        """Tells who answers approvals, questions and caps; called once, before anything else but trust."""
        ...

    def past(self) -> tuple[Event | User, ...]:
        """Retells the last turns of a session that is gone on with; () for a new one. Called once, at the start."""
        ...

    def warm(self) -> None:
        """Begins to load what the first message will need; called once the person can type."""
        ...

    def send(self, text: str, images: tuple[Image, ...] = ()) -> Iterator[Event]: ...
    def shell(self, command: str) -> Iterator[Event]: ...
    def compact(self) -> Iterator[Event]: ...
    def review(self, words: str) -> Asked:
        """Has the model review the working tree ("" ) or a named branch, commit or range; what would change something
        is asked about meanwhile. Raises UsageError where there is nothing to review."""
        ...

    def init(self) -> Asked:
        """Has the model write AGENTS.md, or improve it where it is there."""
        ...

    def btw(self, question: str) -> Answered:
        """Asks the model aside, with the conversation as context; neither question nor answer enters it. May be called
        while something runs, and several times at once; `interrupt` ends it as well."""
        ...

    def interrupt(self) -> None: ...

    def status(self) -> Status: ...
    def endpoints(self) -> tuple[str, ...]:
        """How each way to the session's model does, in a line."""
        ...

    def files(self, prefix: str) -> tuple[str, ...]:
        """Paths relative to the working folder that match what was typed after @, best first, at most 50."""
        ...

    def why_hidden(self, path: str) -> str:
        """The rule that keeps what is in a file from being shown to a model, such as read(.env); "" for none."""
        ...

    def candidates(self, mode: str = "") -> tuple[RoutingDecision | None, tuple[Candidate, ...]]:
        """What auto would choose, in `mode` ("" = the one in force), and every model."""
        ...

    def moves(self, candidates: Sequence[Candidate]) -> dict[str, Move]:
        """By model id, for those that may be used."""
        ...

    def choose(self, model: str, mode: str = "", effort: Effort | None = None) -> None:
        """A ModelSpec id, or "auto", from here on in `mode` ("" = the one in force) and with `effort` (None = that in
        force)."""
        ...

    def think(self, effort: Effort) -> None:
        """How hard the model at work thinks from here on ("" = the service's default). Raises UsageError where it has
        no such effort."""
        ...

    def aim(self, mode: str) -> str:
        """What auto aims at from here on. Before the first prompt auto chooses anew (""); a session that has begun
        keeps its model, which the line returned says."""
        ...

    def escalate(self, model: str) -> str:
        """Has a stronger model take over before the next call: `model`, or "" for whichever is best. Returns what that
        costs and brings, in a line. Called at any time; raises DroidliteError where there is none."""
        ...

    def decision(self) -> RoutingDecision:
        """Why this session is on its model."""
        ...

    def switches(self) -> Sequence[Switch]:
        """Its changes of model so far, without those a person chose."""
        ...

    def set_autonomy(self, autonomy: Autonomy) -> Autonomy:
        """What it is from now on: policy may allow less than was asked for."""
        ...

    def trusting(self, *, again: bool = False) -> Trusting | None:
        """As droidlite.ui.trusting.Trusts has it; also called before `attend`."""
        ...

    def trust(self) -> str: ...
    def distrust(self) -> str:
        """Asks about it again at the next start; a line that says so."""
        ...

    def trusted(self) -> str:
        """How it stands, in a few words."""
        ...

    def permitted(self) -> Permitted:
        """What may run without asking."""
        ...

    def revoke(self, permit: Permit) -> None:
        """Has it asked about again, from now on. Raises DroidliteError where it cannot be."""
        ...

    def cap(self, cap_usd: float | None) -> None:
        """What the session may cost in all, in USD, from its next call on; None lifts the cap. Raises UsageError where
        that is spent already, where policy allows less or a ledger is shared, or where the model's price is not known.
        """
        ...

    def bill(self) -> Bill: ...
    def filling(self) -> Filling: ...
    def stats(self, since: str) -> Stats:
        """What was spent in this repository since a date or for a time such as 30d ("" = always). Raises UsageError."""
        ...

    def spending(self) -> Spending: ...
    def judge(self, good: bool) -> None:
        """Keeps whether the session did what the person wanted; raises UsageError where nothing was asked of it."""
        ...

    def sessions(self, words: str = "") -> tuple[SessionRow, ...]:
        """Those of this folder, newest use first; with `words` the one of that id, else those whose title or prompts
        hold them all."""
        ...

    def rename(self, title: str) -> str:
        """Calls the session so from here on; returns the title as it is kept. Raises UsageError for none."""
        ...

    def resume(self, session_id: str) -> tuple[Event | User, ...]:
        """Makes that session the current one; what it returns retells its last turns."""
        ...

    def new(self) -> None: ...
    def fork(self) -> None:
        """Goes on with a copy of the session; the original stays as it is."""
        ...

    def turns(self) -> tuple[TurnRow, ...]: ...
    def preview_rewind(self, turn: int) -> Preview: ...
    def rewind(self, turn: int, part: Part) -> Rewinding:
        """Takes files, conversation or both back to just before `turn`."""
        ...

    def undo_rewind(self) -> tuple[str, ...]:
        """Takes the last rewind back, until the next prompt or command: lines that say what was done. Raises
        UsageError when there is none."""
        ...

    def transcript(self) -> str:
        """All that was said and done so far, tools' output in full, as text; while something runs, too."""
        ...

    def diff(self, turn: int = 0) -> tuple[Diff, ...]:
        """What was changed since the start of `turn` (0 = by the whole session), file by file; the patch of one that
        is not text is ""."""
        ...

    def export(self, form: ExportFormat) -> str:
        """Where it was written."""
        ...
