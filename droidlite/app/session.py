"""One session, put together: runs prompts, and says at the end of each what came of it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce

import msgspec
from msgspec import Struct

from droidlite.agent.attempts import Route
from droidlite.agent.loop import Agent
from droidlite.agent.prompt import read_prompt
from droidlite.app.escalating import Escalation
from droidlite.app.redacting import without_secrets
from droidlite.app.repository import head_of
from droidlite.app.returning import Returned, ended
from droidlite.app.reviewing import Reviewer
from droidlite.app.shadow import Shadow
from droidlite.app.sharing import shared_ledger
from droidlite.app.verifying import Verifier
from droidlite.cancellation import Cancellation
from droidlite.errors import CapReached, DroidliteError, TimedOut, VerifyFailed
from droidlite.events import (
    Counterfactual,
    Event,
    ModelChosen,
    RunFinished,
    SessionStarted,
    Warned,
)
from droidlite.providers.pictures import unseen
from droidlite.result import Review, Routing, Trust, VerifyResult
from droidlite.session.checkpoint import Checkpoint
from droidlite.session.journal import Journal
from droidlite.session.records import Decided
from droidlite.settings.config import RouterMode
from droidlite.tool import ToolContext
from droidlite.types import Image, RoutingDecision, Switch, Usage, User, add_usage

TOO_SMALL = 0.1
"""A cap below this share of what is expected will most likely end the run before anything is done."""


AWAY, REWOUND = "what changed while the session was left", "a rewind of one part"
"""Notes to the model."""


class Parts(Struct, kw_only=True):
    """What a session is made of. `opening` is what the host says before the first prompt; `verifier` runs prompts under
    a check (None = there is none), `reviewer` reads the diff where there is none; `timeout` seconds a run may take
    (None = no limit), of which `waited` went by before it. `reroute` decides anew for the first prompt of a session
    (None where that changes nothing), `aim` says what it aims at. `counterfactual` tells what the reference model of a
    decision would have cost so far. `withheld` is what to say where a read-only run refused what settings would have
    allowed. `trust`: whether what the repository brings is used. `shadow` asks in shadow mode what auto would have
    chosen. `notes` are what the model is told before the next prompt, by what they are about; `back` is what changed
    while the session was left, `title` what a resumed session is called."""

    session_id: str
    cwd: str
    agent: Agent
    context: ToolContext
    journal: Journal
    checkpoint: Checkpoint
    decision: RoutingDecision
    reroute: Callable[[str], tuple[Route, RoutingDecision] | None]
    aim: Callable[[RouterMode], None]
    escalation: Escalation
    opening: str
    verifier: Verifier | None = None
    reviewer: Reviewer | None = None
    timeout: float | None = None
    waited: float = 0.0
    turns: int = 0
    resumed: bool = False
    warnings: list[str]
    withheld: str = ""
    trust: Trust = Trust(state="nothing")
    notes: dict[str, str] = {}
    back: Returned = Returned()
    title: str = ""
    close: Callable[[], None]
    shadow: Shadow | None = None
    counterfactual: Callable[[RoutingDecision], Counterfactual | None] = lambda decision: None


class Session:
    """Runs prompts one after the other; `stop` may be called from any thread or a signal handler."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._stopped: DroidliteError | None = None
        self._told = False

    def run(self, text: str, images: tuple[Image, ...] = (), *, typed: str = "") -> Iterator[Event]:
        """Everything that happens, ending with RunFinished whatever happens. `typed`: the command of ours that `text`
        was made for ("" = none); what that asks for is nothing that a check or a reviewer could tell of."""
        return without_secrets(self._run(text, images, typed), self.parts.context.redaction)

    def _run(self, text: str, images: tuple[Image, ...], typed: str) -> Iterator[Event]:
        parts, started = self.parts, time.monotonic()
        self._reroute(text)
        self._begin()
        if parts.shadow:
            parts.shadow.begin(text)
        yield from self._introduction()
        if images and not (spec := parts.agent.driver.route.spec).images:
            yield Warned(unseen(spec))
        timer = self._timer()
        error: DroidliteError | None = None
        answer = ""
        try:
            if parts.verifier:
                parts.verifier.last = None
            if parts.verifier and not typed:
                answer = yield from parts.verifier.run(User(text, images))
            else:
                answer = yield from parts.agent.run(User(text, images), typed=typed)
            if parts.reviewer and not typed:
                yield from parts.reviewer.review(text, parts.context.cancellation)
            parts.checkpoint.end_turn()
        except DroidliteError as raised:
            error = self._stopped or raised
        finally:
            timer.cancel()
        yield from parts.escalation.told()
        yield from self._told_late()
        verification = parts.verifier.last if parts.verifier and not typed else None
        if error is None and verification is not None:
            error = verification.error()
        yield self._finished(answer, error, time.monotonic() - started)

    def stop(self, error: DroidliteError) -> None:
        """Ends the run under way: its tool's process group is killed, its stream closed; `error` is the outcome."""
        self._stopped = self._stopped or error
        self.parts.context.cancellation.cancel()

    def close(self) -> None:
        self.parts.close()

    def renew(self) -> None:
        """Before anything runs: an interruption of what ran before is over."""
        self._stopped = None
        self.parts.context.cancellation = self.parts.agent.driver.cancellation = Cancellation()

    def route_to(self, route: Route, decision: RoutingDecision) -> None:
        """Goes on with another model, chosen by the person."""
        self.parts.agent.driver.route = route
        self.parts.decision, self._told = decision, False
        self.parts.escalation.follow(decision)

    def _reroute(self, text: str) -> None:
        """The first prompt tells what kind of task this is: only now auto can really choose. A command that the person
        ran before it is no prompt."""
        if self._told or self.parts.turns or self.parts.decision.strategy != "auto":
            return
        if (found := self.parts.reroute(text)) is not None:
            route, decision = found
            self.route_to(route, decision)

    def open_conversation(self) -> None:
        """Says the opening, where nothing was said yet."""
        if not self.parts.agent.transcript.messages:
            self.parts.agent.transcript.say(User(self.parts.opening), host=True)

    def _begin(self) -> None:
        parts = self.parts
        self.renew()
        parts.turns += 1
        parts.escalation.begin_task()
        parts.checkpoint.begin_turn(parts.turns)
        self._note_head(parts.back.files)
        parts.back = parts.back._replace(files={})
        self.open_conversation()
        while parts.notes:
            parts.agent.transcript.say(User(parts.notes.pop(next(iter(parts.notes)))), host=True)

    def _note_head(self, told: Mapping[str, str]) -> None:
        """So that whoever comes back is told what has changed; `told` are the files of which that is told now."""
        head = head_of(self.parts.context.root)
        self.parts.journal.append(msgspec.structs.replace(head, at=time.time(), told=dict(told)))

    def _introduction(self) -> Iterator[Event]:
        parts = self.parts
        route = parts.agent.driver.route
        yield SessionStarted(
            session_id=parts.session_id,
            cwd=parts.cwd,
            model=route.spec.id,
            endpoint=route.endpoint,
            autonomy=parts.agent.toolbox.permissions.autonomy,
            tools=tuple(parts.agent.toolbox.tools),
            scripted=route.scripted,
            resumed=parts.resumed,
            sandbox=parts.context.sandbox,
            trust=parts.trust,
        )
        if not self._told:
            self._told = True
            parts.journal.append(Decided(decision=parts.decision, spec_id=route.spec.id, scripted=route.scripted))
            yield ModelChosen(parts.decision)
            if told := small_cap(parts.decision, parts.agent.driver.budget.cap_usd):
                yield Warned(told)
        if away := self.tell_away():
            yield away
        yield from self._warnings()

    def _told_late(self) -> Iterator[Event]:
        """What came up on the way."""
        parts = self.parts
        if parts.agent.toolbox.permissions.withheld and parts.withheld:
            parts.warnings.append(parts.withheld)
            parts.withheld = ""
        yield from self._warnings()

    def _warnings(self) -> Iterator[Event]:
        while self.parts.warnings:
            yield Warned(self.parts.warnings.pop(0))

    def tell_away(self) -> Warned | None:
        """What changed while the session was left, where something did and the person was not told yet."""
        told, self.parts.back = self.parts.back.told, self.parts.back._replace(told="")
        return Warned(told) if told else None

    def _timer(self) -> threading.Timer:
        seconds = self.parts.timeout
        error = TimedOut(f"Stopped after {seconds:g} seconds (--timeout)." if seconds else "")
        left = max(seconds - self.parts.waited, 0.0) if seconds else threading.TIMEOUT_MAX / 2
        timer = threading.Timer(left, self.stop, args=(error,))
        timer.daemon = True
        if seconds is not None:
            timer.start()
        return timer

    def _finished(self, answer: str, error: DroidliteError | None, seconds: float) -> RunFinished:
        parts, budget = self.parts, self.parts.agent.driver.budget
        try:
            if error is not None and error is self._stopped:
                parts.agent.transcript.say(User(read_prompt("interrupted")), host=True)
            if parts.shadow:
                parts.shadow.end(parts.journal)
            self._note_head({})
            command = parts.verifier.command if parts.verifier else ""
            parts.journal.append(ended(error, budget.spent_usd, budget.cap_usd, command))
        except DroidliteError as unwritten:
            error = error or unwritten
        subtype = error.subtype if error else "success"
        failed = error is not None and not isinstance(error, VerifyFailed)
        result = str(error) if failed else answer
        return RunFinished(
            subtype=subtype,
            is_error=error is not None,
            result=result,
            session_id=parts.session_id,
            num_turns=parts.agent.driver.replies,
            duration_ms=round(seconds * 1000),
            duration_api_ms=round(parts.agent.driver.seconds * 1000),
            total_cost_usd=round(budget.spent_usd, 8),
            usage=reduce(add_usage, (model.usage for model in budget.by_model.values()), Usage()),
            model_usage=dict(budget.by_model),
            routing=routing(parts.decision, parts.agent.driver.switches),
            counterfactual=parts.counterfactual(parts.decision),
            permission_denials=tuple(parts.agent.toolbox.denials),
            verify=self._checked(),
            ledger=shared_ledger(budget),
            trust=parts.trust,
            stopped=error.why if isinstance(error, CapReached) else "",
            exit_code=error.exit_code if error else 0,
        )

    def _checked(self) -> VerifyResult | None:
        """How the check went, or what a reviewer said."""
        verifier, reviewer = self.parts.verifier, self.parts.reviewer
        if verifier is not None and verifier.last is not None:
            return verifier.last.as_result()
        if reviewer is None or reviewer.last is None:
            return None
        said = reviewer.last
        return VerifyResult(review=Review(model=said.model, approved=said.approved, reason=said.reason))


def small_cap(decision: RoutingDecision, cap_usd: float | None) -> str:
    """What to say where a cap (USD) is less than TOO_SMALL of what the plan is expected to cost ("" = it is not)."""
    expected = decision.estimate.cost.mean if decision.estimate is not None else 0.0
    if cap_usd is None or cap_usd >= TOO_SMALL * expected:
        return ""
    return f"--max-cost ${cap_usd:g} is far below the ${expected:.2f} this plan is expected to cost."


def routing(decision: RoutingDecision, switches: Sequence[Switch] = ()) -> Routing:
    """The `routing` object of the result."""
    return Routing(
        model=decision.model,
        endpoint=decision.endpoint,
        strategy=decision.strategy,
        reasons=decision.reasons,
        runners_up=decision.runners_up,
        switches=tuple(switches),
    )
