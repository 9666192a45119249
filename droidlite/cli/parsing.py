"""The whole command line, parsed by typer: every flag of every command, and what to say of one there is not."""

import os
from typing import Any

import typer

# each hangs its commands on app
from droidlite.cli import evaluate, looking, policy, replaying, route, router, running, schema, stats, trust  # noqa: F401
from droidlite.cli.app import app
from droidlite.cli.quick import is_text
from droidlite.errors import Interrupted, UsageError
from droidlite.regex import regex
from droidlite.sanitise import ended

TEXTS = {"-m", "--model", "--verify", "--append-system-prompt", "--allowed-tools", "--disallowed-tools", "--from"}
TEXTS |= {"-r", "--resume", "-w", "--worktree", "--trust"}
"""Options whose value is text; a prompt is text as well, all else may be a path, which is bytes to the system."""
PLACES = {"-C": "folder", "--cwd": "folder", "--add-dir": "folder", "--ledger": "file"}
"""Options that an unset variable leaves empty: another folder would be meant, or no cap shared."""

WANTED = {
    "--max-cost": "an amount in USD is wanted, such as 0.50",
    "--max-turns": "a whole number from 1 on is wanted, such as 20",
    "--timeout": "a number of seconds is wanted, such as 600",
    "--verified-catch": "a number from 0 to 1 is wanted, such as 0.8",
    "--verified-false-alarm": "a number from 0 to 1 is wanted, such as 0.1",
    "--folds": "a whole number from 2 on is wanted, such as 5",
    "--seed": "a whole number from 0 on is wanted, such as 1",
    "--bootstrap": "a whole number from 0 on is wanted, such as 1000",
}
"""What each option takes that takes a number."""
_CHOICE = regex(r"(?:Value error, )?'[^']*+' is not one of (.+?)\.?")


def run_parsed(argv: list[str]) -> object:
    """Runs the command `argv` names; what it returns. Raises UsageError for what the parser will not take."""
    try:
        return app(args=_readable(argv), prog_name="droidlite", standalone_mode=False)
    except typer.Abort as error:
        raise Interrupted from error
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        told = _mistyped(error, argv)
        raise UsageError(told or f"{ended(_usage(error))} See `{_command(error)} --help`.") from error


def _readable(argv: list[str]) -> list[str]:
    """The arguments with a prompt that is not UTF-8 made readable. Raises UsageError where another text is not, and for
    a folder or a file without a name."""
    for before, word in zip(["", *argv], argv, strict=False):
        named, is_joined, value = word.partition("=")
        named, value = (named, value) if is_joined and named in PLACES else (before, word)
        if named in PLACES and not value.strip():
            raise UsageError(f"{named} is empty; name a {PLACES[named]}, or leave the flag out.")
        flag = before if before in TEXTS else word.partition("=")[0]
        if flag in TEXTS and not is_text(word):
            raise UsageError(f"What follows {flag} is not UTF-8 text.")
    paths = ("-C", "--cwd", "--add-dir", "-f", "--file", "--ledger")
    return [
        word if is_text(word) or before in paths or word.startswith("-") else os.fsencode(word).decode(errors="replace")
        for before, word in zip(["", *argv], argv, strict=False)
    ]


def _mistyped(error: Any, argv: list[str]) -> str:
    """A sentence about an option's value that it does not take; "" where something else is wrong."""
    parameter, message = getattr(error, "param", None), str(getattr(error, "message", ""))
    options: list[str] = getattr(parameter, "opts", [])
    given = _given(options, argv)
    if not given:
        return ""
    wanted = next((WANTED[option] for option in options if option in WANTED), "")
    if choice := _CHOICE.fullmatch(message):
        wanted = f"one of {choice[1]} is wanted".replace("'", "")
    return f"{given}: {wanted}." if wanted else ""


def _given(options: list[str], argv: list[str]) -> str:
    """An option with its value, as they were typed; "" where it was not given, or without a value."""
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in options and (value if equals else after):
            return f"{name} {value if equals else after}"
    return ""


def _command(error: Any) -> str:
    """The command the error is about, as a person types it."""
    context = getattr(error, "ctx", None)
    return context.command_path.removesuffix(" chat") if context else "droidlite"


def _too_many(said: str, prompt: str, command: str) -> str:
    """What to say of words behind a prompt; "" where that is not what is wrong."""
    words = said.partition("unexpected extra argument(s) (")[2].removesuffix(")")
    if not words or not prompt:
        return ""
    if command == "droidlite" and prompt in (each.name for each in app.registered_commands):
        return f"The command comes first, its flags behind it: droidlite {prompt} ..., not droidlite ... {prompt}."
    return f'The prompt is one argument, so quote it: {command} "{prompt} {words}".'


def _usage(error: Any) -> str:
    """What the parser found wrong, with the nearest option where there is no such one."""
    name, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if not name or context is None:
        said = str(error.format_message()).replace("Value error, ", "")
        return _too_many(said, context.params.get("prompt", "") if context else "", _command(error)) or said
    import difflib

    known = [option for parameter in context.command.params for option in parameter.opts if option.startswith("--")]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"No such option: {name}.{meant}"
