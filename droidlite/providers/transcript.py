"""Makes a conversation acceptable to any service: ids, names, arguments, answers, pictures and foreign thinking.

Deterministic, and the translation of a longer conversation begins with that of the shorter one: caches depend on it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from droidlite.types import Assistant, Image, Message, ModelSpec, ToolResult, ToolResults, User

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What every known service accepts as the id of a call."""
NAME = re.compile(r"[^A-Za-z0-9_-]")
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


def fit(messages: Iterable[Message], spec: ModelSpec, protocol: str, read_calls: ReadCalls) -> list[Fitted]:
    """The conversation as `protocol` can say it to `spec`. `read_calls(items)` gives the id and the name of each call
    in a reply's own items, which are used only where these are the reply's calls, acceptable as they are."""
    fitter = _Fitter(spec, protocol, read_calls)
    for message in messages:
        fitter.add(message)
    return fitter.finish()


class _Fitter:
    def __init__(self, spec: ModelSpec, protocol: str, read_calls: ReadCalls) -> None:
        self.spec, self.protocol, self.read_calls = spec, protocol, read_calls
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
                self.out.append(User(self._text(message.text, message.images), self._images(message.images)))
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
        calls = tuple(
            FittedCall(self._unique(call.id), NAME.sub("_", call.name)[:64] or "unknown", *readable(call.arguments))
            for call in message.calls
        )
        self.open = [(call.id, fitted.id) for call, fitted in zip(message.calls, calls, strict=True)]
        items = self._own_items(message, [(call.id, call.name) for call in calls])
        text = cleaned(message.text)
        if text.strip() or calls or items:
            self.out.append(Reply(text, calls, items))

    def _own_items(self, message: Assistant, calls: list[tuple[str, str]]) -> list[dict[str, Any]] | None:
        opaque = message.opaque
        if opaque is None or opaque.protocol != self.protocol or opaque.model != self.spec.id:
            return None
        try:
            items = msgspec.json.decode(opaque.items, type=list[dict[str, Any]])
        except msgspec.DecodeError:
            return None
        return items if items and self.read_calls(items) == calls else None

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
            content = self._text(found.content, found.images)
            answers.append(ToolResult(new, content, found.is_error, self._images(found.images)))
        self.open = []
        self.out.append(ToolResults(tuple(answers)))

    def _unique(self, call_id: str) -> str:
        """The id itself where it is acceptable and new; otherwise one derived from it and its place."""
        candidate = call_id if ID.fullmatch(call_id) else ""
        count = 0
        while not candidate or candidate in self.used:
            digest = hashlib.sha256(f"{count} {call_id}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
            candidate, count = f"call_{digest}", count + 1
        self.used.add(candidate)
        return candidate

    def _text(self, text: str, images: tuple[Image, ...]) -> str:
        text = cleaned(text)
        if images and not self.spec.images:
            note = f"[{len(images)} image(s) left out: {self.spec.id} cannot see images]"
            text = f"{text}\n{note}" if text.strip() else note
        return text if text.strip() else ("" if images else NOTHING)

    def _images(self, images: tuple[Image, ...]) -> tuple[Image, ...]:
        return images if self.spec.images else ()


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
