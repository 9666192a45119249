"""The labelled prompts of prompts.toml as objects, and what is counted of the reading's answers."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).with_name("prompts.toml")
SURE = 0.7
"""From this confidence on, an answer counts as sure."""


@dataclass(frozen=True)
class Labelled:
    """A prompt, the kind it is filed under and every kind that is right."""

    text: str
    kind: str
    right: frozenset[str]
    group: str

    @property
    def held_out(self) -> bool:
        """Nobody chooses: the hash does."""
        return sha256(self.text.encode()).digest()[0] % 2 == 1


def read_corpus() -> tuple[list[Labelled], list[str]]:
    """The prompts in the order of the file, and the paths of the repository they are said in."""
    table = tomllib.loads(FILE.read_text())
    files = table.pop("files")
    return [
        Labelled(each["text"], kind, frozenset({kind, *each.get("also", ())}), each.get("group", ""))
        for kind, entries in table.items()
        for each in entries
    ], files


@dataclass(frozen=True)
class Share:
    """`right` of `all`."""

    right: int
    all: int

    def __str__(self) -> str:
        return f"{self.right}/{self.all} = {self.right / max(1, self.all):.1%}"


def count_right(answers: Iterable[tuple[Labelled, str]]) -> Share:
    counts = Counter(kind in labelled.right for labelled, kind in answers)
    return Share(counts[True], counts.total())
