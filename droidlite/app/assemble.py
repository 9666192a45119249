"""Puts a session together out of options, settings and whatever the journal of a resumed one holds."""

import datetime
import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from droidlite import __version__, tools
from droidlite.agent.budget import Budget
from droidlite.agent.budget import Prices as PriceFunctions
from droidlite.agent.driver import Driver, Retry
from droidlite.agent.loop import Agent
from droidlite.agent.permissions import Permissions, Ruling
from droidlite.agent.prompt import Facts, opening, system_prompt
from droidlite.agent.toolbox import Toolbox
from droidlite.agent.transcript import Transcript
from droidlite.agent.verify import Execute
from droidlite.app.counterfactual import AgainstReference
from droidlite.app.escalating import Escalation
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.routes import Routes, make_route, tools_for
from droidlite.app.routing import Task, choose_model, route
from droidlite.app.session import Parts, Session
from droidlite.app.setup import Setup, read_setup
from droidlite.app.shadow import Decide, Shadow, within
from droidlite.app.weighing import Weighing
from droidlite.app.worktree import open_worktree
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError, ProviderError, UsageError
from droidlite.reliability.failover import next_wait
from droidlite.sandbox.environment import child_environment, hide_process
from droidlite.sandbox.rules import judge
from droidlite.sanitise import redact
from droidlite.session.checkpoint import Checkpoint
from droidlite.session.fold import Session as Past
from droidlite.session.journal import Journal
from droidlite.session.store import Store
from droidlite.settings.memory import load_memory
from droidlite.settings.paths import find_root
from droidlite.tool import ToolContext
from droidlite.tools.shell import run_command
from droidlite.types import Autonomy, RoutingDecision


def open_session(
    options: Options, person: Person, setup: Setup | None = None, *, prompt: str = "", decide: Decide | None = None
) -> Session:
    """A session ready to run prompts; `prompt` is the first one, where it is known already; `decide` is what is asked
    in shadow mode in place of the router.

    Raises UsageError, SettingsError, Refused."""
    if options.worktree:
        options = msgspec.structs.replace(options, cwd=open_worktree(options.cwd, options.worktree), worktree="")
    setup = setup or read_setup(options.cwd, options=options, discover=None)
    journal, past = _journal(options, setup)
    try:
        session = _assemble(options, person, setup, journal, past, prompt)
        if past is None or past.shadowed is None:
            task = Task(root=find_root(options.cwd), headless=options.headless)
            session.parts.shadow = _shadow(setup, decide or _router(task))
        return session
    except BaseException:
        journal.close()
        raise


def _assemble(
    options: Options, person: Person, setup: Setup, journal: Journal, past: Past | None, prompt: str
) -> Session:
    settings, root = setup.settings, find_root(options.cwd)
    task = Task(root=root, prompt=prompt, headless=options.headless)
    decision, spec, endpoint = choose_model(setup, *_wanted(options, setup, past), task=task)
    decision = _gone_on(decision, options, past)
    route = make_route(setup, spec, endpoint, compared=bool(decision.reference))
    hide_process()
    warnings = [*settings.warnings, *journal.warnings]
    if not (root / ".git").exists():
        warnings.append(f"{root} is not a git repository: --worktree is off, and there is no .gitignore to go by.")
    checkpoint = Checkpoint(journal.folder, journal, root, session=past, warn=warnings.append)
    context = ToolContext(
        root=root,
        extra=tuple(path.resolve() for path in options.add_dirs),
        spill=journal.spill,
        environment=child_environment(setup.env, setup.secrets),
        cancellation=Cancellation(),
        save=checkpoint.save,
        ask=person.answer,
    )
    permissions = Permissions(
        settings.autonomy or ("off" if options.headless else "low"),
        judge=_judge(settings.denied_commands, root),
        ask=person.approve,
        allowed_tools=options.allowed_tools,
        disallowed_tools=options.disallowed_tools,
        prefixes=settings.allowed_commands,
    )
    offered = tools_for(spec, person, decision)
    toolbox = Toolbox(offered, context, permissions, clean=lambda text: redact(text, setup.secrets))
    budget = Budget(
        PriceFunctions(setup.prices.cost, setup.prices.worst),
        journal,
        cap_usd=settings.max_cost_usd,
        spent_usd=past.spent_usd if past else 0.0,
        calls=past.calls if past else (),
        first=past.next_reservation if past else 1,
    )
    budget.check_priced(spec)
    transcript = Transcript(
        system=system_prompt(options.append_system_prompt),
        tools=toolbox.specs,
        journal=journal,
        messages=past.messages if past else (),
        cache_key=_id(journal),
        check=settings.verify,
    )
    routes = Routes(setup, person, toolbox, task, budget)
    escalation = Escalation(
        budget,
        Weighing(budget, routes.find, routes.outlook, settings.router),
        routes.open,
        routes.outfit,
        unreadable=lambda call: bool(toolbox.prepare(call).problem),
        ask=person.answer,
    )
    driver = Driver(route, budget, context.cancellation, failover=_retry, escalate=escalation, effort=settings.effort)
    escalation.attach(driver, transcript)
    escalation.follow(decision)
    context.escalate = escalation.asked
    agent = Agent(
        transcript=transcript,
        driver=driver,
        toolbox=toolbox,
        max_turns=settings.max_turns,
        raise_cap=person.raise_cap,
    )

    def close() -> None:
        tools.close_jobs(context)
        with suppress(DroidliteError):  # told already, if the journal cannot be written
            checkpoint.end_turn()
        journal.close()

    return Session(
        Parts(
            session_id=_id(journal),
            cwd=str(root),
            agent=agent,
            context=context,
            journal=journal,
            checkpoint=checkpoint,
            decision=decision,
            escalation=escalation,
            reroute=lambda text: None if prompt and not routes.judges else routes.anew(text, transcript),
            scripted=endpoint.protocol == "scripted",
            opening=_opening(root, options.cwd, settings.verify),
            execute=execute_in(context, "verify"),
            check=settings.verify,
            timeout=settings.timeout,
            turns=len(past.turns) if past else 0,
            resumed=past is not None,
            warnings=warnings,
            close=close,
            counterfactual=AgainstReference(setup, budget),
        )
    )


