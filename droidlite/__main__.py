"""The front door: answers --version and --help before anything is imported, and finds the command to run."""

import sys

COMMANDS = (
    "exec", "chat", "models", "route", "sessions", "stats", "policy", "router", "doctor", "local", "demo",
)  # fmt: skip
OPTIONAL_VALUE = {"-r": "last", "--resume": "last", "-w": "new", "--worktree": "new"}
"""Options that may stand alone, and what they then mean."""


def main(argv: list[str] | None = None) -> int:
    """Runs droidlite and returns its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments in (["--version"], ["-V"]):
        from droidlite import __version__

        sys.stdout.write(f"droidlite {__version__}\n")
        return 0
    if arguments in (["--help"], ["-h"], ["help"]):
        import os.path

        with open(os.path.join(os.path.dirname(__file__), "help.txt"), encoding="utf-8") as text:
            sys.stdout.write(text.read())
        return 0
    from droidlite.cli import run

    code = run(normalise(arguments), mistyped(arguments))
    if argv is None:
        leave(code)
    return code


def normalise(arguments: list[str]) -> list[str]:
    """Puts the command first (none means an interactive session, -p means exec) and fills in optional values."""
    if "-p" in arguments and (not arguments or arguments[0] not in COMMANDS):
        arguments = ["exec", *(word for word in arguments if word != "-p")]
    elif not arguments or arguments[0] not in COMMANDS:
        arguments = ["chat", *arguments]
    filled: list[str] = []
    for index, word in enumerate(arguments):
        filled.append(word)
        alone = index + 1 == len(arguments) or arguments[index + 1].startswith("-")
        if word in OPTIONAL_VALUE and alone:
            filled.append(OPTIONAL_VALUE[word])
    return filled


def leave(code: int) -> None:
    """Ends the process with `code` without taking thousands of modules apart one by one, which takes 0.1 s. What was
    registered for the end still runs; what cannot be written any more is left to the ordinary end to tell."""
    import atexit
    import os

    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return
    atexit._run_exitfuncs()
    os._exit(code)


def mistyped(arguments: list[str]) -> str:
    """The command a single word was probably meant to be, "" where it is a prompt or a command."""
    if len(arguments) != 1 or not arguments[0].isalpha() or arguments[0] in COMMANDS:
        return ""
    import difflib

    return next(iter(difflib.get_close_matches(arguments[0].lower(), COMMANDS, n=1, cutoff=0.75)), "")


if __name__ == "__main__":
    sys.exit(main())
