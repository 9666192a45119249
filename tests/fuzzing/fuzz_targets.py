"""Parsers of what others wrote, and what to feed them: `run` may raise nothing but what the parser documents, which it
takes as an answer, and asserts what must hold of one. Used by test_fuzzing.py and by scripts/fuzz."""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

from droidlite.checks.detecting import detect
from droidlite.checks.protected import essence
from droidlite.checks.runners import runner_of
from droidlite.commands.gitprograms import named_program
from droidlite.commands.parsing import read_command
from droidlite.commands.rules import judge
from droidlite.errors import Refused, SettingsError, UsageError
from droidlite.providers.sse import decode_events
from droidlite.routing.cases import read_cases, run_case
from droidlite.routing.evidence import read_evidence
from droidlite.session import fold, records
from droidlite.session.audit import audit
from droidlite.session.export import export
from droidlite.session.journal import Journal
from droidlite.session.lines import JOURNAL, lay_out
from droidlite.settings.catalog import load_catalog
from droidlite.settings.config import SettingsFile
from droidlite.settings.lines import key_lines
from droidlite.settings.loading import load_settings
from droidlite.settings.paths import Places
from droidlite.settings.policy import PolicyFile, combine
from droidlite.settings.policy_files import read_layer
from droidlite.settings.policy_problems import find_problems
from droidlite.tools.envelope import UpdateFile, parse
from droidlite.tools.hunks import patched
from droidlite.tools.problem import Problem
from droidlite.tools.text import decode
from droidlite.types import Assistant, Call, Message, ToolResult, ToolResults, User

ANY_TEXT = st.text(max_size=200)
"""Lone surrogates included: a model's JSON can hold them, and so can a file name."""
HOSTILE = st.sampled_from(
    [
        "\x1b]0;x\x07",
        "\u202e",
        "\0",
        "\r",
        "\ud800",
        "```",
        "<script>",
        "]]>",
        "${X}",
        "\u2028",
        "\x9d",
        "&",
        "'",
        '"',
        "|",
    ]
)
TEXT = st.lists(ANY_TEXT | HOSTILE, max_size=4).map("".join)


class Target(Struct, frozen=True):
    """One parser: what it is fed, and the run of one example."""

    given: st.SearchStrategy[Any]
    run: Callable[[Any], object]


def _patch(example: tuple[str, str]) -> None:
    envelope, content = example
    with suppress(Problem):
        for operation in parse(envelope):
            text = decode(content.encode("utf-8", "surrogatepass"))
            if isinstance(operation, UpdateFile) and text is not None:
                patched(operation, text)


_LINES = st.sampled_from(["a", "b", "", " a", "\ta", "def f():", "    return 1", "“x”", "a\r"])
_PATCHED = st.one_of(
    st.builds(lambda sign, line: sign + line, st.sampled_from([" ", "+", "-", "@@ ", "@@", ""]), _LINES),
    st.sampled_from(
        ["*** End of File", "*** Update File: a", "*** Add File: b", "*** Delete File: c", "*** Move to: d"]
    ),
    TEXT,
)
ENVELOPE = st.lists(_PATCHED, max_size=12).map(lambda lines: "\n".join(lines))
WHOLE = ENVELOPE.map(lambda body: f"*** Begin Patch\n*** Update File: a\n{body}\n*** End Patch")


def _sse(example: tuple[bytes, list[int]]) -> None:
    raw, cuts = example
    places = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    pieces = [raw[start:stop] for start, stop in pairwise(places)]

    def read(chunks: list[bytes]) -> object:
        try:
            return list(decode_events(chunks))
        except ValueError as error:
            return type(error)

    assert read([raw]) == read(pieces)


_STREAM = st.lists(
    st.sampled_from([b"data: ", b"event: ", b"\n", b"\r", b"\r\n", b":", b"\xff", b"\xef\xbb\xbf", b"{}", b"\xe2\x82"])
    | st.binary(max_size=20),
    max_size=30,
).map(b"".join)


def _journal(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "s"
        folder.mkdir()
        (folder / JOURNAL).write_bytes(content)
        with suppress(UsageError):
            audit(folder)
            before = fold.load(folder)
            journal, opened = Journal.open(folder)
            journal.append(records.Titled(title="x"))
            journal.close()
            assert opened.turns == before.turns  # repairing loses nothing that could be read
            assert fold.load(folder).title == "x"
            for form in ("md", "json", "html"):
                _harmless(export(opened, form), form)


def _values(kind: type) -> st.SearchStrategy[Any]:
    """What may stand in a field of this type, or may not."""
    plain = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), TEXT, st.just([]), st.just({}))
    return st.dictionaries(st.sampled_from([*kind.__struct_fields__, "type"]), plain, max_size=6)


