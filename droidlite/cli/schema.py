"""The command that tells scripts what the JSON of exec looks like."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument

from droidlite.cli.app import app

FOLDER = Path(__file__).parents[1] / "schemas"
"""Written by scripts/make-docs from the structs of events.py."""


@app.command("schema")
def schema(
    which: Annotated[
        Literal["result", "events"], Argument(help="result: what -o json prints; events: a line of -o stream-json.")
    ] = "result",
) -> int:
    """The JSON Schema (draft 2020-12) of what exec prints: its result, or every line of stream-json."""
    from droidlite.ui.plain import show_table

    show_table((FOLDER / f"{which}.schema.json").read_text(encoding="utf-8"))
    return 0
