"""The commands about the router, all below `droidlite router`."""

import typer

from droidlite.cli.app import app

router = typer.Typer(name="router", help="Judge the router.")
app.add_typer(router)
