"""The command about policy: is it sound, and what of it holds here."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument

from droidlite.cli.app import app
from droidlite.cli.flags import AsJson, Cwd


@app.command("policy")
def policy(
    action: Annotated[Literal["check", "show"], Argument(help="check or show.")] = "show",
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """Check the policy files, or show every value and rule in force and where it comes from."""
    from droidlite.app.policy import check_policy, show_policy

    return check_policy(cwd, as_json) if action == "check" else show_policy(cwd, as_json)
