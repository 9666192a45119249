"""A terminal's session without the terminal: what the UI may ask of it, asked directly."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from droidlite.app.chat import Chat
from droidlite.app.options import Options
from droidlite.errors import DroidliteError
from droidlite.tool import Answer, Approval, Question


class Silent:
    """A person who has nothing to say: no to everything. `approvals` are what was asked."""

    def __init__(self) -> None:
        self.approvals: list[Approval] = []

    def ask_approval(self, approval: Approval) -> Answer:
        self.approvals.append(approval)
        return Answer("no")

    def ask_question(self, question: Question) -> str:
        return ""

    def ask_cap(
        self, spent_usd: float, cap_usd: float, needed_usd: float, most_usd: float | None = None
    ) -> float | None:
        return None


@contextmanager
def opened(cwd: Path, *, person: Silent | None = None, **options: Any) -> Iterator[Chat]:
    """A session in `cwd`; `options` are those of the command line."""
    chat = Chat(Options(cwd=cwd, headless=False, **options))
    chat.attend(person or Silent())
    try:
        yield chat
    finally:
        try:
            chat.close()
        except DroidliteError as error:
            raise AssertionError(error) from error


def says(chat: Chat, *prompts: str) -> None:
    for prompt in prompts:
        for _ in chat.send(prompt):
            pass
