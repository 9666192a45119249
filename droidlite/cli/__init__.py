"""Flags to app; one except clause turns errors into one sentence and the documented exit code."""

import os
import sys
import threading
from types import TracebackType

from droidlite.cli.quick import read_exec_quickly, read_quickly
from droidlite.errors import DroidliteError


def run(argv: list[str], mistyped: str = "") -> int:
    """Runs the command `argv` names and returns its exit code; `mistyped` is what to say instead ("" = nothing)."""
    sys.excepthook = _tell_crash
    threading.excepthook = lambda given: _tell_crash(given.exc_type, given.exc_value, given.exc_traceback)
    if mistyped:
        return _complain(mistyped, 2)
    try:
        code = _begin(argv)
    except DroidliteError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain("Interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code if isinstance(code, int) else 0


def _begin(argv: list[str]) -> object:
    if (given := read_quickly(argv)) is not None:
        from droidlite.app.interactive import run_interactive

        return run_interactive(*given)
    if (run := read_exec_quickly(argv)) is not None:
        from droidlite.app.headless import run_headless

        return run_headless(*run)
    from droidlite.cli.parsing import run_parsed

    return run_parsed(argv)


def _complain(sentence: str, code: int) -> int:
    from contextlib import suppress

    from droidlite.sanitise import clean
    from droidlite.secrecy import redact_known

    with suppress(OSError, ValueError):  # the exit code still tells
        sys.stderr.write(f"droidlite: {clean(redact_known(sentence))}\n")
        sys.stderr.flush()
    return code


def _tell_crash(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Where a fault of the program's own is, in Python's words: what an exception says may come from anywhere."""
    import traceback

    told = "".join(traceback.format_exception(kind, error, trace))
    _complain(f"This is a fault of droidlite itself; please report it with these lines.\n{told.rstrip()}", 1)
