"""The ledger a session shares with others: opens the one that is named, and tells what was spent of it."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from droidlite import __version__
from droidlite.agent.budget import Budget
from droidlite.app.options import Options
from droidlite.app.setup import Setup
from droidlite.errors import DroidliteError, UsageError
from droidlite.events import SharedLedger
from droidlite.session.book import Book, Spend
from droidlite.session.ledger import Ledger
from droidlite.tools.children import MARK
from droidlite.ui.plain import show, show_json
from droidlite.ui.wording import counted, dollars

VARIABLE = "DROIDLITE_LEDGER"


def open_ledger(options: Options, setup: Setup) -> Ledger | None:
    """The ledger that --ledger or DROIDLITE_LEDGER names (a path relative to the folder droidlite was started in), None
    where neither does. Its cap is --max-cost, or the settings' where the first run gave none. Raises as Ledger.open,
    and UsageError where another droidlite's command started this one and it cannot reach the ledger of that."""
    name = options.ledger or setup.env.get(VARIABLE, "")
    if not name:
        return None
    named = options.max_cost is not None
    cap = options.max_cost if named else setup.settings.max_cost_usd
    if MARK in setup.env and not (options.ledger and named):
        _require_reach(_full(name))
    return Ledger.open(_full(name), cap_usd=cap, named=named, version=__version__)


def _require_reach(path: Path) -> None:
    """Raises UsageError where the file cannot be opened for writing: one begun in a sandbox would be another."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK))
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EROFS, errno.EACCES, errno.EPERM):
            return
        raise UsageError(
            f"The ledger {path} is out of reach of this run ({error.strerror}): a command of another droidlite started "
            "it, and from its sandbox what that one shares cannot be changed. Let the command run outside it "
            "(sandbox.outside), or name the file in sandbox.write."
        ) from error


def shared_ledger(budget: Budget) -> SharedLedger | None:
    """What was spent of the budget's ledger, as far as it can be read; None without one."""
    if budget.shared is None:
        return None
    ledger = budget.shared.ledger
    with suppress(DroidliteError):  # what is known of it is told all the same
        ledger.read()
    return SharedLedger(
        file=str(ledger.path), spent_usd=round(ledger.cap_usd - ledger.left_usd, 8), cap_usd=ledger.cap_usd
    )


def show_ledger(path: Path, as_json: bool) -> int:
    """Prints what was spent of the ledger at `path`, by session and by model. Raises UsageError."""
    if not path.exists():
        raise UsageError(f"There is no ledger {path}.")
    ledger = Ledger.open(_full(path), cap_usd=None)
    try:
        book = ledger.read()
    finally:
        ledger.close()
    show_json(_as_json(book)) if as_json else show(_lines(book))
    return 0


def _full(name: str | Path) -> Path:
    return Path(os.path.abspath(os.path.expanduser(name)))


def _as_json(book: Book) -> dict[str, object]:
    return {
        "file": book.name,
        "cap_usd": book.cap_usd,
        "spent_usd": round(book.spent_usd, 8),
        "created": book.created,
        "open": len(book.open),
        "sessions": book.by_session,
        "models": book.by_model,
    }


def _lines(book: Book) -> list[str]:
    calls = counted(sum(spend.calls for spend in book.by_model.values()), "call")
    lines = [f"Spent of the shared ledger {book.name}: {dollars(book.spent_usd)} of {dollars(book.cap_usd)}, {calls}"]
    if book.open:
        held = sum(one.usd for one in book.open.values())
        lines.append(f"of which {dollars(held)} is held by {counted(len(book.open), 'call')} under way or killed")
    for title, rows in (("model", book.by_model), ("session", book.by_session)):
        lines += ["", *(_row(name or f"(no {title})", spend) for name, spend in rows.items())] if rows else []
    return lines


def _row(name: str, spend: Spend) -> str:
    held = f", {dollars(spend.open_usd)} held" if spend.open_usd > 1e-9 else ""
    return f"{name}  {dollars(spend.usd)}, {counted(spend.calls, 'call')}{held}"
