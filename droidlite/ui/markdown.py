"""Cuts streaming markdown into blocks, so that each is printed once, when it can no longer change. Pure."""

from droidlite.regex import regex

_FENCE = regex(r"( *)(`{3,}|~{3,})([^`]*)$")
_ITEM = regex(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_HEADING = regex(r" {0,3}#{1,6}(?:\s|$)")


class Splitter:
    """Feed it text in any chunks: the blocks it returns, then `finish()`, concatenate to exactly that text.

    A block is a paragraph or table, a heading, a whole list, or a fenced piece of code, with the blank lines after it.
    Blocks do not depend on where the chunks were cut.
    """

    def __init__(self) -> None:
        self._block = ""  # whole lines of the block being built
        self._line = ""  # the line not yet ended
        self._fence = ""  # the marker that closes the open fence, "" outside code
        self._kind = ""  # "", "text", "list", "code" (ended), "heading"
        self._blank = False  # the block's last line was blank

    @property
    def tail(self) -> str:
        """What has come but is not yet a finished block."""
        return self._block + self._line

    def feed(self, chunk: str) -> list[str]:
        """The blocks that `chunk` completes."""
        *lines, self._line = (self._line + chunk).split("\n")
        blocks = []
        for line in lines:
            blocks += self._take(line + "\n")
        return blocks

    def finish(self) -> list[str]:
        """The rest, as a block."""
        line, self._line = self._line, ""
        blocks = self._take(line) if line else []
        rest, self._block, self._kind, self._fence, self._blank = self._block, "", "", "", False
        return [*blocks, rest] if rest else blocks

    def _take(self, line: str) -> list[str]:
        """Adds one line; the block before it, if this line begins a new one."""
        done = self._block if self._begins(line) else ""
        if done:
            self._block, self._kind, self._blank = "", "", False
        self._block += line
        self._classify(line)
        return [done] if done else []

    def _begins(self, line: str) -> bool:
        if not self._block or self._fence or not line.strip():
            return False
        if self._kind == "list":
            indented = line.startswith(("  ", "\t"))
            return not indented and not _ITEM.match(line) and (self._blank or self._opens(line))
        return self._blank or self._kind in ("code", "heading") or self._opens(line)

    def _opens(self, line: str) -> bool:
        """A line that starts a block even right below a paragraph; `1.` alone may be a sentence's wrapped number."""
        bullet = bool(_ITEM.match(line)) and self._kind != "list"
        return bool(_FENCE.match(line.rstrip("\n")) or _HEADING.match(line)) or (bullet and self._kind != "text")

    def _classify(self, line: str) -> None:
        text = line.rstrip("\n")
        if self._fence:
            if text.strip().startswith(self._fence) and not text.strip().strip(self._fence[0]):
                self._fence = ""
            return
        self._blank = not text.strip()
        if self._blank:
            return
        if match := _FENCE.match(text):
            self._fence = match[2]
            self._kind = self._kind or "code"
        elif not self._kind:
            self._kind = "heading" if _HEADING.match(text) else "list" if _ITEM.match(text) else "text"
