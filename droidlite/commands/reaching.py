"""Which commands are git's alone, so that they may change git's own files where no other command may."""

from collections.abc import Callable

from droidlite.commands.gitcommands import can_be_undone, subcommand
from droidlite.commands.gitcommands import only_reads as git_only_reads
from droidlite.commands.gitplaces import led_by
from droidlite.commands.options import names
from droidlite.commands.parsing import UNKNOWN, read_command
from droidlite.commands.reading import only_reads
from droidlite.regex import regex

_CHANGES = names(
    "add branch checkout cherry-pick clean commit init merge mv notes reset restore revert rm stash switch tag"
)
"""None of them starts a program that its arguments name."""


_HARMLESS = regex(r"(user\.(name|email)|advice\.\w+|color\.ui)=")
"""Settings that a command may give git by itself: none of these starts a program."""
_MESSAGE = regex(r"\"\$\(cat <<'(\w+)'\n(?:(?!\1\n).*\n)*\1\n?\s*\)\"")
"""How models write a message of several lines: a here-document in which nothing is expanded."""


def changes_git(command: str) -> bool:
    """Whether a command changes git's files, and every part of it is git's own or only reads, with nothing hidden and
    nothing written by the shell itself. In which folders is not looked at: see gitplaces."""
    return _all_or_reading(command, _changes, lambda argv: led_by(argv)[1])


def begins_with(prefixes: tuple[str, ...], command: str) -> bool:
    """Whether a command is one of `prefixes`, word for word, or begins with one that ends in `*`, and every further
    part of it is too or only reads."""
    begun = tuple(tuple(prefix.split()) for prefix in prefixes if prefix.strip())
    return _all_or_reading(command, lambda argv: any(_fits(argv, words) for words in begun))


def _fits(argv: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Word for word; whatever follows where the last word is `*`."""
    return argv[: len(words) - 1] == words[:-1] if words[-1:] == ("*",) else argv == words


def _all_or_reading(
    command: str,
    wanted: Callable[[tuple[str, ...]], bool],
    plain: Callable[[tuple[str, ...]], tuple[str, ...]] = lambda argv: argv,
) -> bool:
    """Whether some part of a command is wanted and all others only read, nothing is hidden in it and the shell itself
    writes nothing; each part is judged as `plain` has it."""
    reading = read_command(_MESSAGE.sub('"text"', command))
    if reading.why_not or not reading.commands or reading.assignments:
        return False
    if any(redirect.target != "/dev/null" and not redirect.target.isdigit() for redirect in reading.redirects):
        return False
    commands = [plain(argv) for argv in reading.commands if UNKNOWN not in argv]
    if len(commands) < len(reading.commands):
        return False
    rest = [argv for argv in commands if not wanted(argv)]
    return len(rest) < len(commands) and all(only_reads(argv) == "" for argv in rest)


def _changes(argv: tuple[str, ...]) -> bool:
    while argv[:2] == ("git", "-c") and argv[2:3] and _HARMLESS.match(argv[2]):
        argv = ("git", *argv[3:])
    words = subcommand(argv) if argv[0] == "git" else ()
    if not words or words[0] not in _CHANGES or git_only_reads(argv) == "":
        return False
    return words[0] != "init" or can_be_undone(argv) == ""
