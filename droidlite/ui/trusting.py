"""The question whether to trust what a repository brings: what it is, by name, and three answers."""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from droidlite.ui.asking import Asking, Option


class Trusting(Struct, frozen=True, kw_only=True):
    """What is asked about: a row for each file that says what it does, sanitised; `text` is all of it, to look at.
    `changed`: it was trusted before, and the rows tell what is other now."""

    changed: bool
    rows: tuple[str, ...]
    text: str
    sha256: str


def trust_dialog(trusting: Trusting) -> Asking:
    """Its value is "trust", "look" or "no"; Enter alone trusts nothing."""
    title = "What you trusted in this repository has changed. Trust it as it is now?"
    return Asking(
        title=title if trusting.changed else "Trust what this repository brings?",
        body=trusting.rows,
        note="Until you do, none of it is used; the model can still read the files, as files. A change is asked about "
        f"again. sha256 {trusting.sha256[:12]}",
        options=(
            Option("Yes, trust it as it is", "trust"),
            Option("Look at the files first", "look"),
            Option("No, go on without it for now", "no"),
        ),
        cursor=2,
        left=("no", ""),
        leaving="go on without it",
    )


class Trusts(Protocol):
    """The part of a conversation that is about trust."""

    def trusting(self, *, again: bool = False) -> Trusting | None:
        """What the person is to be asked about; None where nothing can be trusted that is not. `again`: only where it
        is other than when the session began."""
        ...

    def trust(self) -> str:
        """Trusts what was asked about, from the next session on or, where nothing was said yet, from now on; a line
        that says so. Raises DroidliteError."""
        ...


def decide(
    conversation: Trusts, ask: Callable[[Asking], Any], say: Callable[[str], None], *, again: bool = False
) -> bool:
    """Asks, where there is something to ask about, and does what was answered; whether something was trusted."""
    trusting = conversation.trusting(again=again)
    if trusting is None:
        return False
    dialog = trust_dialog(trusting)
    choice = ask(dialog)[0]
    while choice == "look":
        say(trusting.text + "\n")
        choice = ask(dialog)[0]
    if choice == "trust":
        say(conversation.trust() + "\n")
    return bool(choice == "trust")
