"""Flags to app; one except clause turns errors into one sentence and the documented exit code."""

import os
import sys

import typer

# each hangs its commands on app
from droidlite.cli import evaluate, looking, policy, replaying, route, router, running, stats  # noqa: F401
from droidlite.cli.app import app
from droidlite.errors import DroidliteError


def run(argv: list[str], mistyped: str = "") -> int:
    """Runs the command `argv` names and returns its exit code; `mistyped` is what a lone word probably meant."""
    if mistyped:
        return _complain(f"There is no command {argv[-1]!r}; did you mean `droidlite {mistyped}`?", 2)
    try:
        code = app(args=argv, prog_name="droidlite", standalone_mode=False)
    except DroidliteError as error:
        return _complain(str(error), error.exit_code)
    except typer.Abort:
        return _complain("Interrupted.", 130)
    except KeyboardInterrupt:
        return _complain("Interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _complain(f"{error.format_message()} See `droidlite --help`.", 2)
    return code if isinstance(code, int) else 0


def _complain(sentence: str, code: int) -> int:
    from droidlite.sanitise import clean

    sys.stderr.write(f"droidlite: {clean(sentence)}\n")
    return code
