"""Takes a prompt apart: what the person says in sentences, and what they pasted (stack traces, logs, failing tests)."""

import re

from msgspec import Struct

from droidlite.regex import regex

MOST_CHARACTERS = 20_000
"""Read at either end of a prompt; what lies between is not looked at."""
MOST_LINES = 400
"""Looked at for code."""
_MOST_LINE = 2_000

TRACES: tuple[tuple[str, str], ...] = (
    ("a Python traceback", r"Traceback \(most recent call last\)|^ *File \"[^\"\n]+\", line \d+"),
    ("a JavaScript stack", r"^ +at .{1,300}:\d+:\d+\)?$"),
    ("a Java stack", r"^\s+at [\w.$<>/]+\([\w$]+\.(?:java|kt|scala):\d+\)|^Exception in thread \""),
    ("a Go panic", r"^goroutine \d+ \[|^panic: |^fatal error: all goroutines"),
    ("a Rust error", r"^error\[E\d+\]|^thread '[^'\n]*' (?:\(\d+\) )?panicked at"),
    ("a .NET stack", r"^ +at .{1,300} in .{1,300}:line \d+"),
    ("a Ruby error", r"^\S+\.rb:\d+:in [`']"),
    ("a PHP error", r"^PHP (?:Fatal|Parse) error"),
    ("a compiler's error", r"^\S+\.\w+:\d+(?::\d+)?:? (?:- )?(?:fatal )?error\b|error TS\d+:|undefined reference to"),
    ("a failed build", r"^npm ERR!|^make(?:\[\d+\])?: \*\*\*|^error: could not compile|^ERROR: Failed building"),
    ("an error", r"^(?:\w+\.)*\w*(?:Error|Exception): \S"),
    ("a crash", r"^Segmentation fault|core dumped|AddressSanitizer|^fatal: "),
)
"""What a trace is called and how it looks, matched line by line."""
_FAILING = r"^(?:FAILED|ERROR) \S+::\S+|^--- FAIL: \w+|^E   \w|^not ok \d+ |^ *● .+ › "
_TEST_ID = regex(r"(?<![\w./-])[\w./-]+\.py::[\w:\[\]-]+")
_TRACE = regex("|".join(f"({pattern})" for _, pattern in (*TRACES, ("a failed test", _FAILING))), re.M)
_PASTED = regex(
    r"^(?:\[?\d{4}-\d\d-\d\d[T ]|\[?\d\d:\d\d:\d\d|npm ERR|>>> |\s{4,}\S|\t|\s*[|~^]|\s*\d+ \|)|^\s*at \S+ ?\("
)
_CODE = regex(
    r"^\s*(?:class \w+[(:]|def \w+\(|(?:import|from) [\w.]+(?: import .*)?$|[\w.]+ ?=[ =]?\S|return\b|print\(|"
    r"assert |@\w|[\w.]+\(.*[(),;]$|(?:CREATE|SELECT|INSERT|ALTER) [A-Z]|[)}\]])"
)
_TAGGED = regex(r"<((?:github_)?issue(?:_description)?|pr_description|problem_statement)>(.*?)(?:</\1>|\Z)", re.S)


class Parts(Struct, frozen=True, kw_only=True):
    """`said`: the sentences' lines; `issue`: the same of what stands between <issue> tags; traces: names of what was
    pasted; tests: failing or named test ids; code: whether a code block is in it; shell: lines that began with "$ "."""

    said: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    code: bool = False
    shell: bool = False


def cut(text: str) -> str:
    """The text without its middle where it is long, and without what is no text (lone surrogates, NUL)."""
    if len(text) > 2 * MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS] + "\n" + text[-MOST_CHARACTERS:]
    return text.encode("utf-8", "replace").decode().replace("\0", " ").replace("\r\n", "\n")


def take_apart(text: str) -> Parts:
    """A `cut` text's parts."""
    text = _without_comments(text)
    tagged = _TAGGED.search(text)
    outside = text[: tagged.start()] + text[tagged.end() :] if tagged else text
    names = [name for name, _ in TRACES] + ["a failed test"]
    traces = dict.fromkeys(names[match.lastindex - 1] for match in _TRACE.finditer(text) if match.lastindex)
    if len(traces) > 1:
        traces.pop("an error", None)  # the last line of the trace before it
    return Parts(
        said=tuple(_sentences(outside)),
        issue=tuple(_sentences(tagged[2])) if tagged else (),
        traces=tuple(traces),
        tests=tuple(dict.fromkeys(_TEST_ID.findall(text)))[:5],
        code="```" in text or ">>> " in text or sum(map(_is_code, text.splitlines()[:MOST_LINES])) > 1,
        shell=text.startswith("$ ") or "\n$ " in text,
    )


def _sentences(text: str) -> list[str]:
    """The lines a person wrote: no code blocks, no logs, no traces, no empty ones."""
    lines, code = [], False
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            code = not code
        elif not code and line.strip() and not _is_pasted(line[:_MOST_LINE]):
            lines.append(" ".join(line[:_MOST_LINE].split()))
    return lines


def _without_comments(text: str) -> str:
    """The forms of issue trackers explain themselves in HTML comments."""
    first, *others = text.split("<!--")
    return first + " ".join(other.partition("-->")[2] for other in others)


def _is_code(line: str) -> bool:
    return bool(_CODE.match(line[:_MOST_LINE]))


def _is_pasted(line: str) -> bool:
    return (
        line.startswith("$ ")
        or _is_code(line)
        or bool(_PASTED.match(line))
        or bool(_TRACE.match(line) and " - " not in line)
    )
