"""Turns a fetched page into readable text: markup away, structure kept as blank lines, headings, lists and links."""

import re
from html.parser import HTMLParser

_HIDDEN = ("script", "style", "noscript", "template", "svg", "head", "title", "iframe", "object")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = (
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer"),
    *("form", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul", *_HEADINGS),
)


def readable(body: bytes, content_type: str) -> str | None:
    """The text of a page, None when it is none. `content_type` is the header, charset included."""
    kind, _, rest = content_type.lower().partition(";")
    charset = re.search(r"charset=[\"']?([\w.:-]+)", rest)
    if b"\0" in body[:4096] or kind.strip().startswith(("image/", "audio/", "video/", "font/")):
        return None
    try:
        text = body.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    is_page = "html" in kind or (not kind.strip() and "<html" in text[:1000].lower())
    return _from_html(text) if is_page else text


def _from_html(markup: str) -> str:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(reader.pieces)) if not reader.kept else "".join(reader.pieces)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


class _Reader(HTMLParser):
    """Collects visible text; `kept` is set when preformatted text was met."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.kept = False
        self._hidden: list[str] = []
        self._pre = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
            return
        if tag == "body":
            self._hidden.clear()
        if tag in _BLOCKS:
            self.pieces.append("\n\n" if tag == "p" else "\n")
        if tag in _HEADINGS:
            self.pieces.append(f"\n{'#' * int(tag[1])} ")
        elif tag == "li":
            self.pieces.append("- ")
        elif tag in ("td", "th"):
            self.pieces.append(" | ")
        elif tag == "pre":
            self._pre += 1
            self.kept = True
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
            return
        if tag == "pre":
            self._pre = max(self._pre - 1, 0)
        if tag == "a" and self._links:
            link = self._links.pop()
            if link.startswith(("http://", "https://")) and not self._hidden:
                self.pieces.append(f" ({link})")
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data if self._pre else re.sub(r"\s+", " ", data))
