"""Finds a denied command however it is dressed: behind wrappers, inside another shell, with options in between.

It guards against a slip, not against intent: what a program does by itself cannot be read off its command, so at high
autonomy `sh x.sh` and `python3 -c ...` still run what is denied. Only a sandbox stops that.
"""

from collections.abc import Iterator

from droidlite.commands.gitcommands import NEVER_OFFERED, known_commands
from droidlite.commands.options import names
from droidlite.commands.parsing import UNKNOWN, Reading, read_command

_WRAPPERS = names(
    "builtin busybox chroot command coproc doas env exec find flock ionice nice nohup parallel script setsid ssh "
    "stdbuf strace sudo time timeout unbuffer watch xargs"
)
_SHELLS = names("alias ash bash dash eval fish ksh sh su trap zsh")
_GIT_VALUES = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env")
_OF_GIT = names(
    "annotate cat-file check-attr check-ignore commit-graph commit-tree config fast-export fast-import grep help "
    "index-pack lfs log ls-files maintenance merge-file merge-tree mktag mktree pack-refs prune read-tree reflog "
    "repack replace rerere rev-list send-email show-ref stripspace symbolic-ref unpack-objects update-server-info var "
    "verify-commit verify-pack verify-tag version whatchanged write-tree"
)
"""More of git's own commands, so that no alias can have these names."""
_DEPTH = 4


def denied_by(commands: tuple[tuple[str, ...], ...], denied: tuple[str, ...]) -> str:
    """The entry of `denied` (leading words of a command) that one of `commands` is, "" when none. A word that is not
    literal could be anything, so it matches."""
    for argv in commands:
        for spelling in _spellings(argv, _DEPTH):
            for entry in denied:
                words = tuple(entry.split())
                if words and _starts(spelling, words):
                    return entry
    return ""


def may_hide(reading: Reading, entries: tuple[str, ...]) -> str:
    """Why a command of `entries` may hide in shell text though it is not seen there; "" where it may not."""
    if not entries:
        return ""
    if reading.opaque:
        return reading.why_not
    if any(map(_reads_commands, reading.commands)):
        return "a shell reads more commands"
    if any(entry.startswith("git ") for entry in entries) and any(map(_is_alias, reading.commands)):
        return "git with these words may be an alias"
    return ""


def must_ask(command: str, entries: tuple[str, ...]) -> str:
    """Why shell text is asked about where `entries` always are; "" where it need not be."""
    reading = read_command(command)
    entry = denied_by(reading.commands, entries)
    hidden = "" if entry else may_hide(reading, entries)
    return (
        f"'{entry}' is always asked about"
        if entry
        else f"{hidden}; one to ask about could hide there"
        if hidden
        else ""
    )


def _reads_commands(argv: tuple[str, ...]) -> bool:
    """Whether a shell takes its commands from somewhere that was not read."""
    shell = argv[0].rpartition("/")[2] in _SHELLS - {"alias", "trap"}
    return shell and (all(word.startswith("-") for word in argv[1:]) or UNKNOWN in argv)


def _is_alias(argv: tuple[str, ...]) -> bool:
    words = _after_options(argv[1:]) if argv[0].rpartition("/")[2] == "git" else ()
    known = known_commands() | NEVER_OFFERED | _OF_GIT
    return bool(words) and (words[0] not in known or any("alias." in word.casefold() for word in argv))


def _starts(argv: tuple[str, ...], words: tuple[str, ...]) -> bool:
    pairs = zip(argv, words, strict=False)
    return len(argv) >= len(words) and all(word in (UNKNOWN, wanted) for word, wanted in pairs)


def _spellings(argv: tuple[str, ...], depth: int) -> Iterator[tuple[str, ...]]:
    """`argv` as it is, under its plain name, and everything it would start in turn."""
    yield argv
    name = argv[0].rpartition("/")[2]
    plain = (name, *(_after_options(argv[1:]) if name == "git" else argv[1:]))
    yield plain
    if name.startswith("git-"):
        yield ("git", name.removeprefix("git-"), *argv[1:])
    if depth == 0:
        return
    if name in _WRAPPERS:
        more = (UNKNOWN,) * 4 if name in ("xargs", "parallel") else ()
        words = tuple(UNKNOWN if word == "{}" else word for word in argv) + more
        for at in range(1, len(argv)):
            yield from _spellings(words[at:], depth - 1)
    if name in _SHELLS or name in _WRAPPERS:
        for text in (*argv[1:], " ".join(argv[1:]), *(word.partition("=")[2] for word in argv[1:] if "=" in word)):
            for inner in read_command(text).commands if text != UNKNOWN else ():
                yield from _spellings(inner, depth - 1)


def _after_options(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _GIT_VALUES else 1 :]
    return words
