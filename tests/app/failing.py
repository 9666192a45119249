"""One or several failing services under one true session, in this process."""

from pathlib import Path

from binary import configure, endpoint_settings
from loopback import Loopback
from msgspec import Struct

from droidlite.app.assemble import open_session
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.session import Session
from droidlite.events import AttemptFailed, Event, ModelSwitched, RunFinished
from droidlite.types import Autonomy

MODEL = "claude-sonnet-5-5"


class Ran(Struct, frozen=True):
    """The events of a prompt, and the session that it ran in."""

    events: list[Event]
    session: Session

    @property
    def finished(self) -> RunFinished:
        last = self.events[-1]
        assert isinstance(last, RunFinished)
        return last

    @property
    def outcome(self) -> tuple[str, int]:
        return self.finished.subtype, self.finished.exit_code

    @property
    def failures(self) -> list[tuple[str, str, str]]:
        """(fault, where, where to) of each attempt that failed and was tried again."""
        return [(e.fault, e.endpoint, e.to) for e in self.events if isinstance(e, AttemptFailed)]

    @property
    def switches(self) -> list[tuple[str, str]]:
        return [(e.switch.from_model, e.switch.to) for e in self.events if isinstance(e, ModelSwitched)]


def serving(**servers: Loopback) -> str:
    """Settings with each of the services as an endpoint of that name, in their order."""
    return "".join(
        endpoint_settings(server.endpoint("anthropic", key=f"key-of-{name}"), name=name, models=f'["{MODEL}"]')
        for name, server in servers.items()
    )


def opened(settings: str, cwd: Path, *, model: str = MODEL, autonomy: Autonomy = "off", resume: str = "") -> Session:
    configure(settings)
    return open_session(Options(cwd=cwd, model=model, autonomy=autonomy, resume=resume), Person())


def run(settings: str, cwd: Path, *, model: str = MODEL, autonomy: Autonomy = "off") -> Ran:
    """One prompt in a new session."""
    session = opened(settings, cwd, model=model, autonomy=autonomy)
    try:
        return Ran(list(session.run("Do it.")), session)
    finally:
        session.close()


def counts(*servers: Loopback) -> list[int]:
    """The requests each has seen."""
    return [len(server.requests) for server in servers]
