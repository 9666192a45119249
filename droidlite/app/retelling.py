"""A stored conversation told again as events, for a person who comes back to it."""

from droidlite.agent.toolbox import summarise
from droidlite.events import CallFinished, CallStarted, Event, ReplyFinished, TextAdded
from droidlite.tool import Output
from droidlite.types import Assistant, Message, ToolResult, User

LAST = 12
"""Messages retold; the rest is in `droidlite sessions show`."""


def retell(messages: tuple[Message, ...]) -> tuple[Event | User, ...]:
    """What the person and the model said and did, newest messages only; the host's opening is left out. Costs are
    not retold: they are the session's."""
    told: list[Event | User] = []
    names: dict[str, str] = {}
    for message in messages[-LAST:]:
        if isinstance(message, Assistant):
            if message.text:
                told.append(TextAdded(message.text))
                told.append(ReplyFinished(text=message.text, model=message.model, usage=message.usage))
            for call in message.calls:
                names[call.id] = call.name
                told.append(CallStarted(call_id=call.id, name=call.name, summary=summarise(call)))
        elif isinstance(message, User):
            if not message.text.startswith("<context>"):
                told.append(message)
        else:
            told += (_retold(result, names.get(result.call_id, "")) for result in message.results)
    return tuple(told)


def _retold(result: ToolResult, name: str) -> CallFinished:
    return CallFinished(
        call_id=result.call_id,
        name=name,
        content=result.content,
        is_error=result.is_error,
        displays=(Output(result.content),),
    )
