"""Puts a session together out of options, settings and whatever the journal of a resumed one holds."""

import os
import time
from contextlib import ExitStack, suppress
from functools import partial
from typing import NamedTuple

import msgspec

from droidlite import tools
from droidlite.agent.budget import Budget
from droidlite.agent.budget import Prices as PriceFunctions
from droidlite.agent.loop import Agent
from droidlite.agent.permissions import Permissions
from droidlite.agent.prompt import system_prompt
from droidlite.agent.sharing import Shared
from droidlite.agent.toolbox import Toolbox
from droidlite.agent.transcript import Transcript
from droidlite.app.allowing import (
    allowed_by,
    allowed_here,
    denied_globs,
    judging,
    remembering,
    require_allowed,
    withheld,
)
from droidlite.app.auditing import opened as opened_under
from droidlite.app.auditing import reaching
from droidlite.app.baseline import Before
from droidlite.app.changes import files_before, session_diff
from droidlite.app.checking import Check, Checker, find_check, with_check
from droidlite.app.confining import hold, kept_by, reach_of, refuse_without, sandbox_of, unheld
from droidlite.app.counterfactual import AgainstReference
from droidlite.app.driving import driven
from droidlite.app.opening import opening_of
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.resuming import gone_on, known_files, note_file, open_journal, wanted
from droidlite.app.returning import Returned, dropped, since_left, untold
from droidlite.app.reviewing import Reviewer
from droidlite.app.routes import Routes, check_tool_names, make_route, tools_for
from droidlite.app.routing import Task, choose_model, find_model, route
from droidlite.app.session import AWAY, REWOUND, Parts, Session
from droidlite.app.setup import Setup, read_setup
from droidlite.app.shadow import Decide, Shadow, within
from droidlite.app.sharing import VARIABLE, open_ledger
from droidlite.app.touching import READ_ONLY
from droidlite.app.trusting import left_out
from droidlite.app.verifying import Verifier
from droidlite.app.ways import Ways
from droidlite.app.worktree import open_worktree
from droidlite.cancellation import Cancellation
from droidlite.commands.gitprograms import git_guards
from droidlite.commands.overwriting import overwritten
from droidlite.commands.reaching import begins_with
from droidlite.commands.tree import Tree
from droidlite.errors import DroidliteError
from droidlite.sandbox.environment import child_environment, hide_process
from droidlite.sandbox.probe import Found
from droidlite.secrecy import Redaction
from droidlite.session.checkpoint import Checkpoint
from droidlite.session.fold import Session as Past
from droidlite.session.journal import Journal
from droidlite.session.ledger import Ledger
from droidlite.settings.paths import find_root
from droidlite.settings.permitting import permission_rules
from droidlite.tool import ToolContext


def open_session(
    options: Options, person: Person, setup: Setup | None = None, *, prompt: str = "", decide: Decide | None = None
) -> Session:
    """A session ready to run prompts; `prompt` is the first one, where it is known already; `decide` is what is asked
    in shadow mode in place of the router.

    Raises UsageError, SettingsError, Refused."""
    hide_process(os.environ, ())  # git may run the repository's hooks for a worktree, before the settings are read
    check_tool_names("--allowed-tools", options.allowed_tools)
    check_tool_names("--disallowed-tools", options.disallowed_tools)
    with ExitStack() as undo:
        if options.worktree:
            there = open_worktree(options.cwd, options.worktree, undo)
            options = msgspec.structs.replace(options, cwd=there, worktree="")
        setup = setup or read_setup(options.cwd, options=options, discover=None)
        check, untested = find_check(setup, find_root(options.cwd), options.cwd)
        setup = with_check(setup, check)
        opened = _open_files(options, setup, undo)
        held = hold(setup, str(find_root(options.cwd)), added=options.add_dirs)
        if person.approve is None:
            refuse_without(held, setup.policy.sandbox.minimum)
        if opened.ledger and setup.settings.max_cost_usd is None and opened.past is None:
            capped = msgspec.structs.replace(setup.settings, max_cost_usd=opened.ledger.cap_usd)
            setup = msgspec.structs.replace(setup, settings=capped)
        session = _assemble(options, person, setup, opened, prompt, held, check)
        _verify(session, setup, check, untested)
        if opened.past is None or opened.past.shadowed is None:
            task = Task(root=find_root(options.cwd), headless=options.headless)
            session.parts.shadow = _shadow(setup, decide or _router(task))
        undo.pop_all()
        return session


