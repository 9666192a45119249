"""Blocks of streaming markdown: nothing lost, nothing changed, wherever the stream was cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.ui.markdown import Splitter

LINES = st.sampled_from(
    [
        "",
        "word",
        "two words",
        "# head",
        "- item",
        "1. one",
        "  - nested",
        "```",
        "```py",
        "~~~",
        "    code",
        "> quote",
        "  ```",
        "````",
        "x```y",
        "   ",
        "---",
        "#not",
        "**b",
        "| a | b |",
        "a\r",
        "日本",
        "\u2028",
    ]
)
TEXTS = st.lists(LINES, max_size=25).map("\n".join)


def blocks_of(*chunks: str) -> list[str]:
    splitter = Splitter()
    blocks = [block for chunk in chunks for block in splitter.feed(chunk)]
    return blocks + splitter.finish()


@given(TEXTS | st.text(max_size=60), st.lists(st.integers(0, 200), max_size=12))
def test_blocks_are_the_text_for_any_chunking(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    chunks = [text[start:end] for start, end in pairwise(edges)]
    assert "".join(blocks_of(*chunks)) == text
    assert blocks_of(*chunks) == blocks_of(text)


@given(TEXTS)
def test_what_is_not_yet_a_block_is_the_tail(text: str) -> None:
    splitter = Splitter()
    done = ""
    for character in text:
        done += "".join(splitter.feed(character))
    assert done + splitter.tail == text


@pytest.mark.parametrize(
    "blocks",
    [
        ["One\ntwo\n\n", "three"],
        ["# Title\n", "text\n"],
        ["- a\n- b\n\n- c\n\n", "after\n"],
        ["1. a\n\n   more\n2. b\n"],
        ["text\n", "```py\na\n\nb\n```\n", "after\n"],
        ["- a\n  ```\n  x\n\n  y\n  ```\n- b\n"],
        ["````\n```\n````\n\n", "x"],
        ["| a |\n|---|\n| 1 |\n\n", "x\n"],
        ["```\nnever closed\n\n# not a heading\n"],
        ["- a\n", "```\ncode\n```\n"],
        ["text:\n- a\n- b\n\n", "after"],
    ],
)
def test_blocks(blocks: list[str]) -> None:
    assert blocks_of("".join(blocks)) == blocks
