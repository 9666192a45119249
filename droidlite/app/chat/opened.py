"""The session a terminal talks to, and how it comes to be another one: what everything else about it builds on."""

from contextlib import ExitStack

import msgspec

from droidlite.app import changes
from droidlite.app.assemble import open_session
from droidlite.app.company import Company
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.routing import Task
from droidlite.app.session import Session
from droidlite.app.setup import Setup, read_setup
from droidlite.app.ways import Ways
from droidlite.app.worktree import open_worktree
from droidlite.cancellation import Cancellation
from droidlite.session.store import Store


class Open:
    """One Session at a time, opened when it is first needed."""

    def __init__(self, options: Options) -> None:
        with ExitStack() as undo:
            if options.worktree:
                there = open_worktree(options.cwd, options.worktree, undo)
                options = msgspec.structs.replace(options, cwd=there, worktree="")
            self.setup = read_setup(options.cwd, options=options, discover=None)
            self._undo = undo.pop_all()
        self.options = options
        self.store = Store(self.setup.places.state / "sessions")
        self.company = Company(self.store)
        self.files_of = changes.Files(options.cwd)
        self._session: Session | None = None
        self._now: Setup | None = None
        self._withdrawn = False
        self._person = Person()
        self.asides: set[Cancellation] = set()

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = open_session(self.options, self._person, self.setup)
        return self._session

    def warm(self) -> None:
        ways = self.session.parts.agent.driver.route.failover
        if isinstance(ways, Ways):
            ways.warm()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        else:
            self._undo.close()

    def _go_on(self, *, resume: str = "", fork: bool = False) -> None:
        """Goes on with another session. Raises UsageError, SettingsError, Refused; then the one there was stays."""
        options = msgspec.structs.replace(self.options, resume=resume, fork=fork)
        opened = open_session(options, self._person, self.setup)
        self.session.close()
        self._session = opened

    def _task(self) -> Task:
        """What this session is about: its first prompt, where there was one."""
        root = self.session.parts.context.root
        said = self.session.parts.journal.session().turns
        return Task(root=root, prompt=said[0].prompt if said else "", headless=False)
