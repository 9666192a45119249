"""Events read the same however the network cuts them."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from droidlite.providers.sse import ServerEvent, decode_events

STREAM = (
    ': hello\r\n\r\nevent: a\r\ndata: {"x": "ü✓𝄞"}\r\n\r\nid: 7\ndata: one\ndata:two\n\n'
    "event: only a name\n\nretry: 5\rdata: cr\r\rdata\n\ndata: [DONE]\n\ndata: torn"
).encode()
EVENTS = [
    ServerEvent("a", '{"x": "ü✓𝄞"}'),
    ServerEvent("", "one\ntwo"),
    ServerEvent("", "cr"),
    ServerEvent("", ""),
    ServerEvent("", "[DONE]"),
]


def test_whole() -> None:
    assert list(decode_events([STREAM])) == EVENTS


def test_cut_in_any_two_places() -> None:
    """All 10,585 ways."""
    ways = list(combinations_with_replacement(range(len(STREAM) + 1), 2))
    assert len(ways) > 10_000
    for one, two in ways:
        assert list(decode_events((STREAM[:one], STREAM[one:two], STREAM[two:]))) == EVENTS


def test_cut_everywhere() -> None:
    assert list(decode_events(STREAM[n : n + 1] for n in range(len(STREAM)))) == EVENTS


@settings(max_examples=200, deadline=None)
@given(datas=st.lists(st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"])), max_size=5),
       size=st.integers(1, 9), end=st.sampled_from(["\n", "\r", "\r\n"]))  # fmt: skip
def test_any_text_comes_through(datas: list[str], size: int, end: str) -> None:
    raw = "".join(f"data: {data}{end}{end}" for data in datas).encode()
    assert [event.data for event in decode_events(raw[n : n + size] for n in range(0, len(raw), size))] == datas


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(UnicodeDecodeError):
        list(decode_events([b"data: \xff\n\n"]))
