"""What a session is called where the person has not named it: the first thing it was asked, without the wrapping."""

import re

from droidlite.regex import regex

LONGEST = 72
"""Characters of a title."""
_MARKS = regex(r"^(?:[#>*+\-\s]|\d+[.)]\s)+")
"""What Markdown puts before a heading, a quotation or an item."""
_POLITE = regex(
    r"^(?:(?:please|kindly|hi|hello|hey|ok|okay|so|now|can you|could you|would you|will you|i want you to"
    r"|i need you to|i would like you to|i'd like you to|let's|let us)\b[\s,!.:]*)+",
    re.IGNORECASE,
)
_WORD = regex(r"\w")
_FENCE = ("```", "~~~")


def title_of(prompt: str) -> str:
    """The first line of `prompt` that says something, outside a code block where there is any, without marks and
    politeness, cut at a word; "" where no line does."""
    outside, inside = _by_fences(prompt)
    lines = (_MARKS.sub("", line).strip().strip("`*_") for line in (*outside, *inside))
    line = next((line for line in lines if _WORD.search(line)), "")
    bare = _POLITE.sub("", line)
    return shortened(bare if _WORD.search(bare) else line)


def shortened(text: str) -> str:
    """`text` on one line of at most LONGEST characters, cut at the end of a word where there is one."""
    text = " ".join(text.split())
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head[LONGEST // 2 :] else head}…"


def _by_fences(prompt: str) -> tuple[list[str], list[str]]:
    """The lines outside and those inside code blocks."""
    found: tuple[list[str], list[str]] = [], []
    inside = False
    for line in prompt.splitlines():
        if line.lstrip().startswith(_FENCE):
            inside = not inside
        else:
            found[inside].append(line)
    return found
