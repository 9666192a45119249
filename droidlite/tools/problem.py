"""How a tool says what is wrong: one sentence the model can act on, never a traceback."""

import errno
import socket
from collections.abc import Callable
from typing import Any

from droidlite.errors import Refused
from droidlite.tool import Outcome, ToolContext
from droidlite.types import Blocked

Run = Callable[[Any, ToolContext, str], Outcome]
_BLOCKED: dict[int, Blocked] = {
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "permission"),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "disk"),
    **dict.fromkeys((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ECONNREFUSED), "network"),
    **dict.fromkeys((errno.ECONNRESET, errno.ETIMEDOUT), "network"),
}


class Problem(Exception):
    """Why a call cannot be done, as one sentence. Never leaves the tools folder: `told` turns it into an Outcome."""


class Denied(Problem):
    """A permission rule stands in the way."""


def told(run: Run) -> Run:
    """`run`, with every Problem and OSError turned into an error Outcome."""

    def run_and_tell(arguments: Any, context: ToolContext, call_id: str) -> Outcome:
        try:
            return run(arguments, context, call_id)
        except Denied as problem:
            return Outcome(str(problem), is_error=True, blocked="permission")
        except Problem as problem:
            return Outcome(str(problem), is_error=True, blocked=blocker(problem.__cause__))
        except Refused as refused:
            return Outcome(str(refused), is_error=True, blocked="permission")
        except OSError as error:
            return Outcome(describe(error), is_error=True, blocked=blocker(error))

    return run_and_tell


def describe(error: OSError) -> str:
    """An operating system error as a sentence: what failed, and on which file where it says so."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."


def blocker(error: BaseException | None) -> Blocked:
    """What an operating system error says stood in the way, by its class and number."""
    if isinstance(error, socket.gaierror | TimeoutError):
        return "network"
    return _BLOCKED.get(error.errno or 0, "") if isinstance(error, OSError) else ""