def _router(task: Task) -> Decide:
    return lambda setup, prompt, mode: route(setup, msgspec.structs.replace(task, prompt=prompt), mode=mode)


def _shadow(setup: Setup, decide: Decide) -> Shadow | None:
    """In shadow mode, where policy allows auto at all."""
    if setup.settings.router.mode != "shadow" or not setup.policy.router.allowed:
        return None
    return Shadow(lambda prompt: decide(setup, prompt, within(setup.policy)))


def _wanted(options: Options, setup: Setup, past: Past | None) -> tuple[str, str]:
    """The name of the model and why: a flag, else the model a resumed session was on (its cache may be warm), else
    the settings."""
    before = past.model if past is not None and past.decision is not None else ""
    if before and not options.model and setup.settings.model == "auto":
        return before, "The session was on it before."
    return setup.settings.model, ""


def _gone_on(decision: RoutingDecision, options: Options, past: Past | None) -> RoutingDecision:
    """A session that goes on on its own model goes on with its plan, and is held against what it was held against."""
    before = past.routing if past is not None else None
    if past is None or before is None or options.model or decision.reference or decision.model != past.model:
        return decision
    planned = before.estimate is not None and any(stage.model == past.model for stage in before.estimate.stages)
    if not planned:
        return msgspec.structs.replace(decision, reference=before.reference)
    return msgspec.structs.replace(
        before, model=past.model, endpoint=decision.endpoint, reasons=("The session goes on where it was.",)
    )


def _journal(options: Options, setup: Setup) -> tuple[Journal, Past | None]:
    store = Store(setup.places.state / "sessions")
    root = find_root(options.cwd)
    if not options.resume:
        return store.create(cwd=root, version=__version__), None
    name = options.resume
    if name == "last":
        latest = store.latest(root)
        if latest is None:
            raise UsageError(f"There is no session of {root} to go on with; start one without -c and -r.")
        name = latest
    if options.fork:
        name = store.fork(name)
    return store.open(name)


def _id(journal: Journal) -> str:
    return journal.folder.name


def _judge(denied: tuple[str, ...], root: Path) -> Callable[[str, Autonomy, tuple[str, ...]], Ruling]:
    def rule(command: str, autonomy: Autonomy, prefixes: tuple[str, ...]) -> Ruling:
        verdict = judge(command, autonomy, prefixes, denied, root=str(root))
        return Ruling(verdict.allow, verdict.reason, verdict.prefix, verdict.denied)

    return rule


def _retry(error: ProviderError, attempt: int, elapsed: float) -> Retry | None:
    import random

    wait = next_wait(error, attempt=attempt, elapsed=elapsed, jitter=random.random())
    return None if wait is None else Retry(wait)


def execute_in(context: ToolContext, call_id: str) -> Execute:
    """Runs host commands as the shell tool does: its own process group, a limit, no keys in the environment. What they
    print is passed on as the progress of `call_id`."""

    def execute(command: str, seconds: float) -> tuple[int | None, str]:
        return run_command(command, context, call_id, seconds)

    return execute


def _opening(root: Path, cwd: Path, check: str) -> str:
    memory = tuple((str(path.relative_to(root)), text) for path, text in load_memory(root, cwd))
    facts = Facts(
        root=str(root),
        platform=f"{platform.system()} {platform.machine()}",
        date=datetime.date.today().isoformat(),
        git=git_state(root),
        check=check,
        memory=memory,
    )
    return opening(facts)


def git_state(root: Path) -> str:
    """The branch, read from .git without running git (a repository's settings could make it run things)."""
    folder = root / ".git"
    try:
        if folder.is_file():
            folder = (root / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return f"branch {head.removeprefix('ref: refs/heads/')}" if head.startswith("ref:") else f"detached at {head[:12]}"
