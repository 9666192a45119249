"""What is drawn ends when the terminal it is drawn on is closed."""

import errno
from asyncio import AbstractEventLoop
from typing import Any, TypeVar

from prompt_toolkit.application import Application

Result = TypeVar("Result")
_GONE = (errno.EIO, errno.EPIPE, errno.EBADF, errno.ENXIO)


class Closable(Application[Result]):
    """Raises EOFError from `run` once there is no terminal, whichever notices first: the keys or what draws. Of the
    latter prompt_toolkit would print what went wrong, where nobody can see it, and wait for Enter; so it would of a
    signal that ends the session."""

    def _handle_exception(self, loop: AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, SystemExit):  # a signal that ends the session, raised wherever the loop was
            if self.future is not None and not self.future.done():
                self.future.set_exception(error)
        elif not (isinstance(error, OSError) and error.errno in _GONE):
            super()._handle_exception(loop, context)
        elif self.future is not None and not self.future.done():
            self.future.set_exception(EOFError())
