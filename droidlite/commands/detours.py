"""Options that make a program do more than it is for: run another one, write a file, read what an argument lists.

A rule that allows `find` allows to find, not `find -exec`; who means that writes it into the rule. An option counts in
every abbreviation its program may take, and a letter wherever it stands in a group: one too many only asks.
Sources: the programs' manuals, and the advisories that tests/commands/bypasses.toml names."""

import re
from collections.abc import Callable

from msgspec import Struct

from droidlite.commands.building import runs_other_code
from droidlite.commands.gitcommands import NEVER_OFFERED, known_commands, subcommand
from droidlite.commands.options import names
from droidlite.commands.reading import only_reads, sed_trouble

WRAPPERS = names(
    "builtin busybox chroot command coproc doas env exec flock ionice nice nohup parallel script setsid stdbuf strace "
    "sudo time timeout unbuffer watch xargs"
)
"""Programs that run the one that is named after them."""
_ASSIGNING = names("[ declare export getopts let local mapfile printf read readarray readonly test typeset unset wait")
"""Builtins that take the name of a variable: bash evaluates what stands in its brackets, commands included."""


class _Detours(Struct, frozen=True):
    """`long`: options by their whole name; `short`: letters; `others`: what else a word may not be, as a pattern."""

    long: frozenset[str] = frozenset()
    short: str = ""
    others: str = ""

    def holds(self, word: str) -> bool:
        if self.others and re.match(self.others, word, re.DOTALL):
            return True
        if word.startswith("--"):
            given = word[2:].partition("=")[0]
            return bool(given) and any(name.startswith(given) for name in self.long)
        return word.startswith("-") and any(letter in self.short for letter in word[1:])


_LONG_OF_GIT = names(
    "exec ext-diff extcmd filters no-index open-files-in-pager output receive-pack template textconv upload-pack config"
)
_PACKAGES = _Detours(
    long=names("editor git globalconfig init-module node-options prefix script-shell shell userconfig viewer"),
    short="C",
)
_COMPILER = _Detours(others=r"@|-(wrapper|B|fplugin|specs|no-integrated-as|ccc-)")
_TABLE = {
    "cargo": _Detours(long=names("config manifest-path"), short="CZ", others=r"\+"),
    "cc": _COMPILER,
    "clang": _COMPILER,
    "cpio": _Detours(long=names("rsh-command absolute-filenames"), short="R"),
    "curl": _Detours(long=names("config engine libcurl"), short="K"),
    "date": _Detours(long=names("set file"), short="sf", others=r"\d"),
    "fd": _Detours(long=names("exec exec-batch"), short="xX"),
    "file": _Detours(long=names("compile magic-file files-from"), short="Cmf"),
    "find": _Detours(others=r"-(exec|execdir|ok|okdir|delete|fprint0?|fprintf|fls|files0-from)$"),
    "g++": _COMPILER,
    "gcc": _COMPILER,
    "go": _Detours(others=r"--?(exec|toolexec|vettool|overlay|modfile|[a-z]+flags|compiler|C)(=|$)"),
    "install": _Detours(long=names("strip-program")),
    "less": _Detours(long=names("log-file LOG-FILE lesskey-file lesskey-src tag-file"), short="oOkKT", others=r"\+"),
    "make": _Detours(
        long=names("directory eval file include-dir makefile old-file what-if"), short="fCIE", others=r"[^-].*="
    ),
    "man": _Detours(long=names("config-file gxditview html manpath pager preprocessor"), short="CHMPXp"),
    "more": _Detours(others=r"\+"),
    "npm": _PACKAGES,
    "openssl": _Detours(others=r"-(engine|provider|config)"),
    "pnpm": _PACKAGES,
    "rg": _Detours(long=names("pre hostname-bin search-zip"), short="z"),
    "rsync": _Detours(long=names("rsh rsync-path daemon config"), short="e"),
    "scp": _Detours(short="SoF"),
    "sort": _Detours(long=names("compress-program output files0-from random-source temporary-directory"), short="oT"),
    "split": _Detours(long=names("filter")),
    "sqlite3": _Detours(others=r"-(init|cmd)|(.*\n)?\s*\.|.*(load_extension|writefile|edit)\s*\("),
    "ssh": _Detours(short="oFIE"),
    "tar": _Detours(
        long=names(
            "absolute-names checkpoint-action files-from info-script new-volume-script rmt-command rsh-command "
            "to-command use-compress-program"
        ),
        short="FIPT",
    ),
    "tree": _Detours(long=names("fromfile output"), short="oR"),
    "wget": _Detours(long=names("config execute use-askpass"), short="e"),
    "xxd": _Detours(short="r"),
    "yarn": _PACKAGES,
    "zip": _Detours(long=names("unzip-command"), others=r"-\w*TT"),
}
_SHORT_OF_GIT = {"clone": "uc", "difftool": "x", "grep": "O", "rebase": "x"}


def detour(argv: tuple[str, ...], named: int) -> str:
    """ "" when `argv` does what the rule of its first `named` words is for, else what it does beyond that."""
    name, rest = argv[0].rpartition("/")[2], argv[named:]
    if argv[1:2] == ("-m",) and name.startswith("python") and named > 2:
        name = argv[2]
    if name in WRAPPERS:
        plain = named > 1 and re.fullmatch(r"[A-Za-z_./][\w./+-]*", argv[1])
        return "" if plain else f"{name} runs another program, which the rule does not name"
    if name in _ASSIGNING and any("[" in word and re.search(r"[$`]", word) for word in argv[1:]):
        return f"{name} evaluates what stands in brackets"
    if check := _CHECKS.get(name):
        return check(argv, named)
    if (why := runs_other_code(name, rest)) or name not in _TABLE:
        return why
    bundle = rest[:1] if name == "tar" and named == 1 else ()
    words = (*(f"-{word}" for word in bundle if not word.startswith("-")), *rest)
    found = next((word for word in words if _TABLE[name].holds(word)), "")
    return f"{name} {found} does more than the rule says" if found else ""


def _git(argv: tuple[str, ...], named: int) -> str:
    if named == 1:
        words = subcommand(argv)
        if not words:
            return "git with these options may run a program"
        if words[0] in NEVER_OFFERED - {"rebase"} or words[0] not in known_commands():
            return f"git {words[0]} may run a program"
    short = next((letters for word, letters in _SHORT_OF_GIT.items() if word in argv[1:4]), "")
    found = next((word for word in argv[named:] if _Detours(_LONG_OF_GIT, short).holds(word)), "")
    return f"git {found} does more than the rule says" if found else ""


def _sed(argv: tuple[str, ...], named: int) -> str:
    return sed_trouble(argv) if named == 1 else ""


def _reader(argv: tuple[str, ...], named: int) -> str:
    return only_reads(argv) if named == 1 else ""


def _written(argv: tuple[str, ...], named: int) -> str:
    """A second file of these is written."""
    words = [word for word in argv[1:] if not word.startswith("-")]
    found = named == 1 and (len(words) > 1 or "-r" in argv)
    return f"{argv[0]} may write {words[-1] if words else 'a file'}" if found else ""


_CHECKS: dict[str, Callable[[tuple[str, ...], int], str]] = {
    "awk": _reader,
    "gawk": _reader,
    "git": _git,
    "jq": _reader,
    "mawk": _reader,
    "sed": _sed,
    "uniq": _written,
    "xxd": _written,
}
