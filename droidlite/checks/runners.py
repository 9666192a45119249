"""Reads verify commands: which program writes their output, which files they name, and whether they can run at all."""

import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from droidlite.regex import regex
from droidlite.regular import read_regular, read_text

LARGEST = 1_000_000
"""Bytes of a package.json or Makefile that are looked into."""
LONGEST = 4_000
"""Characters of a script or recipe that are looked into for a runner's name."""
_NO_TEST = regex(r"echo\b.*no test specified.*|exit 0|true|:|", re.S)
_RUNNERS = (
    ("pytest", r"(?<![\w-])(?:py\.test|pytest)(?![\w-]|\.\w)"),
    ("unittest", r"-m\s+unittest\b"),
    ("vitest", r"(?<![\w-])vitest\b"),
    ("jest", r"(?<![\w-])(?:jest\b|react-scripts test)"),
    ("mocha", r"(?<![\w-])mocha\b"),
    ("node", r"\bnode\s+(?:\S+\s+)*?--test\b"),
    ("cargo", r"\bcargo\s+(?:\+\S+\s+)?test\b"),
    ("go", r"\bgo\s+test\b"),
    ("ctest", r"(?<![\w-])ctest\b"),
    ("maven", r"(?<![\w-])mvnw?\b"),
    ("gradle", r"(?<![\w-])gradlew?\b"),
)
_PATTERNS = tuple((name, regex(pattern)) for name, pattern in _RUNNERS)
_PACKAGE = regex(r"\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+|-\S+\s+)*(?:t\b|([\w:-]+))")
_MAKE = regex(r"(?<![\w-])g?make\s+(?:-\S+\s+)*([\w.-]+)")
_RECIPE = r"^{}\s*:(?!=)[^\n]*\n((?:\t[^\n]*\n?|\s*\n)*)"
_WORD = regex(r"[\w./@+-]+")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
_OPERATORS = frozenset({"&&", "||", ";", "|", "&"})
_SHELL = frozenset(
    {
        "!", "[", "[[", "{", "(", ":", ".", "alias", "bg", "break", "builtin", "case", "cd", "command",
        "continue", "declare", "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false",
        "fc", "fg", "for", "function", "getopts", "hash", "help", "history", "if", "jobs", "kill", "let",
        "local", "logout", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "select", "set",
        "shift", "shopt", "source", "suspend", "test", "time", "times", "trap", "true", "type", "typeset",
        "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    }
)  # fmt: skip
"""What bash knows without a program: its words and builtins."""


def tests_nothing(script: str) -> bool:
    """Whether a script of package.json tests nothing: npm's own, or one that only succeeds."""
    return _NO_TEST.fullmatch(script.strip()) is not None


def runner_of(command: str, root: Path) -> str:
    """Who runs the tests of `command`: pytest, unittest, vitest, jest, mocha, node, cargo, go, ctest, maven or gradle;
    "" where that cannot be told. Scripts of package.json and recipes of the Makefile are looked into."""
    for text in (command, *_meant(command, root)):
        for name, pattern in _PATTERNS:
            if pattern.search(text):
                return name
    return ""


def _meant(command: str, root: Path) -> Iterator[str]:
    """The script or recipe a command calls."""
    if found := _PACKAGE.search(command):
        try:
            scripts = json.loads(read_regular(root / "package.json", LARGEST)).get("scripts")
            yield str((scripts or {}).get(found[1] or "test", ""))[:LONGEST]
        except (OSError, ValueError, AttributeError, RecursionError):
            return
    if found := _MAKE.search(command):
        for name in ("GNUmakefile", "makefile", "Makefile"):
            if not (text := read_text(root / name, LARGEST)):
                continue
            if recipe := re.search(_RECIPE.format(re.escape(found[1])), text, re.M):
                yield recipe[1][:LONGEST]
            return


def programs(command: str) -> tuple[str, ...]:
    """The words a command starts programs by: the first of each part between operators. () where it cannot be told."""
    try:
        lexer = shlex.shlex(command, posix=True, punctuation_chars="&|;")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        return ()
    found, wanted = [], True
    for word in words:
        if word in _OPERATORS:
            wanted = True
        elif wanted and not _ASSIGNMENT.match(word):
            found.append(word)
            wanted = False
    return tuple(found)


def cannot_run(command: str, root: Path, path: str) -> str:
    """Why `command` surely cannot be run in `root` with this PATH, "" where it can or that is not known before."""
    first = next(iter(programs(command)), "")
    if not first or first in _SHELL or not re.fullmatch(r"[\w./+~@%-]+", first) or first.startswith("~"):
        return ""
    if "/" not in first:
        return "" if which(first, path=path) else f"there is no program {first} on the PATH"
    place = root / first
    if not place.exists():
        return f"there is no file {first} in {root}"
    if place.is_dir():
        return f"{first} is a folder"
    return "" if os.access(place, os.X_OK) else f"{first} is not executable; run: chmod +x {first}"


def words_of(text: str) -> frozenset[str]:
    """Everything in a command or script that may be a path below the root."""
    return frozenset(word.removeprefix("./") for word in _WORD.findall(text))