_KINDS = [each for each in msgspec.inspect.type_info(records.Record).types]  # type: ignore[attr-defined]
_RECORD = st.sampled_from([each.cls for each in _KINDS]).flatmap(
    lambda kind: _values(kind).map(lambda value: {**value, "type": kind.__struct_config__.tag})
)


def _line(n: int, record: dict[str, Any]) -> bytes:
    """A line with the right sum, whether or not its record can be read."""
    body = json.dumps(record).encode()
    return b'{"n":%d,"crc":"%08x","r":%b}\n' % (n, crc32(body, crc32(b"%d:" % n)), body)


CALLS = st.lists(st.builds(Call, st.sampled_from(["1", "2", ""]), TEXT, TEXT), max_size=3).map(tuple)
RESULT = st.builds(ToolResult, st.sampled_from(["1", "2", "x"]), TEXT, is_error=st.booleans())
MESSAGE: st.SearchStrategy[Message] = st.one_of(
    st.builds(User, TEXT),
    st.builds(Assistant, TEXT, CALLS, st.just("end"), TEXT),
    st.builds(ToolResults, st.lists(RESULT, max_size=3).map(tuple)),
)
TOLD = st.one_of(
    st.builds(records.Said, user=st.builds(User, TEXT), host=st.booleans()),
    st.builds(records.Replied, assistant=st.builds(Assistant, TEXT, CALLS, st.just("calls"), TEXT)),
    st.builds(records.CallStarted, call_id=st.sampled_from(["1", "2"]), name=TEXT, command=TEXT),
    st.builds(records.CallFinished, result=RESULT),
    st.builds(records.Compacted, messages=st.lists(MESSAGE, max_size=3).map(tuple)),
    st.builds(records.Rewound, to_turn=st.integers(-2, 4)),
    st.builds(records.Unsaid, to_turn=st.integers(-2, 4)),
    st.builds(records.PutBack, to_turn=st.integers(-2, 4)),
    st.builds(records.RewindUndone),
    st.builds(records.Reserved, reservation=st.integers(0, 3), usd=st.floats(0, 1), model=TEXT),
    st.builds(records.Spent, reservation=st.integers(0, 3), model=TEXT, usd=st.floats(0, 1)),
    st.builds(records.Titled, title=TEXT),
)
JOURNALS = st.lists(
    st.tuples(st.integers(1, 20), TOLD).map(lambda pair: lay_out(*pair))
    | st.tuples(st.integers(1, 20), _RECORD).map(lambda pair: _line(*pair))
    | st.binary(max_size=60)
    | st.sampled_from([b"\n", b'{"n":1,"crc":"00000000","r":{}}\n', b'{"n":'])
).map(b"".join)


def _harmless(text: str, form: str) -> None:
    assert "\x1b" not in text
    if form == "html":
        assert "<script" not in text.lower()
    text.encode("utf-8")


def _home(place: str) -> Places:
    return Places(Path(place) / "c", Path(place) / "s", Path(place) / "k")


