"""What a slash command is, and the terminal as it sees it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

from droidlite.events import Event
from droidlite.types import User
from droidlite.ui.choosing import Dialog
from droidlite.ui.conversation import Conversation
from droidlite.ui.render import Painter


class Host(Protocol):
    """The terminal as a command sees it. Commands run in a worker thread."""

    @property
    def conversation(self) -> Conversation: ...
    @property
    def painter(self) -> Painter: ...
    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """Keys that work here, and what they do."""
        ...

    def say(self, ansi: str) -> None: ...
    def ask(self, dialog: Dialog) -> Any: ...
    def show(self, events: Iterator[Event | User]) -> None: ...
    def fill(self, text: str) -> None:
        """Puts text where the person types."""
        ...

    def leave(self) -> None: ...


class Command(Struct, frozen=True):
    """`while_busy`: changes nothing the agent works with, so it may run beside it. `prompts`: it sends a prompt of
    ours, whose cost is told at its end. `asks`: who types it waits for a dialog. `more` is what /help NAME adds to
    `about`."""

    name: str
    about: str
    run: Callable[[Host, str], None]
    while_busy: bool = False
    aliases: tuple[str, ...] = ()
    prompts: bool = False
    asks: bool = False
    more: str = ""
