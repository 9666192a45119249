"""Turns what happened into ANSI text with rich. Every character that leaves here went through sanitise.clean."""

from collections.abc import Callable, Iterable
from io import StringIO
from typing import TYPE_CHECKING

from droidlite.regex import regex
from droidlite.sanitise import clean, clean_line, spell_out
from droidlite.tool import Diff, Todos
from droidlite.ui.cells import cut
from droidlite.ui.wording import counted

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.segment import Segment
    from rich.style import Style
    from rich.text import Text

_HUNK = regex(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
MOST_CODE = 400
"""Lines of a change that get their language's colours; a longer one is read for its + and -."""
_MARKS = {"pending": ("☐", ""), "in_progress": ("▸", "bold"), "completed": ("☑", "dim")}


class Painter:
    """Paints in the width the terminal has when it is asked. Without colour it writes no escape sequence at all.

    rich is loaded with the first thing that is painted: a session's first prompt needs none of it, and is there sooner.
    """

    def __init__(self, width: Callable[[], int], colour: bool) -> None:
        self._width, self.colour = width, colour

    @property
    def width(self) -> int:
        return max(self._width(), 20)

    def warm(self) -> None:
        """Loads what painting needs, for a thread that has nothing better to do: it takes 0.1 s."""
        self.markdown("```python\npass\n```")

    def paint(self, renderable: "RenderableType", indent: str = "") -> str:
        """ANSI text without blank lines at either end, each line ended."""
        from rich.console import Console
        from rich.segment import Segment

        from droidlite.ui.prose import THEME

        console = Console(
            file=StringIO(),
            width=self.width - len(indent),
            force_terminal=self.colour,
            color_system="standard" if self.colour else None,
            theme=THEME,
            legacy_windows=False,
            _environ={},
        )
        lines = [self._line(line) for line in Segment.split_lines(console.render(renderable))]
        while lines and not lines[0].strip():
            lines.pop(0)
        while lines and not lines[-1].strip():
            lines.pop()
        return "".join(f"{indent}{line}\n" for line in lines)

    def _line(self, segments: "Iterable[Segment]") -> str:
        parts = [(clean(part.text), part.style) for part in segments if not part.control]
        while parts and (not parts[-1][1] or not parts[-1][1].bgcolor):
            text, style = parts.pop()
            if text := text.rstrip():
                parts.append((text, style))
                break
        return "".join(self._styled(text, style) for text, style in parts)

    def _styled(self, text: str, style: "Style | None") -> str:
        if not (self.colour and style and text):
            return text
        from rich.color import ColorSystem

        return style.render(text, color_system=ColorSystem.STANDARD)

    def text(self, text: str, style: str = "", indent: str = "") -> str:
        """Untrusted text, wrapped; markup and markdown in it mean nothing."""
        return self.paint(_text((clean(text), style)), indent)

    def markdown(self, text: str, indent: str = "") -> str:
        from droidlite.ui.prose import Prose

        return self.paint(Prose(clean(text)), indent)

    def said(self, text: str) -> str:
        """The person's own message, as the transcript keeps it."""
        return self.hanging("❯ ", "bold cyan", clean(text), "bold")

    def call(self, name: str, summary: str, style: str, note: str = "") -> str:
        """`● shell  pytest -q`, on one line."""
        head = f"{clean_line(name, 40)}  "
        told = self._beside(head, summary, note)
        return self.paint(_text(("● ", style), (head, "bold"), (told, ""), (f" {note}" if note else "", "dim")))

    def names(self, name: str, summary: str) -> bool:
        """Whether `call` shows the whole of the summary."""
        return self._beside(f"{clean_line(name, 40)}  ", summary) == summary

    def _beside(self, head: str, summary: str, note: str = "") -> str:
        return cut(clean_line(summary, 400), max(self.width - len(head) - len(note) - 3, 10))

    def result(self, text: str, is_error: bool) -> str:
        return self.hanging("  ⎿ ", "dim", text, "red" if is_error else "dim")

    def output(self, text: str, most: int, *, newest: bool = False) -> str:
        """A command's output, dimmed: at most `most` lines, its first or its newest."""
        lines = clean(text).rstrip("\n").split("\n")
        left = len(lines) - most
        if left <= 0:
            shown = lines
        else:
            shown = (
                [f"… {counted(left, 'line')} above", *lines[-most:]]
                if newest
                else [*lines[:most], f"… {counted(left, 'more line')}"]
            )
        return self.paint(_text(("\n".join(cut(line.expandtabs(4), self.width * 3) for line in shown), "dim")), "    ")

    def diff(self, diff: Diff, most: int = 40) -> str:
        """A change with line numbers, at most `most` lines of it, with nothing in them left out."""
        rows = list(_diff_rows(spell_out(diff.patch.replace("\r\n", "\n"))))
        painted = _text()
        code = self._code(diff.path) if self.colour else None
        for count, (number, sign, line) in enumerate(rows[:most]):
            style = {"+": "green", "-": "red", "@": "cyan dim"}.get(sign, "dim")
            head, line = f"{number:>5} {sign if sign != '@' else ' '} ", line.expandtabs(4)
            if code and sign == "+" and count < MOST_CODE:
                painted.append(head, style=style).append_text(code(line)).append("\n")
            else:
                painted.append(f"{head}{line}\n", style=style)
        if len(rows) > most:
            painted.append(f"      … {counted(len(rows) - most, 'more line')}\n", style="dim")
        painted.rstrip()
        return self.paint(painted, "  ")

    def _code(self, path: str) -> "Callable[[str], Text] | None":
        """What gives a line of that file the colours of its language; None where the language is not known."""
        from rich.syntax import Syntax

        lexer = Syntax.guess_lexer(clean_line(path, 400))
        if lexer == "default":
            return None
        syntax = Syntax("", lexer, theme="ansi_dark")

        def coloured(line: str) -> "Text":
            text = syntax.highlight(line)
            text.rstrip()
            return text

        return coloured

    def todos(self, todos: Todos, most: int = 1_000) -> str:
        """The list, or `most` lines of it around what is being done."""
        items, lines = todos.items, _text()
        now = next((n for n, todo in enumerate(items) if todo.status != "completed"), len(items))
        start = max(min(now - 1, len(items) - most), 0)
        for todo in items[start : start + most]:
            mark, style = _MARKS[todo.status]
            lines.append(f"{mark} {clean_line(todo.text, 200)}\n", style=style)
        lines.rstrip()
        return self.paint(lines, "    ")

    def hanging(self, mark: str, mark_style: str, text: str, style: str) -> str:
        """Text whose lines all begin right of `mark`."""
        from rich.style import Style

        body = self.paint(_text((text, style)), " " * len(mark))
        return self._styled(mark, Style.parse(mark_style)) + body[len(mark) :]


def _text(*parts: tuple[str, str]) -> "Text":
    """Text of (text, style) parts, in which nothing is markup."""
    from rich.text import Text

    return Text.assemble(*parts)


def _diff_rows(patch: str) -> Iterable[tuple[str, str, str]]:
    """(line number, sign, text) of every line of the hunks; file headers are left out."""
    old = new = 0
    inside = False
    for line in patch.removesuffix("\n").split("\n"):
        if match := _HUNK.match(line):
            if inside:
                yield "", "@", "⋯"
            inside, old, new = True, int(match[1]), int(match[2])
        elif not inside:
            continue
        elif line.startswith("-"):
            yield str(old), "-", line[1:]
            old += 1
        elif line.startswith("+"):
            yield str(new), "+", line[1:]
            new += 1
        elif not line.startswith("\\"):
            yield str(new), " ", line[1:]
            old, new = old + 1, new + 1
