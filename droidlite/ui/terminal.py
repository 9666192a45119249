"""The front door of the interactive session: is there a terminal, and what can it show?"""

import sys
import time
from codecs import lookup
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from msgspec import Struct
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.output import Output

from droidlite.errors import UsageError
from droidlite.ui.ahead import typed_ahead
from droidlite.ui.asking_first import ask_trust
from droidlite.ui.attention import Attention
from droidlite.ui.conversation import Conversation
from droidlite.ui.conversing import Session
from droidlite.ui.grace import GRACE_SECONDS
from droidlite.ui.linear import Linear
from droidlite.ui.output import Framed
from droidlite.ui.resizing import wraps


class Look(Struct, frozen=True, kw_only=True):
    """How a person wants the session: as lines only, with the keys of vi, with the bell and the title."""

    plain: bool = False
    vi: bool = False
    bell: bool = True
    title: bool = True


USUAL = Look()


def run(
    conversation: Conversation,
    *,
    history: Path,
    prompt: str = "",
    env: Mapping[str, str] | None = None,
    look: Look = USUAL,
    terminal: tuple[Input, Output] | None = None,
    grace_seconds: float = GRACE_SECONDS,
    waiting: Callable[[], str] = str,
) -> int:
    """Talks until the person leaves; returns the exit code. `prompt` is sent at once. `env` tells TERM and NO_COLOR,
    `waiting` what was typed on `terminal` so far.

    Raises UsageError where there is no terminal to talk on, and what `conversation.attend` raises.
    """
    env = env or {}
    if terminal is None:
        if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout)):  # a closed one is None
            raise UsageError("not a terminal; use droidlite exec")
        if isinstance(sys.stdin, TextIOWrapper) and lookup(sys.stdin.encoding).name == "ascii":
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # a bare locale claims it; keyboards send more
        if look.plain or env.get("TERM") == "dumb":
            with suppress(ImportError):
                import readline  # noqa: F401 - input() edits lines and takes long ones with it
            return Linear(conversation).run(prompt)
        terminal = create_input(sys.stdin), Framed.from_pty(sys.stdout, term=env.get("TERM"))
        waiting = typed_ahead
    with terminal[0].raw_mode():  # from the start: what is typed from here on arrives as it was pressed
        ahead = waiting()
        ahead += ask_trust(conversation, terminal, colour=not env.get("NO_COLOR"), grace_seconds=grace_seconds)
        attention = Attention(terminal[1], time.monotonic, title=look.title, bell=look.bell)
        session = Session(conversation, history, terminal, not env.get("NO_COLOR"), grace_seconds, attention, env)
        session.screen.app.wraps = wraps(env)
        session.screen.app.editing_mode = EditingMode.VI if look.vi else EditingMode.EMACS
        session.run(prompt, ahead)
    return 0
