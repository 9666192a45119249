"""Makes a conversation acceptable to any service: ids, names, arguments, answers, pictures and foreign thinking.

Deterministic, and the translation of a longer conversation begins with that of the shorter one: caches depend on it.
Calls of tools the model no longer has stay as they were called: every service takes them, and an edit of part of a line
cannot be said as a patch without the file.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from droidlite.providers.pictures import described, too_many, visible
from droidlite.regex import regex
from droidlite.types import Assistant, Image, Message, ModelSpec, Opaque, Request, ToolResult, ToolResults, User

ID = regex(r"[A-Za-z0-9_-]{1,64}")
"""What every known service but some of those that speak Chat Completions accepts as the id of a call."""
NAME = regex(r"[^A-Za-z0-9_-]")
UNREADABLE = "unreadable_arguments"
"""The key under which arguments that are no JSON object are shown to the model again."""
OPENING = "(The conversation continues.)"
CONTINUE = "Continue."
INTERRUPTED = "Interrupted: this call never reported a result. What it did is not known."
NOTHING = "(nothing)"


class FittedCall(Struct, frozen=True):
    """A call any service accepts: `arguments` is the JSON text of an object, `input` that object."""

    id: str
    name: str
    arguments: str
    input: dict[str, Any]


class Reply(Struct, frozen=True):
    """An earlier reply. `items` is what its own service wants back, or None: then text and calls say it all."""

    text: str
    calls: tuple[FittedCall, ...]
    items: list[dict[str, Any]] | None


Fitted = User | Reply | ToolResults
ReadCalls = Callable[[list[dict[str, Any]]], list[tuple[str, str]]]


class Ids(Struct, frozen=True, kw_only=True):
    """What a service takes as the id of a call: of its `own` model, of `others`; `make` makes one of 16 hexadecimal
    digits."""

    own: re.Pattern[str] = ID
    others: re.Pattern[str] = ID
    make: Callable[[str], str] = "call_{}".format


class Dialect(Struct, frozen=True, kw_only=True):
    """How a service wants a conversation. `read_calls(items)` gives the id and the name of each call in a reply's own
    items; `endpoint` names the one that made them, where no other can read them ("" = any of the protocol can);
    `images` is how many a request may hold."""

    protocol: str
    read_calls: ReadCalls
    endpoint: str = ""
    ids: Ids = Ids()
    images: int = 100


def fit(request: Request, spec: ModelSpec, dialect: Dialect) -> list[Fitted]:
    """The conversation as `dialect` can say it to `spec`. A reply's own items are used only where they are of that
    service and the calls in them are the reply's, acceptable as they are."""
    fitter = _Fitter(spec, dialect, too_many(request.messages, dialect.images))
    for message in request.messages:
        fitter.add(message)
    return fitter.finish()


def is_own(opaque: Opaque, spec: ModelSpec, *, protocol: str, endpoint: str = "") -> bool:
    """Whether a reply's own items may go back to `spec` by `protocol`, through the endpoint of that name. Items from
    before endpoints were noted are taken to be the endpoint's."""
    same_endpoint = not endpoint or opaque.endpoint in ("", endpoint)
    return opaque.protocol == protocol and opaque.model == spec.id and same_endpoint


