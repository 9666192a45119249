"""The ask tool: a question only the person can answer."""

from msgspec import Struct

from droidlite.tool import Outcome, Question, Tool, ToolContext
from droidlite.tools.problem import Problem, told


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    question: str
    options: tuple[str, ...] = ()


def _run(arguments: Ask, context: ToolContext, call_id: str) -> Outcome:
    if context.ask is None:
        raise Problem("Nobody can answer here; decide yourself and say what you assumed.")
    answer = context.ask(Question(arguments.question, arguments.options))
    return Outcome(answer or "(no answer; decide yourself and say what you assumed)")


TOOL = Tool(
    name="ask",
    description="Ask the person something you cannot find out or decide yourself.",
    arguments=Ask,
    effect="read",
    run=told(_run),
)
