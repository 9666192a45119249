"""How a tool says what is wrong: one sentence the model can act on, never a traceback."""

from collections.abc import Callable
from typing import Any

from droidlite.tool import Outcome, ToolContext

Run = Callable[[Any, ToolContext, str], Outcome]


class Problem(Exception):
    """Why a call cannot be done, as one sentence. Never leaves the tools folder: `told` turns it into an Outcome."""


def told(run: Run) -> Run:
    """`run`, with every Problem and OSError turned into an error Outcome."""

    def run_and_tell(arguments: Any, context: ToolContext, call_id: str) -> Outcome:
        try:
            return run(arguments, context, call_id)
        except Problem as problem:
            return Outcome(str(problem), is_error=True)
        except OSError as error:
            return Outcome(describe(error), is_error=True)

    return run_and_tell


def describe(error: OSError) -> str:
    """An operating system error as a sentence: what failed, and on which file where it says so."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."
