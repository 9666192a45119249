"""A stored conversation told again as events, for a person who comes back to it."""

from pathlib import Path

from droidlite.agent.describing import summarise
from droidlite.events import CallFinished, CallStarted, Event, ReplyFinished, TextAdded
from droidlite.regular import WORKTREES
from droidlite.session.conversation import Turn, said_by_the_person
from droidlite.session.searching import Found
from droidlite.tool import Output, Todo, Todos
from droidlite.types import Assistant, Message, ToolResult, User
from droidlite.ui.past import SessionRow

LAST = 12
"""Messages retold; the rest is in `droidlite sessions show`."""
SAID = 4
"""Lines of a prompt that are retold."""


def retell(
    messages: tuple[Message, ...], turns: tuple[Turn, ...], todos: tuple[Todo, ...] = ()
) -> tuple[Event | User, ...]:
    """What the person and the model said and did, newest messages only; what the host said on its own (its opening, a
    nudge, a summary) is left out; last the to-do list, where something on it is open. `turns` are the person's. Costs
    are not retold: they are the session's."""
    told: list[Event | User] = []
    persons = said_by_the_person(messages, turns)
    names: dict[str, str] = {}
    for place, message in list(enumerate(messages))[-LAST:]:
        if isinstance(message, Assistant):
            if message.text:
                told.append(TextAdded(message.text))
                told.append(ReplyFinished(text=message.text, model=message.model, usage=message.usage))
            for call in message.calls:
                names[call.id] = call.name
                told.append(CallStarted(call_id=call.id, name=call.name, summary=summarise(call)))
        elif isinstance(message, User):
            if place in persons:
                told.append(_shortened(User(persons[place].typed) if persons[place].typed else message))
        else:
            told += (_retold(result, names.get(result.call_id, "")) for result in message.results)
    if any(todo.status != "completed" for todo in todos):
        told.append(CallFinished(call_id="todos", name="todo", content="", displays=(Todos(todos),)))
    return tuple(told)


def _shortened(said: User) -> User:
    """A long prompt by its beginning: it was read when it was sent."""
    lines = said.text.splitlines()
    if len(lines) <= SAID + 1:
        return said
    return User("\n".join([*lines[:SAID], f"… {len(lines) - SAID} more lines"]))


def session_row(found: Found, here: Path | None = None) -> SessionRow:
    """A stored session as a person is shown it; its folder where that is not `here` (None = it does not matter)."""
    one = found.summary
    return SessionRow(
        id=one.id,
        title=one.title,
        updated=one.updated,
        turns=one.turns,
        cost_usd=one.cost_usd,
        model=one.model,
        last=one.last_prompt,
        line=found.line,
        folder=_elsewhere(one.cwd, str(here)) if here is not None else "",
        open_todos=one.open_todos,
    )


def _elsewhere(folder: str, here: str) -> str:
    """How a session's folder is told to a person in `here`; "" where it is the same."""
    worktree = folder.removeprefix(f"{here}/{WORKTREES}/")
    if worktree != folder:
        return f"worktree {WORKTREES}/{worktree}"
    return folder if folder != here else ""


def _retold(result: ToolResult, name: str) -> CallFinished:
    return CallFinished(
        call_id=result.call_id,
        name=name,
        content=result.content,
        is_error=result.is_error,
        displays=(Output(result.content),),
    )
