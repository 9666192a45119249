"""The command about trust of a repository: what it brings, whether that is used, its pin."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument

from droidlite.cli.app import app
from droidlite.cli.flags import AsJson, Cwd


@app.command("trust")
def trust(
    action: Annotated[Literal["show", "add", "rm"], Argument(help="show, add, or rm: ask again.")] = "show",
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """What this repository brings (settings, AGENTS.md, skills), whether it is trusted, and its pin for CI."""
    from droidlite.app.trusting import run_trust

    return run_trust(action, cwd, as_json)
