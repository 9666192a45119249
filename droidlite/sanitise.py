"""Makes text that others wrote safe to show: no escape sequence or hidden character reaches the screen."""

import re
from functools import cache

from droidlite.regex import regex

_ESCAPES = regex(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x9b[0-?]*[ -/]*[@-~]"  # the same in one 8-bit character
    # OSC, DCS, SOS, PM, APC; none within another, or a text of their beginnings would be read anew from each
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]+[0-~]"  # character sets
    r"|\x1b[0-Z\\^-~]"  # two-character sequences
)
_CONTROLS = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but \t and \n, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # zero width, bidi
    "\ufe00-\ufe0f"  # variation selectors: 4 bits each that nobody sees
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats of hieroglyphs, shorthand, music
    "\U000e0000-\U000e0fff"  # tags, more variation selectors
    "\ud800-\udfff]"  # lone surrogates
)
_PICTURE = "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
_JOINED = regex(
    f"(?<={_PICTURE})\ufe0f?\u200d(?={_PICTURE})|(?<={_PICTURE})\ufe0f(?![\ufe00-\ufe0f])|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
"""What makes one emoji of several, or a coloured one. Terminals disagree about the cells that takes, so it is left out:
a family is shown as its members."""
MARKS = 4
"""Combining marks on one letter; no script in use needs more, and a thousand draw over the lines around."""
_MARKED = regex(
    "[\u0300-\u1fff\u20d0-\u20ff\u2de0-\u2dff\u302a-\u309a\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U00010000-\U0001efff]{5}"
)
"""Where there can be too many."""


def strip_escapes(text: str) -> str:
    """`text` without complete terminal escape sequences; everything else is kept."""
    return _ESCAPES.sub("", text) if "\x1b" in text or not text.isascii() else text


def clean(text: str) -> str:
    """`text` for a terminal: escape sequences are removed, other controls and invisible or reordering characters are
    spelled out, of more than 4 combining marks in a row the rest is counted; \\n and \\t stay. Cleaning twice changes
    nothing more."""
    return spell_out(strip_escapes(text).replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str, limit: int = 200) -> str:
    """`text` on one line of at most `limit` characters with nothing hidden: what would be an escape sequence is
    spelled out too. For commands and paths a person is asked about."""
    line = spell_out(text).replace("\n", "⏎").replace("\t", " ")
    return line if len(line) <= limit else f"{line[: max(limit - 1, 0)]}…"


def escape_json(text: str) -> str:
    """JSON text with every character that could steer a terminal, hide or reorder text in the escape JSON knows for
    it: nothing is lost."""
    if text.isascii() and "\x7f" not in text:
        return text
    text = _floods().sub(_escaped, text) if _MARKED.search(text) else text
    return _CONTROLS.sub(_escaped, text)


def spelled(character: str) -> str:
    """A character as it is shown by itself: it, or how it is spelled out."""
    return _spelled(found) if (found := _CONTROLS.fullmatch(character)) else character


def spell_out(text: str) -> str:
    """`text` for a terminal with nothing left out: what would be an escape sequence is spelled out too; \\n and \\t
    stay. For what a person is asked about, and looks at to decide."""
    if not text.isascii():
        text = _JOINED.sub("", text)
        text = _floods().sub(_counted, text) if _MARKED.search(text) else text
    return _CONTROLS.sub(_spelled, text)


@cache
def _floods() -> re.Pattern[str]:
    """Marks beyond those that one letter may have, with those before them. Made where it is needed: it takes 10 ms."""
    from unicodedata import category

    marks = "".join(letter for letter in map(chr, range(0x300, 0x1F000)) if category(letter) in ("Mn", "Me"))
    return re.compile(f"(?<=[{marks}]{{{MARKS}}})[{marks}]+")


def _counted(match: re.Match[str]) -> str:
    return f"<+{len(match[0])} marks>"


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def ended(sentence: str) -> str:
    """With a full stop, where another sentence follows and this one has no end of its own."""
    sentence = sentence.rstrip()
    return sentence if sentence.endswith((".", "!", "?", ":")) or not sentence else f"{sentence}."


def fenced(text: str, language: str = "") -> str:
    """A block of code that nothing in `text` ends: its fence is longer than any run of backticks inside. It looks the
    same every time, so what a model's service has cached stays."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
