"""A session as the terminal sees it: what the UI's Conversation asks for, answered by the rooms that know."""

from collections.abc import Iterator, Sequence

import msgspec

from droidlite.agent.compaction import compact
from droidlite.agent.handoff import tell_tools
from droidlite.app import changes
from droidlite.app.assemble import open_session
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.picking import moves
from droidlite.app.redacting import without_secrets
from droidlite.app.retelling import retell
from droidlite.app.routes import make_route, tools_for
from droidlite.app.routing import Task, choose_model, find_model, survey
from droidlite.app.session import Session
from droidlite.app.setup import Setup, read_setup
from droidlite.app.telling import cost_lines, endpoint_lines, going_on, spending_of, status_of
from droidlite.app.typed import run_typed
from droidlite.app.worktree import open_worktree
from droidlite.errors import CapReached, DroidliteError, Interrupted, UsageError
from droidlite.events import Event
from droidlite.providers.losses import losses
from droidlite.sandbox.gitprograms import git_guards
from droidlite.session.export import export
from droidlite.session.records import Judged
from droidlite.session.store import Store
from droidlite.settings.config import Mode
from droidlite.settings.policy import narrow
from droidlite.types import Autonomy, Candidate, Effort, Image, RoutingDecision, Switch, User
from droidlite.ui.conversation import ExportFormat, Move, Rewinding, SessionRow, Spending, Status, TurnRow
from droidlite.ui.conversation import Person as AtTheTerminal

LISTED = 200
"""Sessions /resume shows."""


