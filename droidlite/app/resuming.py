"""Where a session begins: a new journal or an old one, the model it was on, and the files its model knew."""

from pathlib import Path

import msgspec

from droidlite import __version__
from droidlite.app.options import Options
from droidlite.app.setup import Setup
from droidlite.errors import UsageError
from droidlite.session.fold import Session as Past
from droidlite.session.journal import Journal
from droidlite.session.records import Seen
from droidlite.session.store import Store
from droidlite.settings.paths import find_root
from droidlite.tools.files import Stamp
from droidlite.types import RoutingDecision


def open_journal(options: Options, setup: Setup) -> tuple[Journal, Past | None]:
    """A new session, or the one `options` name and what it holds. Raises UsageError."""
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
        name = store.fork(name, cwd=root)
    return store.open(name, cwd=root)


def wanted(options: Options, setup: Setup, past: Past | None) -> tuple[str, str]:
    """The name of the model and why: a flag, else the model a resumed session was on (its cache may be warm), else
    the settings."""
    before = past.model if past is not None and past.decision is not None else ""
    if before and not options.model and setup.settings.model == "auto":
        return before, "The session was on it before."
    return setup.settings.model, ""


def gone_on(decision: RoutingDecision, options: Options, past: Past | None) -> RoutingDecision:
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


def known_files(past: Past | None) -> dict[Path, Stamp]:
    """What the model knew of files when the session was left."""
    known = past.seen.values() if past else ()
    return {Path(seen.path): Stamp(seen.mtime_ns, seen.size, seen.inode, seen.digest) for seen in known}


def note_file(journal: Journal, path: Path, stamp: Stamp) -> None:
    """Journals how a file was when the model last saw it."""
    journal.append(
        Seen(path=str(path), mtime_ns=stamp.mtime_ns, size=stamp.size, inode=stamp.inode, digest=stamp.digest)
    )
