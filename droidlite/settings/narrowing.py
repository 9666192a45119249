"""What a repository's settings file may decide: always, only downwards, only once it is trusted, or never."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from droidlite.settings.reading import Document

Holds = Literal["always", "lower", "trusted", "never", "parts"]
"""parts: a table whose keys are decided about one by one."""

KEYS: dict[str, Holds] = {
    "permissions": "parts",
    "permissions.deny": "always",  # it can only forbid
    "permissions.ask": "always",
    "permissions.allow": "trusted",
    "max_cost_usd": "lower",
    "max_turns": "lower",
    "timeout": "lower",
    "model": "trusted",  # who reads the prompts, and what is paid
    "effort": "trusted",
    "router": "trusted",
    "aliases": "trusted",
    "models": "trusted",
    "endpoints": "trusted",  # where requests and keys go
    "verify": "trusted",  # a command
    "verify_rounds": "trusted",  # what is paid
    "verify_seconds": "trusted",
    "stall_seconds": "trusted",
    "retry_seconds": "trusted",
    "autonomy": "trusted",
    "sandbox": "trusted",
    "redact": "trusted",  # which secrets a model sees
    "hooks": "trusted",
    "mcp": "trusted",
    "ui": "never",  # how the person's terminal looks
    "trust": "never",  # a repository would pin itself
}
"""Every key of a settings file, and those that are announced; what is not named is "trusted". No cap is raised, trusted
or not."""
ANNOUNCED = ("hooks", "mcp")
"""Keys that nothing reads yet."""


def waiting(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The keys of a settings file that wait for trust, those of tables with the table's before them."""
    for key, value in data.items():
        holds = KEYS.get(key, "trusted")
        if holds == "parts" and isinstance(value, dict):
            yield from ((key, name) for name in value if KEYS.get(f"{key}.{name}", "trusted") == "trusted")
        elif holds in ("parts", "trusted"):
            yield (key,)


class Narrowed:
    """One file of a repository, with what it may not decide taken out. `inert`: the keys that wait for trust, dotted;
    `told`: a sentence for each that holds in no case."""

    def __init__(self, document: Document, own: Mapping[str, Any], *, trusted: bool) -> None:
        data = document.data
        self._document = document
        self.told: list[str] = []
        inert = [] if trusted else list(waiting(data))
        self.inert = tuple(map(".".join, inert))
        self._drop([key for key in data if KEYS.get(key) == "never"], "a repository may not decide it, trusted or not")
        self._drop([key for key in ANNOUNCED if trusted and key in data], "nothing reads it yet")
        self._drop(
            [key for key in data if KEYS.get(key) == "lower" and _raises(data[key], own.get(key))],
            "a repository may lower it, not raise it",
        )
        for key, *parts in inert:
            rest = {name: value for name, value in data[key].items() if name not in parts} if parts else {}
            data.pop(key)
            data |= {key: rest} if parts else {}

    def _drop(self, keys: list[str], why: str) -> None:
        for key in keys:
            self.told.append(f"{self._document.where((key,))}: {key} is ignored: {why}.")
            del self._document.data[key]


def _raises(value: object, own: object) -> bool:
    """Whether it is more than what the person's own file says; what is no number is told of when it is read."""
    if not isinstance(value, int | float) or not isinstance(own, int | float):
        return False
    return math.isnan(value) or value > own
