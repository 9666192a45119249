"""The command that tells what was spent: stats."""

from pathlib import Path
from typing import Annotated

from typer import Option

from droidlite.cli.app import app
from droidlite.cli.flags import AsJson, Cwd
from droidlite.errors import UsageError

Since = Annotated[str, Option("--since", metavar="TIME", help="Only what happened since: 30d, 12h, 4w, 2026-11-01.")]
Everywhere = Annotated[bool, Option("--all", help="Sessions of every folder, not only of this one's repository.")]


@app.command("stats")
def stats(
    since: Since = "",
    everywhere: Everywhere = False,
    reference: Annotated[
        str, Option("--reference", metavar="MODEL", help="What to compare with (default: the strongest allowed).")
    ] = "",
    router: Annotated[bool, Option("--router", help="What became of auto's choices and switches instead.")] = False,
    ledger: Annotated[
        Path | None, Option("--ledger", metavar="FILE", help="What was spent of this shared ledger instead.")
    ] = None,
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """Spend by day, model and repository, and what the same tokens would have cost on the reference model; or, with
    --router, how often the first model failed, was noticed and rescued, and what hindsight regrets; or, with
    --ledger, what the sessions that share a cap have spent of it."""
    if ledger is not None:
        from droidlite.app.sharing import show_ledger

        if reference or router or since or everywhere:
            raise UsageError("--ledger goes with --json only: a ledger knows no days, folders and other models.")
        return show_ledger(ledger, as_json)
    if router:
        from droidlite.app.router_stats import show_router_stats

        if reference:
            raise UsageError("--reference goes without --router: its figures compare with no other model.")
        return show_router_stats(cwd, since, everywhere, as_json)
    from droidlite.app.stats import show_stats

    return show_stats(cwd, since, everywhere, reference, as_json)
