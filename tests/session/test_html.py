"""The HTML page of a session: everything is there, nothing runs, nothing is loaded, nothing is hidden."""

import re
from html.parser import HTMLParser

from session_samples import DECISION, HEADER, RECORDS

from droidlite.session.export import export
from droidlite.session.fold import Fold
from droidlite.session.records import CallFinished, Decided, Record, Replied, Said, Titled
from droidlite.types import Assistant, Call, Image, ToolResult, User

SAFE = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "div", "details", "summary", "h1", "h2"),
    *("dl", "dt", "dd", "p", "pre", "code", "strong", "em", "ul", "ol", "li", "a", "img", "table", "thead", "tbody"),
    *("tr", "th", "td", "hr", "br", "blockquote", "h3"),
}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b]0;pwned\x07\u202e& \"'"


class Seen(HTMLParser):
    """The tags and attributes of a page, and that they nest; `text` is what is read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "img", "hr", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(*records: Record) -> str:
    fold = Fold(HEADER)
    for n, record in enumerate(records, 2):
        fold.add(n, record)
    return export(fold.session(), "html")


def test_a_page_tells_the_whole_session() -> None:
    shown = page(Said(user=User("<context>"), host=True), *RECORDS)
    seen = Seen(shown)
    for told in (
        "Fix the till\n\nIt is a cent off.",
        "Let me look.",
        "1\tdef total(): ...",
        "shell pytest failed",
        "1 failed",
        "rounded twice",
        "mid-1: you asked for it",
        "mid-1 to big-1: the person",
        "$0.2800",
        "mid-1: $0.0300, 2 calls, 30 tokens in, 12 out, 0% from the cache",
        "/home/ada/shop",
    ):
        assert told in seen.text, told
    assert shown.index('class="host"') < shown.index('class="you"') < shown.index('class="model"')
    assert shown.count('class="host"') == 1
    assert "<code>total</code>" in shown
    assert (seen.tags - SAFE, shown.startswith("<!doctype html>")) == (set(), True)


def test_nothing_that_others_wrote_runs_loads_or_hides() -> None:
    links = "[a](javascript:alert(1)) [b](https://example.org/x) ![c](https://example.org/y.png) [d](file:///etc)"
    hostile_call = Call("c", HOSTILE, '{"command": "</pre><script>x</script>", "old_string": "<b>"}')
    broken = Call("d", "edit", "not json <i>")
    shown = page(
        Titled(title=f"</title>{HOSTILE}"),
        Decided(decision=DECISION, spec_id=HOSTILE),
        Said(
            user=User(HOSTILE, (Image("image/png", "AAAA"), Image('image/svg+xml"', "AAAA"), Image("image/png", '"x')))
        ),
        Replied(assistant=Assistant(f"{HOSTILE}\n\n{links}\n\n<b>raw</b>", (hostile_call, broken), model=HOSTILE)),
        CallFinished(result=ToolResult("c", f"</pre>{HOSTILE}", images=(Image("image/gif", "R0lG"),))),
        CallFinished(result=ToolResult("d", "bad")),
    )
    seen = Seen(shown)
    assert seen.tags - SAFE == set()
    sources = [value for name, value in seen.attributes if name in ("src", "href")]
    assert sources == [
        "data:image/png;base64,AAAA",
        "https://example.org/x",
        "https://example.org/y.png",
        "data:image/gif;base64,R0lG",
    ]
    assert [name for name, _ in seen.attributes if name.startswith("on")] == []
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown) is None
    assert seen.text.count("<script>alert(1)</script>") >= 5
    assert shown.count("(a picture that cannot be shown)") == 2
    assert """<meta http-equiv="Content-Security-Policy" content="default-src 'none';""" in shown
