"""How scripts/site makes a site of these pages. They are plain Markdown; what only a site needs is here."""

from typing import Any

project = "droidlite"
author = "The droidlite authors"
project_copyright = "The droidlite authors, Apache-2.0"
extensions = ["myst_parser"]
myst_heading_anchors = 3  # headings are linked to as on a code host
suppress_warnings = ["misc.highlighting_failure"]  # csv has no colours
smartquotes = False  # they make one dash of the two of an option
html_theme = "furo"
html_title = "droidlite"
html_show_sourcelink = False
html_copy_source = False
templates_path: list[str] = []
exclude_patterns: list[str] = []

PARTS = {
    "Guide": ["guide/interactive", "guide/ci", "guide/caps", "guide/verify", "guide/sessions"],
    "How it works": ["router", "permissions", "trust", "sandbox", "secrets", "reliability"],
    "Reference": [
        "policy", "settings", "policy-reference", "commands", "keys", "stream-json", "scripted", "escalation-table",
    ],
}  # fmt: skip
"""The pages in the order of the site's side bar."""


def setup(app: Any) -> None:
    app.connect("source-read", _add_side_bar)


def _add_side_bar(app: Any, page: str, source: list[str]) -> None:
    """The side bar comes from tables of contents on the first page, which is read without them elsewhere."""
    if page != "index":
        return
    for caption, pages in PARTS.items():
        listed = "\n".join(pages)
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"