class Chat:
    """Implements droidlite.ui.conversation.Conversation over one Session at a time."""

    def __init__(self, options: Options) -> None:
        if options.worktree:
            options = msgspec.structs.replace(options, cwd=open_worktree(options.cwd, options.worktree), worktree="")
        self.options = options
        self.setup = read_setup(options.cwd, options=options, discover=None)
        self.store = Store(self.setup.places.state / "sessions")
        self.files_of = changes.Files(options.cwd)
        self._session: Session | None = None
        self._person = Person()

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = open_session(self.options, self._person, self.setup)
        return self._session

    def attend(self, person: AtTheTerminal) -> None:
        def raise_cap(reached: CapReached) -> bool:
            if reached.shared:
                return False
            budget = self.session.parts.agent.driver.budget
            most = self.setup.policy.budget.max_cost_usd
            cap = person.ask_cap(budget.spent_usd, budget.cap_usd or 0.0, reached.needed_usd, most)
            if cap is None:
                return False
            self.raise_cap(cap)
            return True

        self._person = Person(approve=person.ask_approval, answer=person.ask_question, raise_cap=raise_cap)
        self.session.parts.journal.folder  # noqa: B018 - opened now: a wrong model or session is told at once

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def past(self) -> tuple[Event | User, ...]:
        if not self.session.parts.resumed:
            return ()
        return self._retold()

    def _retold(self) -> tuple[Event | User, ...]:
        parts = self.session.parts
        return retell(parts.agent.transcript.messages, parts.journal.session().turns)

    # --- running ----------------------------------------------------------------------------------------------------

    def send(self, text: str, images: tuple[Image, ...] = ()) -> Iterator[Event]:
        return self.session.run(text, images)

    def shell(self, command: str) -> Iterator[Event]:
        """Runs what the person typed behind `!`; the model is told of it with the next prompt."""
        parts = self.session.parts
        parts.checkpoint.settle_rewind()
        self.session.renew()
        finished = yield from run_typed(command, parts.context)
        self.session.open_conversation()
        parts.agent.transcript.say(User(f"I ran this command myself:\n$ {command}\n{finished.content}"), host=True)
        yield finished

    def compact(self) -> Iterator[Event]:
        self.session.renew()
        agent = self.session.parts.agent
        if len(agent.transcript.messages) < 3:
            raise UsageError("There is nothing to compact yet.")
        return without_secrets(compact(agent.transcript, agent.driver), self.session.parts.context.redaction)

    def interrupt(self) -> None:
        if self._session is not None:
            self._session.stop(Interrupted())

    # --- looking ----------------------------------------------------------------------------------------------------

    def status(self) -> Status:
        return status_of(self.session.parts)

    def endpoints(self) -> tuple[str, ...]:
        return endpoint_lines(self.session.parts)

    def files(self, prefix: str) -> tuple[str, ...]:
        return self.files_of.matching(prefix)

    def candidates(self, mode: str = "") -> tuple[RoutingDecision | None, tuple[Candidate, ...]]:
        found = survey(self._setup(mode), self._task())
        return found.auto, found.candidates

    def moves(self, candidates: Sequence[Candidate]) -> dict[str, Move]:
        return moves(candidates, self.session.parts)

    def _task(self) -> Task:
        """What this session is about: its first prompt, where there was one."""
        root = self.session.parts.context.root
        said = self.session.parts.journal.session().turns
        return Task(root=root, prompt=said[0].prompt if said else "", headless=False)

    def cost_lines(self) -> tuple[str, ...]:
        return cost_lines(self.session.parts)

    def spending(self) -> Spending:
        return spending_of(self.session.parts)

    def judge(self, good: bool) -> None:
        parts = self.session.parts
        if not parts.turns:
            raise UsageError("There is nothing to judge yet.")
        parts.journal.append(Judged(good=good))

    def transcript(self) -> str:
        return export(self.session.parts.journal.session(), "md")

    def diff(self) -> str:
        return changes.session_diff(self.session.parts.checkpoint, self.session.parts.context.root)

    def export(self, form: ExportFormat) -> str:
        parts = self.session.parts
        path = self.options.cwd / f"droidlite-{parts.session_id}.{form}"
        try:
            path.write_text(export(parts.journal.session(), form), encoding="utf-8")
        except OSError as error:
            raise DroidliteError(f"{path} cannot be written: {error.strerror}.") from error
        return str(path)

    # --- choosing ---------------------------------------------------------------------------------------------------

    def decision(self) -> RoutingDecision:
        return self.session.parts.decision

    def switches(self) -> Sequence[Switch]:
        return self.session.parts.agent.driver.switches

    def _setup(self, mode: str) -> Setup:
        """As it is now, with auto in `mode` ("" = as before)."""
        options = self.options
        if mode:
            options = msgspec.structs.replace(options, router=msgspec.convert(mode, Mode))
        return read_setup(options.cwd, options=options, discover=True)

    def choose(self, model: str, mode: str = "", effort: Effort | None = None) -> None:
        router = msgspec.convert(mode, Mode) if mode else self.options.router
        options = msgspec.structs.replace(self.options, model=model, router=router)
        if effort is not None:
            options = msgspec.structs.replace(options, effort=effort)
        setup = read_setup(options.cwd, options=options, discover=True)
        decision, spec, endpoint = choose_model(setup, model, "The person chose it.", task=self._task())
        parts = self.session.parts
        parts.agent.driver.budget.check_priced(spec)
        parts.aim(setup.settings.router.mode)
        if effort is not None:
            parts.agent.driver.effort = effort
        self.session.route_to(
            make_route(setup, spec, endpoint, compared=bool(decision.reference)),
            decision,
            scripted=endpoint.protocol == "scripted",
        )
        transcript = parts.agent.transcript
        before = transcript.tools
        parts.agent.toolbox.replace(tools_for(spec, self._person, decision))
        transcript.retool(parts.agent.toolbox.specs)
        tell_tools(transcript, before)
        parts.warnings += losses(transcript.messages, spec, endpoint.protocol, endpoint.name)
        self.setup, self.options = setup, options

    def aim(self, mode: str) -> str:
        parts = self.session.parts
        if not parts.turns:
            self.choose("auto", mode)
            return ""
        self.setup = self._setup(mode)
        self.options = msgspec.structs.replace(self.options, router=msgspec.convert(mode, Mode))
        parts.aim(self.setup.settings.router.mode)
        parts.escalation.aim(self.setup.settings.router.mode)
        return f"aim: {self.setup.settings.router.mode}; {going_on(parts)}; /model auto decides anew"

    def escalate(self, model: str) -> str:
        spec = find_model(self.setup, model)[0].id if model else ""
        return self.session.parts.escalation.request(spec)

    def set_autonomy(self, autonomy: Autonomy) -> Autonomy:
        settings = narrow(msgspec.structs.replace(self.setup.settings, autonomy=autonomy), self.setup.policy)
        allowed = settings.autonomy or "off"
        self.session.parts.agent.toolbox.permissions.autonomy = allowed
        self.session.parts.context.guards = git_guards(allowed, self.setup.env)
        return allowed

    def raise_cap(self, cap_usd: float) -> None:
        most = self.setup.policy.budget.max_cost_usd
        if most is not None and cap_usd > most:
            where = self.setup.policy.where("budget.max_cost_usd")
            raise UsageError(f"Policy {where} allows at most ${most:g} a session.")
        self.session.parts.agent.driver.budget.cap_usd = cap_usd

    # --- sessions ---------------------------------------------------------------------------------------------------

    def sessions(self) -> tuple[SessionRow, ...]:
        rows = self.store.list(self.session.parts.context.root, limit=LISTED)
        return tuple(
            SessionRow(id=s.id, title=s.title, updated=s.updated, turns=s.turns, cost_usd=s.cost_usd) for s in rows
        )

    def resume(self, session_id: str) -> tuple[Event | User, ...]:
        if session_id == self.session.parts.session_id:
            return ()
        self._open(resume=session_id)
        return self._retold()

    def new(self) -> None:
        self._open()

    def fork(self) -> None:
        parts = self.session.parts
        if not parts.journal.stored:
            raise UsageError("This session is not stored, so there is nothing to copy.")
        self._open(resume=parts.session_id, fork=True)

    def _open(self, *, resume: str = "", fork: bool = False) -> None:
        """Goes on with another session. Raises UsageError, SettingsError, Refused; then the one there was stays."""
        options = msgspec.structs.replace(self.options, resume=resume, fork=fork)
        opened = open_session(options, self._person, self.setup)
        self.session.close()
        self._session = opened

    def turns(self) -> tuple[TurnRow, ...]:
        parts = self.session.parts
        past = parts.journal.session()
        return tuple(
            TurnRow(turn=turn.number, text=turn.text, files=len(parts.checkpoint.changes_since(turn.number)))
            for turn in past.turns
        )

    def preview_rewind(self, turn: int) -> tuple[str, ...]:
        parts = self.session.parts
        return changes.preview(parts.journal.session(), parts.checkpoint.changes_since(turn), turn)

    def rewind(self, turn: int) -> Rewinding:
        parts = self.session.parts
        before = parts.journal.session()
        prompt = changes.prompt_of(before, turn)
        told = [line for line in parts.checkpoint.rewind(turn) if "not put back" in line or "outside" in line]
        self._restore()
        return Rewinding(prompt, (*told, *changes.not_taken_back(before, turn)))

    def undo_rewind(self) -> tuple[str, ...]:
        told = self.session.parts.checkpoint.undo_rewind()
        self._restore()
        return tuple(told)

    def _restore(self) -> None:
        """The conversation as the journal now tells it."""
        parts = self.session.parts
        now = parts.journal.session()
        parts.agent.transcript.restore(now.messages, tuple(row.prompt for row in now.turns))
        parts.turns = len(now.turns)