class _Opened(NamedTuple):
    """The files a session writes to, and what the journal held."""

    journal: Journal
    past: Past | None
    ledger: Ledger | None


def _open_files(options: Options, setup: Setup, undo: ExitStack) -> _Opened:
    """Opens them; `undo` closes them. Raises UsageError, DroidliteError."""
    ledger = open_ledger(options, setup)
    if ledger is not None:
        undo.callback(ledger.close)
    journal, past = open_journal(options, setup)
    undo.callback(journal.close)
    if ledger is not None:
        ledger.session = _id(journal)
    return _Opened(journal, past, ledger)


def _assemble(
    options: Options, person: Person, setup: Setup, opened: _Opened, prompt: str, held: Found, check: Check | None
) -> Session:
    journal, past, ledger = opened
    settings, root = setup.settings, find_root(options.cwd)
    rules = permission_rules(settings, setup.policy)
    require_allowed(settings.verify, rules)
    sandbox, shut = sandbox_of(setup, held, journal.folder, keep=kept_by(check, root), reached=reaching(journal))
    task = Task(root=root, prompt=prompt, headless=options.headless)
    decision, spec, endpoint = choose_model(setup, *wanted(options, setup, past), task=task)
    decision = gone_on(decision, options, past)
    ways = Ways(setup, patient=not options.headless)
    route = ways.open(spec, endpoint, compared=bool(decision.reference))
    route = ways.kept_warm(route, past.calls) if past else route
    hide_process(setup.env, setup.secrets)
    redaction, printed = Redaction(setup.secrets), Redaction(setup.secrets, forms=settings.redact)
    warnings = [*settings.warnings, *journal.warnings]
    how = "Look at it, then: droidlite trust add, or --trust for one run." if options.headless else "/trust asks."
    warnings += [line] if (line := left_out(settings.trusted, how)) else []
    warnings += dropped(past.ended, settings) if past else []
    if not (root / ".git").exists():
        warnings.append(f"{root} is not a git repository: --worktree is off, and there is no .gitignore to go by.")
    checkpoint = Checkpoint(journal.folder, journal, root, session=past, warn=warnings.append)
    extra = tuple(path.resolve() for path in options.add_dirs)
    tree = Tree(str(root.resolve()), tuple(map(str, extra)), str(options.cwd.resolve()))
    context = ToolContext(
        root=root,
        cwd=options.cwd.resolve(),
        extra=extra,
        spill=journal.spill,
        environment=child_environment(setup.env, setup.secrets) | ({VARIABLE: str(ledger.path)} if ledger else {}),
        cancellation=Cancellation(),
        save=checkpoint.save,
        seen=known_files(past),
        noted=lambda path, stamp: note_file(journal, path, stamp),
        overwrites=lambda command: overwritten(command, tree).files,
        ask=person.answer,
        redaction=redaction,
        printed=printed,
        guards=git_guards("off" if held.mechanism != "off" else settings.autonomy or "off", setup.env),
        confine=sandbox.confine,
        sandbox=held.mechanism,
        reach=reach_of(tree, setup.env.get("PATH", os.defpath)),
        reached=reaching(journal),
        unreadable=denied_globs(rules, "read"),
        unwritable=denied_globs(rules, "edit"),
        network=True,  # whether a call may use it is for the permissions to say
    )
    permissions = Permissions(
        settings.autonomy or "off",
        judge=unheld(held, judging(rules, tree, settings.verify)),
        frees=partial(begins_with, settings.sandbox.outside) if held.works and held.mechanism != "off" else None,
        ask=person.approve,
        allowed_tools=options.allowed_tools,
        disallowed_tools=options.disallowed_tools,
        ask_first=rules.ask,
        denied=rules.deny,
        rules=(*allowed_by(rules), *allowed_here(setup.places.state, root, warnings.append)),
        remember=remembering(setup.places.state, root, warnings.append),
        unheeded=settings.unheeded[0],
    )
    journal.append(opened_under(setup, permissions, headless=options.headless, sandbox=held.mechanism))
    toolbox = Toolbox(tools_for(spec, person, decision), context, permissions, clean=printed.text)
    budget = Budget(
        PriceFunctions(setup.prices.cost, setup.prices.worst),
        journal,
        cap_usd=settings.max_cost_usd,
        spent_usd=past.spent_usd if past else 0.0,
        calls=past.calls if past else (),
        first=past.next_reservation if past else 1,
        shared=Shared(ledger, lambda seconds: context.cancellation.wait(seconds)) if ledger else None,
    )
    budget.check_priced(spec)
    if options.effort and options.effort not in spec.efforts:
        warnings.append(f"{spec.id} has no effort {options.effort}: it is asked as if none were set.")
    transcript = Transcript(
        system=system_prompt(options.append_system_prompt),
        tools=toolbox.specs,
        journal=journal,
        messages=past.messages if past else (),
        cache_key=_id(journal),
        check=settings.verify,
        prompts=tuple(turn.prompt for turn in past.turns) if past else (),
        todos=past.todos if past else (),
        changed=lambda: tuple(f"{change.path} ({change.effect})" for change in checkpoint.changes_since()),
        redaction=redaction,
        printed=printed,
    )
    routes = Routes(ways, person, toolbox, task, budget)
    driver, escalation = driven(route, decision, routes, transcript, context.cancellation)
    driver.effort, context.escalate = settings.effort, escalation.asked
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
        shut()
        if ledger is not None:
            ledger.close()

    back = since_left(past, root, time.time()) if past else Returned()
    notes = {AWAY: back.note, REWOUND: untold(past) if past else ""}
    return Session(
        Parts(
            session_id=_id(journal),
            cwd=str(options.cwd),
            agent=agent,
            context=context,
            journal=journal,
            checkpoint=checkpoint,
            decision=decision,
            escalation=escalation,
            reroute=lambda text: None if prompt and not routes.judges else routes.anew(text, transcript),
            aim=routes.aim,
            opening=opening_of(root, options.cwd, settings),
            timeout=settings.timeout,
            turns=len(past.turns) if past else 0,
            resumed=past is not None,
            warnings=warnings,
            withheld=withheld(settings),
            trust=settings.trusted,
            notes={about: note for about, note in notes.items() if note},
            back=back,
            title=past.title if past else "",
            close=close,
            counterfactual=AgainstReference(setup, budget),
        )
    )


