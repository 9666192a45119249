"""The whole command line, parsed by typer: every flag of every command, and what to say of one there is not."""

import os
from typing import Any

import typer

# each hangs its commands on app
from droidlite.cli import evaluate, looking, policy, replaying, route, router, running, schema, stats, trust  # noqa: F401
from droidlite.cli.app import app
from droidlite.cli.quick import is_text
from droidlite.errors import Interrupted, UsageError
from droidlite.sanitise import ended

TEXTS = {"-m", "--model", "--verify", "--append-system-prompt", "--allowed-tools", "--disallowed-tools", "--from"}
TEXTS |= {"-r", "--resume", "-w", "--worktree", "--trust"}
"""Options whose value is text; a prompt is text as well, all else may be a path, which is bytes to the system."""


def run_parsed(argv: list[str]) -> object:
    """Runs the command `argv` names; what it returns. Raises UsageError for what the parser will not take."""
    try:
        return app(args=_readable(argv), prog_name="droidlite", standalone_mode=False)
    except typer.Abort as error:
        raise Interrupted from error
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        raise UsageError(f"{ended(_usage(error))} See `droidlite --help`.") from error


def _readable(argv: list[str]) -> list[str]:
    """The arguments with a prompt that is not UTF-8 made readable. Raises UsageError where another text is not."""
    for before, word in zip(["", *argv], argv, strict=False):
        flag = before if before in TEXTS else word.partition("=")[0]
        if flag in TEXTS and not is_text(word):
            raise UsageError(f"What follows {flag} is not UTF-8 text.")
    paths = ("-C", "--cwd", "--add-dir", "-f", "--file", "--ledger")
    return [
        word if is_text(word) or before in paths or word.startswith("-") else os.fsencode(word).decode(errors="replace")
        for before, word in zip(["", *argv], argv, strict=False)
    ]


def _usage(error: Any) -> str:
    """What the parser found wrong, with the nearest option where there is no such one."""
    name, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if not name or context is None:
        return str(error.format_message()).replace("Value error, ", "")
    import difflib

    known = [option for parameter in context.command.params for option in parameter.opts if option.startswith("--")]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"No such option: {name}.{meant}"
