"""Writes a session out for people (Markdown, HTML) and for programs (JSON)."""

from collections.abc import Iterator
from typing import Any, assert_never

import msgspec

from droidlite.errors import UsageError
from droidlite.sanitise import clean, escape_json, fenced
from droidlite.session.conversation import HOST_SAYS, said_by_the_person
from droidlite.session.fold import Session
from droidlite.session.lines import encodable
from droidlite.types import Assistant, Call, Message, ToolResult, ToolResults, User


def export(session: Session, form: str) -> str:
    """The session as text, ending in a newline. Holds what the messages hold and nothing hidden: a reply's encrypted
    items are left out, and no form steers a terminal or a browser; JSON alone loses nothing by that. What droidlite
    told the model on its own stands apart from what the person said. Raises UsageError for any other form."""
    match form:
        case "json":
            plain = encodable(msgspec.to_builtins(_plain(session)))
            return escape_json(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode()) + "\n"
        case "md":
            return clean(_markdown(session))
        case "html":
            from droidlite.session.html import page

            return page(session)
        case _:
            raise UsageError(f"A session can be exported as md, json or html, not as {form!r}.")


def so_far(session: Session) -> Session:
    """A session that runs, without the results made up for calls that are not done yet."""
    return msgspec.structs.replace(
        session, messages=tuple(_as_known(message, session.unanswered) for message in session.messages)
    )


def _as_known(message: Message, made_up: tuple[ToolResult, ...]) -> Message:
    if not isinstance(message, ToolResults):
        return message
    return msgspec.structs.replace(message, results=tuple(each for each in message.results if each not in made_up))


def _plain(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.header.session_id,
        "title": session.title,
        "cwd": session.header.cwd,
        "created": session.header.created,
        "forked_from": session.header.forked_from,
        "model": session.model,
        "spent_usd": session.spent_usd,
        "usage": session.usage,
        "decision": session.routing,
        "switches": session.switches,
        "turns": session.turns,
        "todos": session.todos,
        "messages": list(_plain_messages(session)),
    }


def _plain_messages(session: Session) -> Iterator[dict[str, Any]]:
    """Without what only a service can read; each user message with who said it."""
    persons = said_by_the_person(session.messages, session.turns)
    for place, message in enumerate(session.messages):
        match message:
            case Assistant():
                yield msgspec.to_builtins(msgspec.structs.replace(message, opaque=None))
            case User():
                yield msgspec.to_builtins(message) | {"by": "person" if place in persons else "droidlite"}
            case _:
                yield msgspec.to_builtins(message)


def _markdown(session: Session) -> str:
    header = session.header
    facts = [
        f"* session: {header.session_id}" + (f", copied from {header.forked_from}" if header.forked_from else ""),
        f"* folder: {header.cwd}",
        f"* begun: {header.created}",
        f"* cost: ${session.spent_usd:.4f}",
    ]
    if session.routing:
        facts.append(f"* model: {session.routing.model} ({'; '.join(session.routing.reasons) or 'no reason recorded'})")
    facts += [f"* switched: {each.from_model} to {each.to} ({each.cause})" for each in session.switches]
    parts = [f"# {session.title or header.session_id}", "\n".join(facts)]
    persons = said_by_the_person(session.messages, session.turns)
    names: dict[str, str] = {}
    for place, message in enumerate(session.messages):
        parts += _sections(message, names, by_person=place in persons)
    return "\n\n".join(parts) + "\n"


def _sections(message: Message, names: dict[str, str], *, by_person: bool) -> list[str]:
    """`names` of the calls so far, by id; those of this message are added."""
    match message:
        case User():
            images = [f"*({len(message.images)} image(s))*"] if message.images else []
            return ["## You" if by_person else f"## {HOST_SAYS}", message.text, *images]
        case Assistant():
            text = [message.text] if message.text.strip() else []
            names.update((call.id, call.name) for call in message.calls)
            return [f"## {message.model or 'Model'}", *text, *map(_call, message.calls)]
        case ToolResults():
            return [_result(result, names.get(result.call_id, "a call")) for result in message.results]
        case _:
            assert_never(message)


def _call(call: Call) -> str:
    return f"**{call.name}** `{call.id}`\n\n{fenced(call.arguments, 'json')}"


def _result(result: ToolResult, name: str) -> str:
    images = f"\n\n*({len(result.images)} image(s))*" if result.images else ""
    head = f"Failed: {name}" if result.is_error else f"Result of {name}"
    return f"{head} `{result.call_id}`\n\n{fenced(result.content)}{images}"
