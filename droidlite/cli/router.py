"""The commands about the router, all below `droidlite router`."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from droidlite.cli.app import app
from droidlite.cli.flags import AsJson, Cwd
from droidlite.errors import UsageError

router = typer.Typer(
    name="router", help="Judge the router: test its rules, replay your own sessions.", invoke_without_command=True
)
app.add_typer(router)


@router.callback()
def commands(context: typer.Context) -> None:
    """Judge the router: test its rules, replay your own sessions."""
    if context.invoked_subcommand is None:
        names = ", ".join(sorted(getattr(context.command, "commands", {})))
        raise UsageError(f"droidlite router needs one of its commands: {names}.")


@router.command("test")
def try_rules(
    files: Annotated[
        list[Path], Argument(metavar="[FILE]...", help="Files of [[cases]] (default .droidlite/cases.toml).")
    ] = [],  # noqa: B006 - typer copies it
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """Hold the routing rules to cases: one line each, exit 1 where one does not hold. No key, no call of a model."""
    from droidlite.app.rule_cases import try_cases

    return try_cases(files, cwd, as_json)
