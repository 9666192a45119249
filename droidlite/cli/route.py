"""The command that asks the router without running anything."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from droidlite.cli.app import app
from droidlite.cli.flags import AsJson, Cwd, MaxCost, RouterMode, Verify


@app.command("route")
def route(
    prompt: Annotated[str, Argument(help="The task.", metavar="PROMPT", show_default=False)],
    router: RouterMode = None,
    verify: Verify = "",
    max_cost: MaxCost = None,
    headless: Annotated[bool, Option("--headless", help="As exec would ask, not an interactive session.")] = False,
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """What auto would choose for PROMPT and why, without any call of a model."""
    from droidlite.app.listing import show_route
    from droidlite.app.options import Options

    options = Options(cwd=cwd, headless=headless, router=router, verify=verify, max_cost=max_cost)
    return show_route(options, prompt, as_json)
