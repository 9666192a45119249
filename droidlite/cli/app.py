"""The command tree: every file here hangs its commands on `app`."""

import typer

app = typer.Typer(
    name="droidlite",
    help="A terminal coding agent. Without a command: an interactive session in this folder, with PROMPT if given.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage or settings, 3 a cap was reached, 4 verify still fails, 75 upstream "
    "unavailable, 77 refused by policy or permission, 124 timeout, 130 interrupted, 143 terminated.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
