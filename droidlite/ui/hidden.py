"""Characters that hide or reorder text, where a person types: what is pasted, or a history holds, is seen for what it
is before it is sent. It is sent as it came."""

from collections.abc import Iterator
from unicodedata import combining

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from droidlite.sanitise import MARKS, spelled


class Spelled(dict[str, str]):
    """How prompt_toolkit is to draw a character anywhere; `known` is how it draws some itself."""

    def __init__(self, known: dict[str, str]) -> None:
        super().__init__(known)

    def __contains__(self, character: object) -> bool:
        return super().__contains__(character) or spelled(str(character)) != character

    def __missing__(self, character: str) -> str:
        return spelled(character)


class SpellingOut(Processor):
    """The same in the input, whose lines are wrapped by what stands there and not by what is drawn."""

    def apply_transformation(self, given: TransformationInput) -> Transformation:
        text = fragment_list_to_text(given.fragments)
        shown = list(_shown(text))
        if "".join(shown) == text:
            return Transformation(given.fragments)
        starts = [0]
        for each in shown:
            starts.append(starts[-1] + len(each))
        pieces: StyleAndTextTuples = [
            (fragment[0] if len(each) == 1 else "class:control-character", each)
            for fragment, each in zip(explode_text_fragments(given.fragments), shown, strict=True)
        ]
        places = [index for index, each in enumerate(shown) for _ in each] + [len(shown)]
        return Transformation(
            pieces,
            source_to_display=lambda at: starts[min(at, len(shown))],
            display_to_source=lambda at: places[min(at, len(places) - 1)],
        )


def _shown(text: str) -> Iterator[str]:
    """Each character as it is drawn."""
    marks = 0
    for letter in text:
        marks = marks + 1 if letter > "\x7f" and combining(letter) else 0
        yield f"<U+{ord(letter):04X}>" if marks > MARKS else spelled(letter) if letter > "\x7f" else letter