def _settings(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        data = text.encode("utf-8", "surrogatepass")
        for path in (Path(place) / "c" / "config.toml", Path(place) / "r" / ".droidlite" / "config.toml"):
            path.parent.mkdir(parents=True)
            path.write_bytes(data)
        with suppress(SettingsError):
            load_settings(Path(place) / "r", {}, _home(place))
        (Path(place) / "c" / "config.toml").unlink()
        with suppress(SettingsError):
            load_settings(Path(place) / "r", {}, _home(place))
        key_lines(text)


_MODELS = load_catalog(load_settings(Path("/"), {}, _home("/nowhere")))


def _policy(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "p").write_bytes(text.encode("utf-8", "surrogatepass"))
        with suppress(SettingsError):
            policy = combine([read_layer("org", Path(place) / "p")])
            find_problems(policy, list(_MODELS.values())[:8], paths=("a/b.py",))
        (Path(place) / "cases").write_bytes(text.encode("utf-8", "surrogatepass"))
        with suppress(SettingsError, Refused):
            for where, case in read_cases(Path(place) / "cases", _MODELS):
                run_case(case, combine([]), _MODELS, where=where)


def _toml(kind: type[Struct], *more: str) -> st.SearchStrategy[str]:
    """Settings as a person may write them: keys that there are, values of any type, and what is no TOML."""
    words = sorted({*_names(kind), *more})
    value = st.sampled_from(
        [
            "1",
            "-1",
            "1e400",
            "nan",
            "inf",
            "true",
            '"x"',
            '"*"',
            '"tier:frontier"',
            "[]",
            "{}",
            '["a", 1]',
            "[[1]]",
            "''",
            *('"${X}"', "1979-05-27", "{ a = 1 }", '["*"]', '"low"', '"auto"', '"""', "[", "0x", "9" * 5000),
        ]
    )
    line = st.one_of(
        st.builds(lambda key, told: f"{key} = {told}", st.sampled_from(words), value),
        st.sampled_from([f"[{word}]" for word in words] + [f"[[{word}]]" for word in words]),
        st.builds(
            lambda one, two, told: f"{one}.{two} = {told}", st.sampled_from(words), st.sampled_from(words), value
        ),
        TEXT,
    )
    return st.lists(line, max_size=10).map("\n".join)


def _names(kind: Any) -> set[str]:
    found: set[str] = set()
    open_ones, seen = [msgspec.inspect.type_info(kind)], set()
    while open_ones:
        info = open_ones.pop()
        if isinstance(info, msgspec.inspect.StructType) and info.cls not in seen:
            seen.add(info.cls)
            found |= {each.encode_name for each in info.fields}
            open_ones += [each.type for each in info.fields]
        for name in ("item_type", "value_type"):
            open_ones += [getattr(info, name)] if hasattr(info, name) else []
        open_ones += [each for each in getattr(info, "types", ())]
    return found


def _command(text: str) -> None:
    read_command(text)
    for level in ("off", "low", "medium", "high"):
        judge(text, level, ("ls",), ("rm",))  # type: ignore[arg-type]
    plain = f"rm {text}".split("\n")[0]
    if plain.replace(" ", "").isalnum():
        assert not judge(plain, "high", ("rm",), ("rm",)).allow


SHELL = st.lists(
    st.sampled_from(
        [
            "ls",
            "rm",
            "git",
            "-c",
            "a=b",
            "$x",
            "$(",
            "`",
            ")",
            "'",
            '"',
            "\\",
            "\n",
            ";",
            "&&",
            "|",
            ">",
            "<<E",
            "{",
            "}",
            "$'",
            "((",
            "[[",
            "#",
            "*",
            "~",
            "\0",
            "\r",
            " " * 120,
            "if",
            "for",
            "do",
            "done",
            "é",
            "\ud800",
            "find -exec",
        ]
    )
    | ANY_TEXT,
    max_size=12,
).map(" ".join)


def _evidence(content: bytes) -> None:
    with suppress(ValueError):
        read_evidence(content, "e")


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["format", "kinds", "models", "pairs", "fix", "runs", "solved", "cost", "tail", "version", "scripts"]
            )
            | TEXT,
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _repository(example: tuple[str, bytes]) -> None:
    name, content = example
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        listing = [name, "test_x.py"]
        detect(Path(place), listing, lambda program: f"/bin/{program}")
        runner_of("make test && npm test", Path(place))
        named_program(place)
        essence(name, content)
        assert os.path.exists(path)


FILES = st.sampled_from(
    [
        *("package.json", "Makefile", "CMakeLists.txt", "pyproject.toml", "tox.ini", "setup.cfg", "test_x.py"),
        *("Cargo.toml", ".git/config", ".git/commondir", ".git/modules/m/config", "x.test.js"),
    ]
)
CONTENT = (
    st.binary(max_size=200)
    | TEXT.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | _JSON.map(_encoded)
    | st.lists(st.sampled_from([b"[core]", b"\n", b" ", b"fsmonitor", b"=", b"test:", b"\t", b"[pytest]", b"x"])).map(
        b"".join
    )
)


def _exported(messages: list[Message]) -> None:
    header = records.Header(session_id="s", cwd="/", created="now", title="t")
    made = fold.Fold(header)
    for n, message in enumerate(messages, 1):
        match message:
            case User():
                made.add(n, records.Said(user=message))
            case Assistant():
                made.add(n, records.Replied(assistant=message))
            case ToolResults():
                for result in message.results:
                    made.add(n, records.CallFinished(result=result))
    for form in ("md", "json", "html"):
        _harmless(export(made.session(), form), form)


TARGETS: dict[str, Target] = {
    "patch": Target(st.tuples(ENVELOPE | WHOLE, st.lists(_LINES).map("\n".join)), _patch),
    "sse": Target(st.tuples(_STREAM, st.lists(st.integers(0, 1_000), max_size=6)), _sse),
    "journal": Target(JOURNALS, _journal),
    "settings": Target(_toml(SettingsFile), _settings),
    "policy": Target(_toml(PolicyFile, "cases", "prompt", "expect", "files", "rule"), _policy),
    "commands": Target(SHELL, _command),
    "evidence": Target(_JSON.map(_encoded) | st.binary(max_size=100), _evidence),
    "repository": Target(st.tuples(FILES, CONTENT), _repository),
    "export": Target(st.lists(MESSAGE, max_size=5), _exported),
}
