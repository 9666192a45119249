"""The escalate tool: the model says that a stronger one should go on, and why."""

from msgspec import Struct

from droidlite.tool import Outcome, Tool, ToolContext
from droidlite.tools.problem import Problem, told


class Escalate(Struct, frozen=True, forbid_unknown_fields=True):
    reason: str


def _run(arguments: Escalate, context: ToolContext, call_id: str) -> Outcome:
    if context.escalate is None:
        raise Problem("There is no stronger model here; go on yourself, and say what you could not do.")
    if not arguments.reason.strip():
        raise Problem("Say in `reason` what you cannot get past.")
    return Outcome(context.escalate(arguments.reason))


TOOL = Tool(
    name="escalate",
    description="Ask that a stronger model goes on, when several different attempts have failed. It costs; say why.",
    arguments=Escalate,
    effect="read",
    run=told(_run),
)
