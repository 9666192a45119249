"""How markdown looks: rich's, with headings to the left. Loading it takes long, so it is loaded when it is needed."""

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, ListItem, Markdown
from rich.segment import Segment
from rich.theme import Theme

THEME = Theme({"markdown.code": "cyan", "markdown.h1": "bold", "markdown.h2": "bold", "markdown.item.number": "cyan"})


class LeftHeading(Heading):
    """Headings to the left: centred ones look lost between a terminal's paragraphs."""

    LEVEL_ALIGN = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class DottedItem(ListItem):
    """`1. one`: rich draws a bare number, which reads as a part of the sentence."""

    def render_number(self, console: Console, options: ConsoleOptions, number: int, last_number: int) -> RenderResult:
        """`last_number` is one above that of the last item."""
        width = len(str(last_number - 1)) + 3
        style = console.get_style("markdown.item.number", default="none")
        lines = console.render_lines(self.elements, options.update(width=options.max_width - width), style=self.style)
        for place, line in enumerate(lines):
            yield Segment((f"{number}." if place == 0 else "").rjust(width - 1) + " ", style)
            yield from line
            yield Segment("\n")


class Prose(Markdown):
    """Markdown a model wrote; `text` was cleaned."""

    elements = {**Markdown.elements, "heading_open": LeftHeading, "list_item_open": DottedItem}  # noqa: RUF012 - as the base class has it

    def __init__(self, text: str) -> None:
        super().__init__(text, code_theme="ansi_dark", hyperlinks=False)
