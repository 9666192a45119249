"""The front door: answers --version and --help before anything is imported, and finds the command to run."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # python -m puts the working folder first: what lies there must not be taken for a library

COMMANDS = (
    "exec", "chat", "models", "route", "sessions", "stats", "policy", "router", "trust", "schema", "doctor",
    "local", "demo",
)  # fmt: skip
PLANNED = ("mcp", "acp", "mission")
"""Commands that are announced, and not there yet."""
OPTIONAL_VALUE = {"-r": "last", "--resume": "last", "-w": "new", "--worktree": "new", "--trust": "now"}
"""Options that may stand alone, and what they then mean."""


def main(argv: list[str] | None = None) -> int:
    """Runs droidlite and returns its exit code; without `argv` it is the process's own, and ends it."""
    if argv is not None:
        return _run(argv)
    if not hold_streams():
        leave(_complain("Standard output is closed: there is nowhere to put the answer."))
    code = 0
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except OSError as error:
        code = code or _unwritten(error)  # what went wrong before says more than a terminal that is gone
    leave(code)
    return code


def _run(arguments: list[str]) -> int:
    _collect_seldom()
    if arguments in (["--version"], ["-V"]):
        from droidlite import __version__

        sys.stdout.write(f"droidlite {__version__}\n")
        return 0
    if arguments in (["--help"], ["-h"], ["help"]):
        import os.path

        with open(os.path.join(os.path.dirname(__file__), "help.txt"), encoding="utf-8") as text:
            sys.stdout.write(text.read())
        return 0
    if sys.platform == "win32":
        return _complain("It runs on Linux and macOS; on Windows start it inside WSL, in Windows Terminal.")
    _load_structs()
    from droidlite.cli import run

    return run(normalise(arguments), mistyped(arguments))


def _collect_seldom() -> None:
    """Modules are loaded to stay: walking through them again and again takes a tenth of the time to the first prompt,
    and later pauses of tens of milliseconds between a key and its echo."""
    import gc

    gc.set_threshold(100_000, 20, 20)


def _load_structs() -> None:
    """msgspec takes two names from typing_extensions where that is installed, which loads inspect and ast: a
    fifteenth of the time to the first prompt, and `typing` has both names. Kept from msgspec, and from nobody else."""
    name = "typing_extensions"
    kept = name in sys.modules
    if not kept:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        if not kept:
            del sys.modules[name]


def hold_streams() -> bool:
    """Puts the null device where a standard stream is closed, or the next file that is opened would take its place and
    be written to. False where that was standard output: there is no use in going on."""
    import os

    closed = [number for number in (0, 1, 2) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if 2 in closed:
        sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    if 1 in closed:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    return 1 not in closed


def _is_open(number: int) -> bool:
    import os

    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _complain(sentence: str) -> int:
    """What stops the process before or after everything else; 1."""
    try:
        sys.stderr.write(f"droidlite: {sentence}\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # then there is nobody left to tell
        return 1
    return 1


def normalise(arguments: list[str]) -> list[str]:
    """Puts the command first (none means an interactive session, -p means exec) and fills in optional values."""
    if arguments[:1] == ["exec"] and "-p" in arguments:  # it says the same twice
        at = arguments.index("-p")
        arguments = [*arguments[:at], *arguments[at + 1 :]]
    elif "-p" in arguments and (not arguments or arguments[0] not in COMMANDS):
        arguments = ["exec", *(word for word in arguments if word != "-p")]
    elif not arguments or arguments[0] not in COMMANDS:
        arguments = ["chat", *arguments]
    filled: list[str] = []
    for index, word in enumerate(arguments):
        filled.append(word)
        alone = index + 1 == len(arguments) or arguments[index + 1].startswith("-")
        alone = alone or (word == "--trust" and " " in arguments[index + 1].strip())  # a prompt, and surely no pin
        if word in OPTIONAL_VALUE and alone:
            filled.append(OPTIONAL_VALUE[word])
    return filled


def _unwritten(error: OSError) -> int:
    """Tells of an answer that could not be written: that is no success. Raises every other error again."""
    import errno

    if error.errno == errno.EPIPE:  # the reader has seen enough
        return 1
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO):
        raise error
    return _complain(f"The output cannot be written: {error.strerror}. Free some space, or send it elsewhere.")


def leave(code: int) -> None:
    """Ends the process with `code` without taking thousands of modules apart one by one, which takes 0.1 s. What was
    registered for the end still runs."""
    import atexit
    import os

    atexit._run_exitfuncs()
    os._exit(code)


def mistyped(arguments: list[str]) -> str:
    """What to say where the first word was meant as a command that is none: a prompt of one word costs money."""
    word = arguments[0] if arguments else ""
    if word in COMMANDS or not word.isalpha():
        return ""
    if word in PLANNED:
        return f'There is no `droidlite {word}` yet. If it is a prompt: droidlite exec "{" ".join(arguments)}"'
    import difflib

    near = next(iter(difflib.get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.75)), "")
    meant = " ".join(["droidlite", near, *arguments[1:]])
    return f"There is no command {word!r}; did you mean `{meant}`?" if near else ""


if __name__ == "__main__":
    sys.exit(main())
