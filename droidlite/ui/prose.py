"""How markdown looks: rich's, with headings to the left. Loading it takes long, so it is loaded when it is needed."""

from rich.markdown import Heading, Markdown
from rich.theme import Theme

THEME = Theme({"markdown.code": "cyan", "markdown.h1": "bold", "markdown.h2": "bold", "markdown.item.number": "cyan"})


class LeftHeading(Heading):
    """Headings to the left: centred ones look lost between a terminal's paragraphs."""

    LEVEL_ALIGN = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class Prose(Markdown):
    """Markdown a model wrote; `text` was cleaned."""

    elements = {**Markdown.elements, "heading_open": LeftHeading}  # noqa: RUF012 - as the base class has it

    def __init__(self, text: str) -> None:
        super().__init__(text, code_theme="ansi_dark", hyperlinks=False)
