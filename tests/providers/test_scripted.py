"""The scripted provider says what its file says, and says clearly what is wrong with it."""

from pathlib import Path

import pytest

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError, UsageError
from droidlite.providers import make
from droidlite.providers.scripted import OVER
from droidlite.types import (
    Assistant,
    Call,
    CallAnnounced,
    Endpoint,
    ModelSpec,
    Provider,
    Request,
    Text,
    Thought,
    Usage,
    User,
)

SPEC = ModelSpec(id="script", provider="scripted")


def scripted(folder: Path, *lines: str) -> Provider:
    file = folder / "script.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return make(Endpoint(name="script", protocol="scripted", base_url=str(file)))


def request(*messages, final: bool = False) -> Request:
    return Request(system="s", tools=(), messages=(User("hi"), *messages), max_output=100, final=final)


def say(provider: Provider, *messages, final: bool = False) -> list:
    return list(provider.stream(SPEC, request(*messages, final=final), Cancellation()))


def test_a_whole_reply(tmp_path: Path) -> None:
    line = (
        '{"thought": "Hm.", "text": "abcde", "chunks": 2, "usage": {"input": 7, "output": 3},'
        ' "calls": [{"name": "read", "arguments": {"a": 1}}, {"name": "shell", "arguments": "{bad"}]}'
    )
    calls = (Call("call_1_1", "read", '{"a":1}'), Call("call_1_2", "shell", "{bad"))
    assert say(scripted(tmp_path, line)) == [
        Thought("Hm."),
        Text("abc"),
        Text("de"),
        CallAnnounced("read"),
        CallAnnounced("shell"),
        Assistant("abcde", calls, "calls", "script", Usage(7, 3)),
    ]


def test_lines_are_used_in_order_and_then_it_is_over(tmp_path: Path) -> None:
    provider = scripted(tmp_path, '{"text": "one"}', "", "// a remark", '{"text": "two"}')
    assert [say(provider)[-1].text for _ in range(4)] == ["one", "two", OVER, OVER]


def test_a_resumed_session_goes_on_where_it_was(tmp_path: Path) -> None:
    provider = scripted(tmp_path, '{"text": "one"}', '{"text": "two"}', '{"text": "three"}')
    assert say(provider, Assistant("one"), User("and?"))[-1].text == "two"
    assert say(provider, User("compacted"))[-1].text == "three"


def test_who_takes_over_begins_with_its_own_first_line(tmp_path: Path) -> None:
    file = tmp_path / "strong.jsonl"
    file.write_text('{"text": "one"}\n{"text": "two"}\n')
    endpoint = Endpoint(name="strong", protocol="scripted", base_url=str(file), models=("claude-*", "script"))
    cheap = (Assistant("a", model="MiniMax-M3"), Assistant("b", model="MiniMax-M3"))
    assert say(make(endpoint), *cheap)[-1].text == "one"
    assert say(make(endpoint), *cheap, Assistant("one", model="claude-opus-4-8"))[-1].text == "two"
    assert say(make(endpoint), Assistant("of nobody"))[-1].text == "two"


def test_faults_come_first_one_an_attempt(tmp_path: Path) -> None:
    provider = scripted(tmp_path, '{"faults": ["overloaded", "auth"], "text": "at last"}', '{"text": "next"}')
    told = []
    for _ in range(4):
        try:
            told.append(say(provider)[-1].text)
        except ProviderError as error:
            told.append((error.fault, error.retry, error.status, error.billed))
    assert told == [("overloaded", "same", 529, False), ("auth", "other", 401, False), "at last", "next"]


def test_usage_is_estimated_the_same_everywhere(tmp_path: Path) -> None:
    provider = scripted(tmp_path, '{"text": "12345678"}', '{"text": "1234"}')
    first, second = say(provider)[-1].usage, say(provider, Assistant("12345678"), User("go on"))[-1].usage
    assert first.cache_read == 0
    assert second.cache_read == first.input
    assert second.input > 0


def test_a_cut_reply_has_no_calls_and_a_final_one_neither(tmp_path: Path) -> None:
    line = '{"text": "a", "calls": [{"name": "read"}], "stop": "length"}'
    provider = scripted(tmp_path, line, '{"text": "b", "calls": [{"name": "read"}]}')
    assert [(r.calls, r.stop) for r in (say(provider)[-1], say(provider, final=True)[-1])] == [
        ((), "length"),
        ((), "end"),
    ]


def test_cancellation(tmp_path: Path) -> None:
    provider, cancellation = scripted(tmp_path, '{"text": "abc", "chunks": 3}'), Cancellation()
    stream = provider.stream(SPEC, request(), cancellation)
    assert next(stream) == Text("a")
    cancellation.cancel()
    with pytest.raises(Interrupted):
        next(stream)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"text": "a"', "script.jsonl:2: not a scripted reply: Input data was truncated."),
        ('{"txt": "a"}', "script.jsonl:2: not a scripted reply: Object contains unknown field `txt`."),
        (
            '{"calls": [{"arguments": {}}]}',
            "script.jsonl:2: not a scripted reply: Object missing required field `name`",
        ),
        ('{"faults": ["tired"]}', "script.jsonl:2: not a scripted reply: Invalid enum value 'tired'"),
        ("{}", "script.jsonl:2: not a scripted reply: it needs text, calls or faults."),
    ],
)
def test_what_is_wrong_with_a_script(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        scripted(tmp_path, '{"text": "fine"}', line)
    assert problem in str(caught.value)


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        make(Endpoint(name="script", protocol="scripted", base_url=str(tmp_path / "none.jsonl")))
