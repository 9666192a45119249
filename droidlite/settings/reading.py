"""Turns a TOML file a person wrote into a typed record, or into one sentence naming file, line, key and problem."""

import re
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from droidlite.errors import SettingsError
from droidlite.regex import regex
from droidlite.regular import read_regular
from droidlite.settings.lines import Steps, key_lines, line_of

Record = TypeVar("Record", bound=msgspec.Struct)
LARGEST = 1_048_576
"""Bytes; a settings file beyond this is a mistake, and must not fill memory."""

_VARIABLE = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STEP = regex(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[\.\.\.\]")
_WORDS = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


class Document:
    """One TOML file, parsed: `data`, and for messages its `file` name and the line of each key."""

    def __init__(self, file: str, text: str) -> None:
        import tomllib

        from droidlite.toml import Unreasonable, parse

        self.file = file
        self._text = text
        self._lines: dict[Steps, int] | None = None
        try:
            self.data: dict[str, Any] = parse(text)
        except Unreasonable as error:
            raise SettingsError(str(error), file=file, line=error.line) from error
        except tomllib.TOMLDecodeError as error:
            from droidlite.settings.mistyped import mistake

            problem, line = mistake(text, str(error))
            raise SettingsError(f"not valid TOML: {problem}", file=file, line=line) from error

    def line(self, path: Steps) -> int:
        if self._lines is None:
            self._lines = key_lines(self._text)
        return line_of(self._lines, path)

    def stands_for(self, old: Steps, path: Steps) -> None:
        """From here on messages about `path` name the line of `old`, where it has none of its own."""
        line = self.line(old)
        assert self._lines is not None
        self._lines.setdefault(path, line)

    def where(self, path: Steps) -> str:
        """`file:line` of a key."""
        return f"{self.file}:{self.line(path)}"

    def fail(self, path: Steps, problem: str) -> NoReturn:
        raise SettingsError(problem, file=self.file, line=self.line(path), key=dotted(path))


def read_document(path: Path) -> Document | None:
    """The parsed file, None where there is none. Raises SettingsError."""
    file = str(path)
    try:
        if not path.exists():
            return None
        if not path.is_file():
            raise SettingsError("is not a file; remove it or put the settings in a file of that name", file=file)
        raw = read_regular(path, LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror or error}", file=file) from error
    if len(raw) > LARGEST:
        raise SettingsError("is larger than 1 MiB; that cannot be meant as settings", file=file)
    return document_of(file, raw)


def document_of(file: str, raw: bytes) -> Document:
    """What a file that was read holds. Raises SettingsError."""
    try:
        return Document(file, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError("is not UTF-8 text; save it as UTF-8", file=file, line=line) from error


def expand(document: Document, env: Mapping[str, str], unset: Callable[[Steps, str], str]) -> None:
    """Replaces ${VAR} in every string of `document.data`; `unset(path, variable)` answers for variables not in env."""

    def walk(value: Any, path: Steps) -> Any:
        if isinstance(value, str):
            return _VARIABLE.sub(lambda found: env.get(found[1]) or unset(path, found[1]), value)
        if isinstance(value, list):
            return [walk(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: walk(item, (*path, key)) for key, item in value.items()}
        return value

    document.data = walk(document.data, ())


def convert(document: Document, kind: type[Record]) -> Record:
    """`document.data` as `kind`. Raises SettingsError naming the key."""
    try:
        return msgspec.convert(document.data, kind)
    except msgspec.ValidationError as error:
        path, problem = _explain(str(error), kind, document.data)
        raise SettingsError(problem, file=document.file, line=document.line(path), key=dotted(path)) from error


def dotted(path: Steps) -> str:
    """endpoints[0].base_url"""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def nearest(word: str, known: list[str]) -> str:
    """The known word most like `word`, or ""."""
    import difflib

    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.6)), "")


def _explain(message: str, kind: type[msgspec.Struct], data: Any) -> tuple[Steps, str]:
    """msgspec's message, for a person: the path and the sentence."""
    text, _, at = message.partition(" - at `$")
    path = _steps(at.rstrip("`"), kind, data)
    if unknown := re.match(r"Object contains unknown field `(.+)`", text):
        return (*path, unknown[1]), _unknown(unknown[1], _type_at(kind, path))
    if missing := re.match(r"Object missing required field `(.+)`", text):
        return (*path, missing[1]), "is missing"
    if wrong := re.match(r"Expected `([^`]+)`, got `([^`]+)`$", text):
        return path, f"expected {_word(wrong[1])}, got {_word(wrong[2])}"
    if choice := re.match(r"Invalid enum value '?(.*?)'?$", text):
        return path, f"must be one of {_choices(_type_at(kind, path))}, not {_quote(choice[1])}"
    if bound := re.match(r"Expected `\w+` (>|>=|<|<=) ([\d.]+)$", text):
        words = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
        return path, f"must be {words[bound[1]]} {float(bound[2]):g}"
    return path, _lower(text.replace("`", ""))


def _steps(text: str, kind: Any, data: Any) -> Steps:
    """The steps of msgspec's path; where it says [...], a key of a table, the first whose value does not convert."""
    path: Steps = ()
    for found in _STEP.finditer(text):
        step = found[1] or (int(found[2]) if found[2] else _wrong_key(_type_at(kind, path), data))
        data = data[step]
        path = (*path, step)
    return path


def _wrong_key(kind: Any, data: dict[str, Any]) -> str:
    for key, value in data.items():
        try:
            msgspec.convert({key: value}, kind)
        except msgspec.ValidationError:
            return key
    return next(iter(data))


def _unknown(field: str, kind: Any) -> str:
    known = list(kind.__struct_encode_fields__) if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else []
    if near := nearest(field, known):
        return f"unknown key; did you mean {_quote(near)}?"
    return f"unknown key; known here: {', '.join(sorted(known))}"


def _type_at(kind: Any, path: Steps) -> Any:
    """The type the value at `path` should have, unions narrowed to the member that has structure."""
    for step in path:
        kind = _plain(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = get_type_hints(kind, include_extras=True).get(str(step))
        else:
            arguments = get_args(kind)
            kind = arguments[1] if get_origin(kind) is dict else arguments[0] if arguments else None
    return _plain(kind)


def _plain(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        members = [member for member in get_args(kind) if member is not type(None)]
        structs = [member for member in members if isinstance(member, type) and issubclass(member, msgspec.Struct)]
        kind = structs[0] if structs and get_origin(kind) is not Annotated else members[0]
    return kind


def _choices(kind: Any) -> str:
    return ", ".join(_quote(str(choice)) for choice in get_args(kind)) if get_origin(kind) is Literal else "its values"


def _word(names: str) -> str:
    return " or ".join(_WORDS.get(name, name) for name in names.split(" | ") if name != "null")


def _quote(text: str) -> str:
    return f'"{text}"'


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
