"""Makes text that others wrote safe to show: no escape sequence or hidden character reaches the screen."""

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x9b[0-?]*[ -/]*[@-~]"  # the same in one 8-bit character
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]+[0-~]"  # character sets
    r"|\x1b[0-Z\\^-~]"  # two-character sequences
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but \t and \n, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"  # zero width, bidi, separators
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical controls, tags
    "\ud800-\udfff]"  # lone surrogates
)


def strip_escapes(text: str) -> str:
    """`text` without complete terminal escape sequences; everything else is kept."""
    return _ESCAPES.sub("", text) if "\x1b" in text or not text.isascii() else text


def clean(text: str) -> str:
    """`text` for a terminal: escape sequences are removed, other controls and invisible or reordering characters are
    spelled out; \\n and \\t stay. Cleaning twice changes nothing more."""
    return _CONTROLS.sub(_spelled, strip_escapes(text).replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str, limit: int = 200) -> str:
    """`text` on one line of at most `limit` characters with nothing hidden: what would be an escape sequence is
    spelled out too. For commands and paths a person is asked about."""
    line = _CONTROLS.sub(_spelled, text).replace("\n", "⏎").replace("\t", " ")
    return line if len(line) <= limit else f"{line[: max(limit - 1, 0)]}…"


def escape_json(text: str) -> str:
    """JSON text with every character that could steer a terminal, hide or reorder text in the escape JSON knows for
    it: nothing is lost."""
    return text if text.isascii() and "\x7f" not in text else _CONTROLS.sub(_escaped, text)


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