def _verify(session: Session, setup: Setup, check: Check | None, untested: str) -> None:
    """Gives the session its verifier; where nothing can be run, its reviewer and a sentence."""
    parts = session.parts
    if check is not None:
        parts.warnings += [READ_ONLY] if parts.agent.toolbox.permissions.read_only else []
        rounds = setup.settings.verify_rounds
        checker = Checker(check, parts.context, parts.journal.append)
        before = Before(checker, lambda: files_before(parts.checkpoint))
        parts.verifier = Verifier(parts.agent, checker, parts.escalation, before=before, rounds=rounds)
        return
    if untested:
        parts.warnings.append(untested)
    name = setup.settings.router.reviewer
    if name and setup.policy.router.judge:
        found = find_model(setup, name)
        parts.reviewer = Reviewer(
            lambda: make_route(setup, *found, beside=parts.agent.driver.route),
            parts.agent.driver.budget,
            lambda: parts.context.printed.text(session_diff(parts.checkpoint, parts.context.root)),
            parts.journal,
        )


def _router(task: Task) -> Decide:
    return lambda setup, prompt, mode: route(setup, msgspec.structs.replace(task, prompt=prompt), mode=mode)


def _shadow(setup: Setup, decide: Decide) -> Shadow | None:
    """In shadow mode, where policy allows auto at all."""
    if setup.settings.router.mode != "shadow" or not setup.policy.router.allowed:
        return None
    return Shadow(lambda prompt: decide(setup, prompt, within(setup.policy)))


def _id(journal: Journal) -> str:
    return journal.folder.name
