"""Reads the person's message by rule: which files and names it speaks of, and what kind of answer it wants."""

import re
from typing import Literal

from msgspec import Struct

from droidlite.regex import regex

Kind = Literal["change", "question", "command"]

_ENDINGS = (
    "py|pyi|js|mjs|cjs|jsx|ts|tsx|sh|bash|zsh|rb|go|rs|c|h|cc|cpp|hpp|java|kt|swift|php|pl|lua|r|sql|html|htm|css|scss|"
    "json|jsonl|csv|tsv|toml|yaml|yml|ini|cfg|conf|env|txt|md|rst|xml|mk|gradle|properties|vue|svelte"
)
_PATH = regex(rf"(?<![\w./-])((?:[\w.-]+/|/|\./)*[\w-][\w.-]*\.(?:{_ENDINGS}))(?![\w/]|\.\w)")
_BARE = regex(r"(?<![\w./-])((?:[\w.-]+/)*(?:GNUmakefile|[Mm]akefile|Dockerfile|Procfile|Justfile|\.gitignore))\b")
_CALLED = regex(r"\b([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)\(")
_TICKED = regex(r"`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)`")
_SHAPED = regex(r"\b([a-z]+(?:_[a-z0-9]+)+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)\b")
_DEFINED = regex(r"\b(?:function|method|class|def)\s+([A-Za-z_]\w*)\b|\b([A-Za-z_]\w*)\s+(?:function|method|class)\b")
_COMMAND = regex(r"`((?:python3?|pytest|node|npm|npx|sh|bash|make|cargo|go|ruby|\./)\b[^`]*|\./[^`]+)`")
_CHANGE = regex(
    r"\b(fix|repair|correct|add|append|insert|change|edit|modify|update|make|write|create|implement|generate|rename|"
    r"remove|delete|replace|refactor|rewrite|set|put|swap|sort|convert|extend|support|handle|return|raise|should|must)\b",
    re.IGNORECASE,
)
_ASKS = regex(
    r"\s*(please\s+)?(what|why|how|where|when|which|who|explain|describe|summari[sz]e|tell me|does|do|is|are|"
    r"(can|could|would) you (explain|describe|tell|summari[sz]e))\b",
    re.IGNORECASE,
)
_ORDERS = regex(
    r"\s*(please\s+)?(run|execute|list|show|count|find|print|install|start|search|commit|"
    r"how many|which files|what files|(make|create) (a )?(folder|director))",
    re.IGNORECASE,
)
_TEST = regex(
    r"(^|/)(test_[^/]*|[^/]*_test\.\w+|[^/]*[.-](test|spec)\.\w+|conftest\.py)$|(^|/)(tests?|__tests__|spec)/"
)
_COMMON = frozenset(("test", "tests", "print", "len", "str", "int", "self", "unittest", "pytest"))


class Task(Struct, frozen=True):
    """What the person wants. `paths` in order of mention; `names` are functions and classes it speaks of, most
    surely meant first, `called` those written as name(...); `check` is a command it names."""

    text: str
    kind: Kind
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    check: str = ""


def read_task(text: str, *, checked: bool = False) -> Task:
    """`checked` where a command will judge the work: then work is meant, however it is worded."""
    check = _COMMAND.search(text)
    return Task(
        text.strip(), _kind(text, checked), find_paths(text), _names(text), _called(text), check[1] if check else ""
    )


def is_test(path: str) -> bool:
    """By its place in the project; of a full path only the name tells anything."""
    return bool(_TEST.search(path.rpartition("/")[2] if path.startswith("/") else path))


def _kind(text: str, checked: bool) -> Kind:
    """A symptom told of a named file ("total() in cart.py forgets the last item") is a report to act on, not a
    question."""
    ordered, asked = _ORDERS.match(text), _ASKS.match(text)
    reported = bool(find_paths(text)) and not asked and "?" not in text
    if ordered and not checked and not _CHANGE.search(text, ordered.end()):
        return "command"
    if not checked and (asked or not (reported or _CHANGE.search(text))):
        return "question"
    return "change"


def find_paths(text: str) -> tuple[str, ...]:
    """Files a text speaks of, in order of mention."""
    spots = [(match.start(), match[1]) for pattern in (_PATH, _BARE) for match in pattern.finditer(text)]
    return tuple(dict.fromkeys(path.removeprefix("./") for _, path in sorted(spots)))


def _called(text: str) -> tuple[str, ...]:
    found = (match[1].rpartition(".")[2] for match in _CALLED.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name not in _COMMON))


def _names(text: str) -> tuple[str, ...]:
    """Names of code, most surely meant first; of Class.method both, the method first."""
    plain = _PATH.sub(" ", text)
    found: list[str] = []
    for pattern in (_CALLED, _TICKED, _DEFINED, _SHAPED):
        for match in pattern.finditer(plain):
            name = next(group for group in match.groups() if group)
            found.extend(reversed(name.split(".")))
    return tuple(name for name in dict.fromkeys(found) if name not in _COMMON and len(name) > 1)


def source_files(paths: tuple[str, ...]) -> list[str]:
    """Of all files, those a task may be about."""
    return [path for path in paths if not is_test(path) and (_PATH.fullmatch(path) or _BARE.fullmatch(path))]
