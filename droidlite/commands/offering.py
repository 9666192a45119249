"""What "always" may stand for: the leading words of a command that are few, plain and open no door."""

import re

from droidlite.commands.gitcommands import NEVER_OFFERED, subcommand
from droidlite.commands.options import names
from droidlite.commands.reading import HARMLESS_OPTIONS, only_reads

_TWO_WORDS = names(
    "cargo docker git go just kubectl make npm pip pip3 pnpm poetry rake task tox uv yarn"
)  # fmt: skip
_TESTERS = frozenset({"unittest", "pytest"})
"""Modules that python -m may be allowed to run: what they run is the repository's, as with pytest itself."""
_NOT_OFFERED = names(
    ". ash awk bash builtin busybox chmod chown command coproc dash dd deno doas env eval exec expect fd find fish "
    "flock gawk gdb ionice kill killall ksh less lua man mawk mkfs more mv nc ncat nice node nohup npx osascript "
    "parallel perl php pkill python python2 python3 rg rm ruby screen script sed setsid sh shutdown socat sort source "
    "ssh stdbuf strace su sudo tar tclsh tee time timeout tmux vi vim watch wget xargs zsh"
)
"""Programs that can run others or destroy anything: never allowed by name alone."""


def leading_words(argv: tuple[str, ...]) -> str:
    """The program, with its subcommand where it has them; "" when allowing that would be too much."""
    name = argv[0]
    if argv[1:2] == ("-m",) and argv[2:3] and re.fullmatch(r"python[\d.]*", name) and argv[2] in _TESTERS:
        return f"{name} -m {argv[2]}"
    if (
        name in _NOT_OFFERED
        or "/" in name
        or not re.fullmatch(r"[\w.+-]+", name)
        or re.match(r"python|pypy|perl", name)
    ):
        return ""
    if only_reads((name, "x")) == "" or (name != "git" and name in HARMLESS_OPTIONS):
        return ""
    if name not in _TWO_WORDS:
        return name
    words = subcommand(argv) if name == "git" else argv[1:]
    if not words or words[0] in NEVER_OFFERED or words[0] in ("exec", "run", "x", "dlx", "eval"):
        return f"{name} run {words[1]}" if words[:1] == ("run",) and _plain(words[1:2]) and name != "docker" else ""
    fine = _plain(words[:1]) and argv[1] == words[0]
    reads = name == "git" and only_reads((name, words[0])) == ""
    return f"{name} {words[0]}" if fine and not reads else ""


def _plain(words: tuple[str, ...]) -> bool:
    return bool(words) and bool(re.fullmatch(r"[a-z][\w:.-]*", words[0]))
