"""What Tab and typing offer: slash commands with what they do, and files after @."""

from collections.abc import Callable, Iterable, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from droidlite.regex import regex
from droidlite.sanitise import clean_line

_MENTION = regex(r"(?:^|\s)@(\S*)$")


class Completions(Completer):
    """`commands` maps a name to one line about it; `files` lists paths for what was typed after @."""

    def __init__(self, commands: Mapping[str, str], files: Callable[[str], tuple[str, ...]]) -> None:
        self._commands, self._files = commands, files

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        if before.startswith("/") and " " not in before and "\n" not in before:
            yield from self._named(before[1:])
        elif match := _MENTION.search(before):
            for path in self._files(match[1]):
                if path.isprintable():  # what cannot be shown as it is cannot be inserted as it is
                    written = f'"{path}" ' if " " in path else f"{path} "
                    yield Completion(written, start_position=-len(match[1]), display=clean_line(path, 100))

    def _named(self, typed: str) -> Iterable[Completion]:
        for name, about in self._commands.items():
            if name.startswith(typed.casefold()):
                yield Completion(f"/{name}", start_position=-len(typed) - 1, display_meta=about)
