"""A session with a person at a terminal: `droidlite [PROMPT]`."""

from droidlite.app.chat import Chat
from droidlite.app.options import Options


def run_interactive(options: Options, prompt: str) -> int:
    """Runs until the person leaves; returns the exit code. Raises UsageError where there is no terminal."""
    from droidlite.ui.terminal import run

    chat = Chat(options)
    try:
        return run(chat, prompt=prompt, history=chat.setup.places.state / "history", env=chat.setup.env)
    finally:
        chat.close()
