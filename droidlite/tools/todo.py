"""The todo tool: the model's own list of steps, replaced whole each time."""

from typing import Literal

from msgspec import Struct

from droidlite.tool import Outcome, Todo, Todos, Tool, ToolContext
from droidlite.tools.problem import told


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    content: str
    status: Literal["pending", "in_progress", "completed"] = "pending"


class TodoArguments(Struct, frozen=True, forbid_unknown_fields=True):
    todos: tuple[Item, ...]


def _run(arguments: TodoArguments, context: ToolContext, call_id: str) -> Outcome:
    items = tuple(Todo(item.content, item.status) for item in arguments.todos)
    done = sum(item.status == "completed" for item in items)
    return Outcome(f"Noted: {done} of {len(items)} done.", displays=(Todos(items),))


TOOL = Tool(
    name="todo",
    description="For work of 3 or more steps: replace your whole todo list; keep one item in_progress.",
    arguments=TodoArguments,
    effect="read",
    run=told(_run),
)
