"""Flags to app; one except clause turns errors into one sentence and the documented exit code."""

import os
import sys
from typing import Any

import typer

# each hangs its commands on app
from droidlite.cli import evaluate, looking, policy, replaying, route, router, running, schema, stats  # noqa: F401
from droidlite.cli.app import app
from droidlite.errors import DroidliteError, UsageError
from droidlite.sanitise import ended

TEXTS = {"-m", "--model", "--verify", "--append-system-prompt", "--allowed-tools", "--disallowed-tools", "--from"}
TEXTS |= {"-r", "--resume", "-w", "--worktree"}
"""Options whose value is text; a prompt is text as well, all else may be a path, which is bytes to the system."""


def run(argv: list[str], mistyped: str = "") -> int:
    """Runs the command `argv` names and returns its exit code; `mistyped` is what to say instead ("" = nothing)."""
    if mistyped:
        return _complain(mistyped, 2)
    try:
        code = app(args=_readable(argv), prog_name="droidlite", standalone_mode=False)
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
        return _complain(f"{ended(_usage(error))} See `droidlite --help`.", 2)
    return code if isinstance(code, int) else 0


def _readable(argv: list[str]) -> list[str]:
    """The arguments with a prompt that is not UTF-8 made readable. Raises UsageError where another text is not."""
    for before, word in zip(["", *argv], argv, strict=False):
        flag = before if before in TEXTS else word.partition("=")[0]
        if flag in TEXTS and not _is_text(word):
            raise UsageError(f"What follows {flag} is not UTF-8 text.")
    paths = ("-C", "--cwd", "--add-dir", "-f", "--file", "--ledger")
    return [
        word
        if _is_text(word) or before in paths or word.startswith("-")
        else os.fsencode(word).decode(errors="replace")
        for before, word in zip(["", *argv], argv, strict=False)
    ]


def _is_text(word: str) -> bool:
    """Whether an argument was UTF-8: bytes that are not arrive as lone surrogates."""
    return word.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in word)


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


def _complain(sentence: str, code: int) -> int:
    from contextlib import suppress

    from droidlite.sanitise import clean

    with suppress(OSError, ValueError):  # the exit code still tells
        sys.stderr.write(f"droidlite: {clean(sentence)}\n")
        sys.stderr.flush()
    return code
