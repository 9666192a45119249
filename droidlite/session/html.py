"""A session as one HTML page for people: self-contained, readable without scripts, nothing in it but text.

Everything that others wrote is sanitised and escaped; Markdown of models is rendered without raw HTML and without
pictures from elsewhere, and a policy in the page forbids scripts and whatever else would be loaded.
"""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from markdown_it import MarkdownIt

from droidlite.events import ModelUsage
from droidlite.regex import regex
from droidlite.sanitise import clean
from droidlite.session.conversation import HOST_SAYS, said_by_the_person
from droidlite.session.fold import Session
from droidlite.types import Assistant, Call, Image, Message, ToolResult, ToolResults, User

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LINK = regex(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = regex(r"[A-Za-z0-9+/\s]*+(?:=[=\s]*)?")
_NAMES = ("command", "file_path", "path", "pattern", "url", "question")
"""Arguments that say in one line what a call does."""


def page(session: Session) -> str:
    """The whole page, ending in a newline."""
    title = _text(session.title or session.header.session_id)
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>",
        f"<h1>{title}</h1>",
        *_facts(session),
        *_sections(session),
        "</main>\n</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return html.escape(clean(text))


def _facts(session: Session) -> Iterator[str]:
    header, routing = session.header, session.routing
    facts = {"Session": header.session_id, "Copied from": header.forked_from, "Folder": header.cwd}
    facts |= {"Begun": header.created, "Cost": f"${session.spent_usd:.4f}"}
    if routing is not None:
        facts["Model"] = f"{routing.model}: {'; '.join(routing.reasons) or 'no reason recorded'}"
    rows = [f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in facts.items() if value]
    rows += [f"<dt>Used</dt><dd>{_used(model, used)}</dd>" for model, used in session.usage.items()]
    rows += [f"<dt>Switched</dt><dd>{_text(f'{s.from_model} to {s.to}: {s.cause}')}</dd>" for s in session.switches]
    rows += [f"<dt>To do</dt><dd>{_text(f'{todo.text} ({todo.status})')}</dd>" for todo in session.todos]
    yield f"<dl>\n{chr(10).join(rows)}\n</dl>"


def _used(model: str, used: ModelUsage) -> str:
    read = used.usage.input + used.usage.cache_read + used.usage.cache_write
    told = f"{model}: ${used.cost_usd:.4f}, {used.calls} calls, {read:,} tokens in, {used.usage.output:,} out"
    return _text(f"{told}, {used.usage.cache_read / read:.0%} from the cache" if read else told)


def _sections(session: Session) -> Iterator[str]:
    messages = session.messages
    persons = said_by_the_person(messages, session.turns)
    for place, message in enumerate(messages):
        if isinstance(message, User):
            yield _said(message, by_person=place in persons)
        elif isinstance(message, Assistant):
            yield _reply(message, _results(messages, place))


def _results(messages: Sequence[Message], place: int) -> dict[str, ToolResult]:
    """What answers the calls of the reply at `place`."""
    after = messages[place + 1] if place + 1 < len(messages) else None
    return {result.call_id: result for result in after.results} if isinstance(after, ToolResults) else {}


def _said(message: User, *, by_person: bool) -> str:
    pictures = "".join(map(_picture, message.images))
    text = f'<div class="plain">{_text(message.text)}</div>{pictures}'
    if by_person:
        return f'<section class="you">\n<h2 class="who">You</h2>\n{text}\n</section>'
    return f'<section class="host">\n<details><summary>{HOST_SAYS}</summary>{text}</details>\n</section>'


def _picture(image: Image) -> str:
    if image.media_type not in _PICTURES or not _BASE64.fullmatch(image.data):
        return "<p>(a picture that cannot be shown)</p>"
    return f'<img alt="a picture" src="data:{image.media_type};base64,{image.data}">'


def _reply(reply: Assistant, results: dict[str, ToolResult]) -> str:
    body = _markdown().render(clean(reply.text)) if reply.text.strip() else ""
    calls = "\n".join(_call(call, results.get(call.id)) for call in reply.calls)
    return f'<section class="model">\n<h2 class="who">{_text(reply.model or "Model")}</h2>\n{body}{calls}\n</section>'


def _markdown() -> MarkdownIt:
    """Renders what a model wrote: raw HTML stays text, pictures stay links, links lead to the web or nowhere."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    rendered.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    return rendered


def _call(call: Call, result: ToolResult | None) -> str:
    arguments = _arguments(call)
    named = next((str(arguments[name]) for name in _NAMES if name in arguments), "")
    failed = result is not None and result.is_error
    mark = ' <strong class="failed">failed</strong>' if failed else ""
    what = f" <code>{_text(' '.join(named.split())[:200])}</code>" if named else ""
    head = f"<summary>{_text(call.name)}{what}{mark}</summary>"
    shown = "".join(f"<p>{_text(name)}</p>{_argument(name, value)}" for name, value in arguments.items())
    told = f"<p>{'failed' if failed else 'result'}</p><pre>{_text(result.content)}</pre>" if result is not None else ""
    pictures = "".join(map(_picture, result.images)) if result is not None else ""
    return f"<details>{head}{shown}{told}{pictures}</details>"


def _arguments(call: Call) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(call.arguments or "{}")
    except (msgspec.DecodeError, UnicodeEncodeError):
        decoded = None
    return decoded if isinstance(decoded, dict) else {"arguments": call.arguments}


def _argument(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    kind = {"old_string": ' class="old"', "new_string": ' class="new"'}.get(name, "")
    return f"<pre{kind}>{_text(text)}</pre>"
