"""Every link of README and docs/ leads somewhere: to a file that is there, and to a heading that it has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
ELSEWHERE = ("http://", "https://", "mailto:")


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def targets(text: str) -> list[str]:
    """What its links and pictures point at."""
    found = [token.attrGet("href") or token.attrGet("src") for token in tokens(text)]
    return [str(target) for target in found if target and not str(target).startswith(ELSEWHERE)]


def anchors(text: str) -> set[str]:
    """What its headings are called in an address: lower case, blanks as hyphens, all other marks gone; the second of a
    name ends in -1."""
    found: dict[str, int] = {}
    headed = False
    for token in tokens(text):
        if headed and token.type == "inline":
            words = "".join(part.content for part in token.children or () if part.type in ("text", "code_inline"))
            name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
            found[name] = found.get(name, -1) + 1
            if found[name]:
                found[f"{name}-{found[name]}"] = 0
        headed = token.type == "heading_open"
    return set(found)


def broken(page: Path, text: str, top: Path) -> list[str]:
    """The targets that lead nowhere, or out of `top`."""
    return [target for target in targets(text) if not _leads_somewhere(page, target, top)]


def _leads_somewhere(page: Path, target: str, top: Path) -> bool:
    path, _, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    if not there.is_relative_to(top) or not there.exists():
        return False
    return not anchor or (there.suffix == ".md" and anchor in anchors(there.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    top = DOCS if page.is_relative_to(DOCS) else ROOT  # the site holds docs/ alone
    assert broken(page, page.read_text(encoding="utf-8"), top) == []


def test_every_page_and_picture_is_linked_to() -> None:
    reached = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in targets(page.read_text(encoding="utf-8"))
    }
    there = {path for path in DOCS.rglob("*") if path.suffix in (".md", ".png", ".svg")}
    assert there - reached == set()


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A `code`, and more\n\n## Twice\n\n## Twice\n")
    text = """[a](there.md#a-code-and-more) [b](there.md#twice-1) [c](#here) ![d](no.png) [e](there.md#no) [f](/etc)
[g](https://example.com/x) `[h](no.md)` [i][1]

```sh
[j](no.md)
```

| [k](no2.md) |
|---|

# Here

[1]: no3.md
"""
    (tmp_path / "page.md").write_text(text)
    assert broken(tmp_path / "page.md", text, tmp_path) == ["no.png", "there.md#no", "/etc", "no3.md", "no2.md"]
