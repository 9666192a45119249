"""Going back in a session: what can be gone back to, what that takes back, and what it came to."""

from typing import Literal

from msgspec import Struct

Part = Literal["both", "conversation", "files"]
"""What goes back."""


class TurnRow(Struct, frozen=True, kw_only=True):
    """A message of the person's that /rewind can return to (to just before it); `files` changed since."""

    turn: int
    text: str
    files: int = 0


class Preview(Struct, frozen=True):
    """Lines about what a rewind would do: to files, to the conversation; and what it cannot take back."""

    files: tuple[str, ...]
    said: tuple[str, ...]
    stays: tuple[str, ...] = ()


class Rewinding(Struct, frozen=True):
    """What a rewind came to: the message of its turn, to edit and send again, and lines about what did not go back."""

    prompt: str
    told: tuple[str, ...] = ()
