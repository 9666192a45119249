"""A text file as the model sees it (newlines as \\n), able to go back to exactly the bytes it came from."""

import codecs
from bisect import bisect_left

from msgspec import Struct

from droidlite.regex import regex
from droidlite.tools.problem import Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STRAY = regex("[\udc80-\udcff]")  # a byte kept as a surrogate (PEP 383)


class Span(Struct, frozen=True):
    """Replace plain[start:end] by `text`, whose newlines are \\n."""

    start: int
    end: int
    text: str


class Text(Struct, frozen=True):
    """Decoded content. `raw` keeps each line's own ending, `plain` has \\n everywhere; `newline` is the file's usual
    ending, used for new lines. `errors` is how bytes that are not of the encoding are kept."""

    raw: str
    encoding: str = "utf-8"
    mark: bytes = b""
    errors: str = "strict"

    @property
    def plain(self) -> str:
        return self.raw.replace("\r\n", "\n")

    @property
    def newline(self) -> str:
        windows = self.raw.count("\r\n")
        return "\r\n" if windows * 2 > self.raw.count("\n") else "\n"

    def replaced(self, spans: list[Span]) -> "Text":
        """A copy with `spans` (ascending, apart) replaced; every other character keeps its bytes."""
        newline, pieces, position = self.newline, [], 0
        ends = self._windows_ends()
        for span in spans:
            start, end = (at + bisect_left(ends, at) for at in (span.start, span.end))
            pieces += [self.raw[position:start], span.text.replace("\n", newline)]
            position = end
        return Text("".join([*pieces, self.raw[position:]]), self.encoding, self.mark, self.errors)

    def _windows_ends(self) -> list[int]:
        """Offsets in `plain` of each \\n that is \\r\\n in `raw`."""
        found: list[int] = []
        at = self.raw.find("\r\n")
        while at >= 0:
            found.append(at - len(found))
            at = self.raw.find("\r\n", at + 2)
        return found


def decode(data: bytes) -> Text | None:
    """`data` as text, or None when it is binary. What is neither UTF-8 nor marked UTF-16 is read so that every byte is
    kept: as UTF-8 with surrogates for stray bytes where some of it is UTF-8, else as Latin-1."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return Text(data[len(mark) :].decode(encoding), encoding, mark)
            except UnicodeDecodeError:
                break
    if b"\0" in data:
        return None
    try:
        return Text(data.decode("utf-8"))
    except UnicodeDecodeError:
        mixed = data.decode("utf-8", "surrogateescape")
        if any(letter > "\x7f" and not _STRAY.match(letter) for letter in mixed):
            return Text(mixed, errors="surrogateescape")
        return Text(data.decode("latin-1"), "latin-1")


def encode(text: Text) -> bytes:
    """The bytes of `text`. Raises Problem for a character its encoding cannot hold."""
    try:
        return text.mark + text.raw.encode(text.encoding, text.errors)
    except UnicodeEncodeError as error:
        character = f"U+{ord(text.raw[error.start]):04X}"
        raise Problem(f"The new text holds {character}, which the file's encoding {text.encoding} cannot.") from error


def printable(plain: str) -> str:
    """Text as it can be sent and shown: a stray byte is the replacement character."""
    return _STRAY.sub("\ufffd", plain)
