"""Finds functions and classes in lines of code by header and indentation, also in code that does not parse."""

import re
from collections.abc import Sequence

from msgspec import Struct

from droidlite.regex import regex

_PYTHON = regex(r"\s*(?:async\s+)?(def|class)\s+(\w+)")
_BRACES = (
    regex(r"\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(function)\s*\*?\s*(\w+)"),
    regex(r"\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(class)\s+(\w+)"),
    regex(r"\s*(?:export\s+)?(const|let|var)\s+(\w+)\s*=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*=>|\w+\s*=>)"),
    regex(
        r"(\s+)(?:static\s+|async\s+|get\s+|set\s+)*(?!if\b|for\b|while\b|switch\b|catch\b|return\b)(\w+)\s*\([^;{]*\)\s*\{\s*$"
    ),
    regex(r"\s*()(?!if\b|for\b|while\b|else\b)(\w[\w-]*)\s*\(\)\s*\{?"),
    regex(r"\s*(func|fn|pub fn)\s+(?:\([^)]*\)\s*)?(\w+)"),
)
_GUARD = regex(r"\s*if .*:$")
_IDLE = regex(r"\s*(//|/\*|\*\s|#|(import|from)\s+\w|[\])}]+[;,]?\s*$)")
_BEFORE = regex(r"\s*(@|//|/\*|\*|#)")


class Region(Struct, frozen=True):
    """A definition: lines[start:end]; `start` includes decorators, `head` is the line that names it."""

    name: str
    is_class: bool
    start: int
    head: int
    end: int
    indent: int


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())


def find_regions(path: str, lines: Sequence[str]) -> list[Region]:
    """All definitions, nested ones after the one they are in."""
    python = path.endswith((".py", ".pyi"))
    regions = []
    for head, line in enumerate(lines):
        match = _PYTHON.match(line) if python else _braced(path, line)
        if match is None:
            continue
        end = _python_end(lines, head) if python else _brace_end(lines, head)
        start = head
        while start > 0 and _BEFORE.match(lines[start - 1]) and _kept(lines, start - 1, head, python=python):
            start -= 1
        regions.append(Region(match[2], match[1] == "class", start, head, end, indent_of(line)))
    return regions


def code_lines(path: str, lines: Sequence[str]) -> set[int]:
    """The lines that do something: no heads of definitions, docstrings, imports or comments."""
    heads, quoted, found = {region.head for region in find_regions(path, lines)}, False, set()
    for at, line in enumerate(lines):
        marks = line.count('"""') if path.endswith((".py", ".pyi")) else 0
        if not (quoted or marks or at in heads or not line.strip() or _IDLE.match(line)):
            found.add(at)
        quoted = quoted != (marks % 2 == 1)
    return found


def guard_lines(lines: Sequence[str]) -> set[int]:
    """The lines that only refuse bad input (`if ...:` and a `raise` alone in it), in Python: seldom the faulty ones."""
    pairs = {
        at for at in range(len(lines) - 1) if _GUARD.match(lines[at]) and lines[at + 1].lstrip().startswith("raise ")
    }
    return pairs | {at + 1 for at in pairs}


def _kept(lines: Sequence[str], at: int, head: int, *, python: bool) -> bool:
    """Whether the line above belongs to the definition: a decorator; comments stay where they are."""
    return python and lines[at].lstrip().startswith("@") and indent_of(lines[at]) == indent_of(lines[head])


def _braced(path: str, line: str) -> re.Match[str] | None:
    patterns: tuple[re.Pattern[str], ...] = ()
    if path.endswith((".sh", ".bash", ".zsh")):
        patterns = (_BRACES[0], _BRACES[4])
    elif path.endswith((".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".php")):
        patterns = _BRACES[:4]
    elif path.endswith((".go", ".rs")):
        patterns = (_BRACES[5],)
    return next((match for pattern in patterns if (match := pattern.match(line))), None)


def _python_end(lines: Sequence[str], head: int) -> int:
    depth, quoted, at = 0, "", head
    for at in range(head, len(lines)):  # to the end of a header over several lines
        depth += lines[at].count("(") - lines[at].count(")")
        if depth <= 0:
            break
    end = at + 1
    for at in range(end, len(lines)):
        line = lines[at]
        if (
            not quoted
            and line.strip()
            and indent_of(line) <= indent_of(lines[head])
            and not line.lstrip().startswith("#")
        ):
            break
        for mark in ('"""', "'''"):
            if line.count(mark) % 2 and quoted in ("", mark):
                quoted = "" if quoted else mark
        if line.strip() and (quoted or indent_of(line) > indent_of(lines[head])):
            end = at + 1
    return end


def _brace_end(lines: Sequence[str], head: int) -> int:
    indent = indent_of(lines[head])
    if "{" in lines[head] and lines[head].count("{") == lines[head].count("}"):
        return head + 1
    for at in range(head + 1, len(lines)):
        if lines[at].strip() and indent_of(lines[at]) == indent and lines[at].lstrip()[0] in "})":
            return at + 1
    return len(lines)
