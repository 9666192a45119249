"""The front door of the interactive session: is there a terminal, and what can it show?"""

import sys
from collections.abc import Mapping
from pathlib import Path

from prompt_toolkit.input import Input, create_input
from prompt_toolkit.output import Output
from prompt_toolkit.output.vt100 import Vt100_Output

from droidlite.errors import UsageError
from droidlite.ui.conversation import Conversation
from droidlite.ui.conversing import Session
from droidlite.ui.screen import GRACE_SECONDS


def run(
    conversation: Conversation,
    *,
    history: Path,
    prompt: str = "",
    env: Mapping[str, str] | None = None,
    terminal: tuple[Input, Output] | None = None,
    grace_seconds: float = GRACE_SECONDS,
) -> int:
    """Talks until the person leaves; returns the exit code. `prompt` is sent at once. `env` tells TERM and NO_COLOR.

    Raises UsageError where there is no terminal to talk on, and what `conversation.attend` raises.
    """
    env = env or {}
    if terminal is None:
        _require_terminal(env)
        output = Vt100_Output.from_pty(sys.stdout, term=env.get("TERM"))
        output.enable_cpr = False  # an answer that comes after more was printed has lines scrolled away
        terminal = create_input(sys.stdin), output
    return Session(conversation, history, terminal, not env.get("NO_COLOR"), grace_seconds).run(prompt)


def _require_terminal(env: Mapping[str, str]) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("not a terminal; use droidlite exec")
    if env.get("TERM") == "dumb":
        raise UsageError("TERM=dumb cannot draw a session; use droidlite exec, or set TERM to what your terminal is")