class _Fitter:
    def __init__(self, spec: ModelSpec, dialect: Dialect, too_old: int) -> None:
        self.spec, self.dialect = spec, dialect
        self.too_old = too_old
        """How many of the pictures still to come are no longer shown."""
        self.out: list[Fitted] = []
        self.used: set[str] = set()
        self.open: list[tuple[str, str]] = []
        """Original and new ids of the calls still to be answered, in order."""

    def add(self, message: Message) -> None:
        if not self.out and not isinstance(message, User):
            self.out.append(User(OPENING))
        match message:
            case User():
                self._answer(())
                self.out.append(User(*self._seen(message.text, message.images)))
            case Assistant():
                self._answer(())
                self._reply(message)
            case ToolResults():
                self._answer(message.results)

    def finish(self) -> list[Fitted]:
        self._answer(())
        if not self.out or isinstance(self.out[-1], Reply):
            self.out.append(User(CONTINUE))
        return self.out

    def _reply(self, message: Assistant) -> None:
        ids = self.dialect.ids.own if message.model == self.spec.id else self.dialect.ids.others
        calls = tuple(
            FittedCall(
                self._unique(call.id, ids), NAME.sub("_", call.name)[:64] or "unknown", *readable(call.arguments)
            )
            for call in message.calls
        )
        self.open = [(call.id, fitted.id) for call, fitted in zip(message.calls, calls, strict=True)]
        items = self._own_items(message, [(call.id, call.name) for call in calls])
        text = cleaned(message.text)
        if text.strip() or calls or items:
            self.out.append(Reply(text, calls, items))

    def _own_items(self, message: Assistant, calls: list[tuple[str, str]]) -> list[dict[str, Any]] | None:
        opaque, dialect = message.opaque, self.dialect
        if opaque is None or not is_own(opaque, self.spec, protocol=dialect.protocol, endpoint=dialect.endpoint):
            return None
        items = read_items(opaque)
        return items if items and dialect.read_calls(items) == calls else None

    def _answer(self, results: tuple[ToolResult, ...]) -> None:
        if not self.open:
            return
        left = list(results)
        answers: list[ToolResult] = []
        for original, new in self.open:
            found = next((result for result in left if result.call_id == original), None)
            if found is None:
                answers.append(ToolResult(new, INTERRUPTED, is_error=True))
                continue
            left.remove(found)
            content, images = self._seen(found.content, found.images)
            answers.append(ToolResult(new, content, found.is_error, images))
        self.open = []
        self.out.append(ToolResults(tuple(answers)))

    def _unique(self, call_id: str, ids: re.Pattern[str]) -> str:
        """The id itself where it is acceptable and new; otherwise one derived from it and its place."""
        candidate = call_id if ids.fullmatch(call_id) else ""
        count = 0
        while not candidate or candidate in self.used:
            digest = hashlib.sha256(f"{count} {call_id}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
            candidate, count = self.dialect.ids.make(digest), count + 1
        self.used.add(candidate)
        return candidate

    def _seen(self, text: str, images: tuple[Image, ...]) -> tuple[str, tuple[Image, ...]]:
        """The pictures the model can be shown, and the text with a line for each it cannot."""
        old, self.too_old = min(self.too_old, len(images)), max(self.too_old - len(images), 0)
        shown = tuple(image for image in images[old:] if visible(image, self.spec))
        unseen = (*images[:old], *(image for image in images[old:] if not visible(image, self.spec)))
        lines = [line for line in (cleaned(text), *map(described, unseen)) if line.strip()]
        return "\n".join(lines) or ("" if shown else NOTHING), shown


def read_items(opaque: Opaque) -> list[dict[str, Any]]:
    """A reply's own items; none where they cannot be read."""
    try:
        return msgspec.json.decode(opaque.items, type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return []


def readable(arguments: str) -> tuple[str, dict[str, Any]]:
    """Arguments as JSON text of an object and that object; what is no object is wrapped so that it can be sent back."""
    try:
        decoded = msgspec.json.decode(arguments) if arguments.strip() else {}
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        decoded = None
    if isinstance(decoded, dict):
        return (arguments if arguments.strip() else "{}"), decoded
    wrapped = {UNREADABLE: cleaned(arguments)}
    return msgspec.json.encode(wrapped).decode(), wrapped


def cleaned(text: str) -> str:
    """Text that UTF-8 can carry: half surrogate pairs, left over from bytes that were not text, become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def has_calls(messages: Iterable[Fitted]) -> tuple[str, ...]:
    """The names of all tools called, in order of first use."""
    names = [call.name for message in messages if isinstance(message, Reply) for call in message.calls]
    return tuple(dict.fromkeys(names))
