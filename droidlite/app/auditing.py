"""What a session keeps for its audit: under what it was opened, what the host ran, which hosts were reached."""

import time
from collections.abc import Callable

from droidlite import __version__
from droidlite.agent.permissions import Permissions, spelled
from droidlite.agent.transcript import Journaled
from droidlite.app.setup import Setup
from droidlite.session.audit_records import HostRan, Opened, Reached

Noted = Callable[[HostRan], object]
"""Keeps what the host ran."""


def opened(setup: Setup, permissions: Permissions, *, headless: bool, sandbox: str = "") -> Opened:
    """Under what a session is opened now."""
    return Opened(
        at=time.time(),
        droidlite=__version__,
        headless=headless,
        autonomy=permissions.autonomy,
        sandbox=sandbox,
        policy=tuple(layer.file for layer in setup.policy.layers),
        rules=tuple(f"{spelled(rule.effect, (rule.words,))} ({rule.source})" for rule in permissions.rules),
    )


def reaching(journal: Journaled) -> Callable[[str, str, int, bool], None]:
    """Keeps each connection of a call before it is made."""

    def reached(call_id: str, host: str, port: int, refused: bool) -> None:
        journal.append(Reached(call_id=call_id, host=host, port=port, refused=refused, at=time.time()))

    return reached
