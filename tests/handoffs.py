"""Every service's conversations handed to every other, through the real SDKs, past services as strict as the vendors.

    with Matrix() as matrix:
        matrix.run(MODELS[0], MODELS[1], "images")     # begins at one, goes on at the other, then back and on to others
        assert not matrix.rejected

A model's thinking is signed by the loopback service; `matrix.lost` tells where it did not come back to its own model as
it was, `matrix.leaked` where it reached another one."""

import base64
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import msgspec
from loopback import Asked, Loopback, Said
from vendor_rules import reject

from droidlite import tools
from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.providers import make
from droidlite.types import (
    Assistant,
    Call,
    Endpoint,
    Image,
    Message,
    ModelSpec,
    Request,
    ToolResult,
    ToolResults,
    ToolSpec,
    User,
    WireProtocol,
)

PNG = Image("image/png", base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"p" * 600).decode())
JPEG = Image("image/jpeg", base64.b64encode(b"\xff\xd8\xff\xe0" + b"j" * 900).decode())
BITMAP = Image("image/bmp", base64.b64encode(b"BM" + b"b" * 300).decode())


class Rejected(Exception):
    """A service answered 400: nothing comes after that."""


class Model(msgspec.Struct, frozen=True):
    """A model and the protocol it is reached by."""

    protocol: WireProtocol
    id: str
    images: bool = True
    edit: str = "edit"

    @property
    def spec(self) -> ModelSpec:
        return msgspec.convert(
            {"id": self.id, "provider": "test", "images": self.images, "edit": self.edit, "efforts": ["low", "high"]},
            ModelSpec,
        )

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        found = tools.all_tools(self.spec.edit)
        return tuple(ToolSpec(tool.name, tool.description, {"type": "object"}) for tool in found)


MODELS = (
    Model("anthropic", "claude-opus-5-5"),
    Model("anthropic", "claude-sonnet-4-5"),  # thinks within a budget
    Model("openai-responses", "gpt-6-astra", edit="patch"),
    Model("openai-responses", "gpt-6-luna", images=False, edit="patch"),
    Model("openai-chat", "MiniMax-M3"),
    Model("openai-chat", "deepseek-v4-pro", images=False),
    Model("openai-chat", "kimi-k3.1-pro"),
    Model("openai-chat", "mistral-large-4"),
    Model("scripted", "scripted"),
)
Talk = Callable[["Matrix", Model, list[Message]], None]


class Matrix:
    """The services, and what came of asking them. `switches` counts requests to another model than answered before."""

    def __init__(self) -> None:
        self.next = Said("Hello.")
        self.server = Loopback(lambda body, n: self.next, check=reject)
        self.providers = {
            protocol: make(self.server.endpoint(protocol))
            for protocol in ("anthropic", "openai-responses", "openai-chat")
        }
        self.folder = tempfile.TemporaryDirectory()
        self.switches = self.requests = 0
        self.rejected: list[str] = []
        self.lost: list[str] = []
        self.leaked: list[str] = []

    def __enter__(self) -> "Matrix":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for provider in self.providers.values():
            provider.close()
        self.server.close()
        self.folder.cleanup()

    def run(self, first: Model, second: Model, history: str) -> None:
        """A conversation with this history begins at `first` and goes on at `second`; from there back to `first`, and,
        as another end of it, on to each protocol there is."""
        messages: list[Message] = [User("Mend the parser.")]
        with suppress(Rejected):
            HISTORIES[history](self, first, messages)
            self.go_on(second, messages)
        others = {model.protocol: model for model in MODELS if model not in (first, second)}
        for third in (first, *others.values()):
            with suppress(Rejected):
                self.go_on(third, list(messages))

    def go_on(self, model: Model, messages: list[Message]) -> None:
        """A call, its result and an answer of `model`; then a new prompt."""
        call = Asked("patch" if model.edit == "patch" else "edit", {"file_path": "a.py"})
        self.say(model, messages, Said("On it.", thought=f"thought of {model.id}", calls=(call,)))
        answer(messages)
        self.say(model, messages, Said("Done."))
        messages.append(User("And now?"))

    def say(self, model: Model, messages: list[Message], said: Said) -> None:
        """Has `model` answer `said`, adds the reply and looks at what was sent. Raises Rejected."""
        before = next((m for m in reversed(messages) if isinstance(m, Assistant)), None)
        self.requests += 1
        self.switches += before is not None and before.model != model.id
        request = Request(
            system="Be brief.",
            tools=model.tools,
            messages=tuple(messages),
            max_output=8_000,
            effort="low",
            cache_key="s",
        )
        self.next = self._with_ids(said) if "mistral" in model.id else said
        try:
            *_, reply = self._provider(model, messages, said).stream(model.spec, request, Cancellation())
        except ProviderError as error:
            self.rejected.append(f"{model.id}: {error}")
            raise Rejected from error
        if model.protocol != "scripted":
            self._inspect(model, messages)
        assert isinstance(reply, Assistant)
        messages.append(reply)

    def _with_ids(self, said: Said) -> Said:
        """Mistral's own ids; every other service's are made up by the loopback."""
        calls = [replace(call, id=f"{self.requests:06}{place:03}") for place, call in enumerate(said.calls)]
        return replace(said, calls=tuple(calls))

    def _provider(self, model: Model, messages: list[Message], said: Said):  # type: ignore[no-untyped-def]
        if model.protocol != "scripted":
            return self.providers[model.protocol]
        path = Path(self.folder.name, "script.jsonl")
        line = {"text": said.text or "So.", "thought": said.thought}
        line |= {"calls": [{"name": call.name, "arguments": call.arguments} for call in said.calls]}
        line |= {"stop": "length"} if said.fault == "truncated" else {}
        replies = sum(isinstance(message, Assistant) for message in messages) + 1
        path.write_text((json.dumps(line) + "\n") * replies)
        return make(Endpoint(name="script", protocol="scripted", base_url=str(path)))

    def _inspect(self, model: Model, messages: list[Message]) -> None:
        seen = self.server.requests[-1]
        said = seen.json.get("messages") or seen.json.get("input")
        items = [item for part in said for item in (part["content"] if model.protocol == "anthropic" else [part])]
        sent = [json.dumps(item, sort_keys=True) for item in items]
        for message in messages:
            opaque = message.opaque if isinstance(message, Assistant) else None
            if opaque is None:
                continue
            own = [json.dumps(item, sort_keys=True) for item in json.loads(opaque.items)]
            if opaque.model == model.id and not _within(own, sent):
                self.lost.append(f"{model.id}: {opaque.items:.200}")
            if opaque.model != model.id and f"thought of {opaque.model}".encode() in seen.raw:
                self.leaked.append(f"{opaque.model} to {model.id}")


def _within(part: list[str], whole: list[str]) -> bool:
    """Whether `part` is in `whole`, in one piece."""
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def answer(messages: list[Message], *, images: tuple[Image, ...] = (), error: bool = False) -> None:
    """Answers every call of the newest reply."""
    reply = messages[-1]
    assert isinstance(reply, Assistant)
    results = tuple(ToolResult(call.id, f"result of {call.name}", error, images) for call in reply.calls)
    if results:
        messages.append(ToolResults(results))


# --- what the conversation was before it changed hands: one function each -------------------------------------------


def text(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    matrix.say(model, messages, Said("Which one?"))
    messages.append(User("The parser of dates.\n"))


def thinking(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    for number in range(2):
        thought = f"thought of {model.id}, {number}"
        matrix.say(model, messages, Said("Look.", thought=thought, calls=(Asked("read", {"file_path": "a.py"}),)))
        answer(messages)


def parallel_calls(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    calls = tuple(Asked("read", {"file_path": name}) for name in ("a.py", "b.py", "ünïcode ✓.py"))
    matrix.say(model, messages, Said("Three.", thought=f"thought of {model.id}", calls=calls))
    answer(messages)


def error_results(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    matrix.say(model, messages, Said("", calls=(Asked("shell", {"command": "false"}), Asked("shell", "{not json"))))
    answer(messages, error=True)
    matrix.say(model, messages, Said("", calls=(Asked("read", {"file_path": "a.png"}),)))
    answer(messages, error=True, images=(PNG,))


def images(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    messages[0] = User("What is wrong in these?", (PNG, JPEG, BITMAP))
    matrix.say(model, messages, Said("Let me see.", calls=(Asked("read", {"file_path": "a.png"}),)))
    answer(messages, images=(JPEG, PNG))
    matrix.say(model, messages, Said("A typo."))
    messages.append(User("", (PNG,)))


def many_images(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    messages.append(User("All of them.", (PNG,) * 120))
    matrix.say(model, messages, Said("Seen."))
    messages.append(User("And these.", (JPEG,) * 40))


def interrupted_call(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    calls = (Asked("shell", {"command": "sleep 9"}), Asked("read", {"file_path": "a.py"}))
    matrix.say(model, messages, Said("", thought=f"thought of {model.id}", calls=calls))
    reply = messages[-1]
    assert isinstance(reply, Assistant)
    messages.append(ToolResults((ToolResult(reply.calls[1].id, "x = 1"),)))
    matrix.say(model, messages, Said("Again.", calls=calls[:1]))
    messages.append(User("Stop. Do something else."))


def compaction(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    thinking(matrix, model, messages)
    tail = messages[-2:]
    messages[:] = [User("Facts."), User("What was said before, in short."), *tail]


def cut_reply(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    call = Asked("write", {"file_path": "a.py", "content": "x" * 99})
    cut = Said("I begin.", thought=f"thought of {model.id}", calls=(call,), fault="truncated")
    matrix.say(model, messages, cut)
    messages.append(User("You were cut off. Go on."))
    matrix.say(model, messages, Said("Cut in the", fault="truncated"))


def empty_text(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    matrix.say(model, messages, Said("", calls=(Asked("read", {"file_path": "a.py"}),)))
    reply = messages[-1]
    assert isinstance(reply, Assistant)
    messages.append(ToolResults((ToolResult(reply.calls[0].id, "") if reply.calls else ToolResult("none", ""),)))
    matrix.say(model, messages, Said(" ", calls=(Asked("read", ""),)))
    answer(messages)
    messages.append(User(""))


def odd_ids(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    """Ids as services of all kinds make them; the same one twice."""
    for call_id in ("functions.read:0", "chatcmpl-tool-" + "a" * 32, "ünïcode", "toolu_" + "b" * 60, "again", "again"):
        call = Call(call_id, "read", '{"file_path": "a.py"}')
        messages += [Assistant("", (call,), "calls", f"older {model.id}"), ToolResults((ToolResult(call_id, "x"),))]


def edits(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch"
    changes = {"patch": {"input": patch}, "edit": {"file_path": "a.py", "old_string": "x", "new_string": "y"}}
    call = Asked(model.edit, changes[model.edit])
    matrix.say(model, messages, Said("", thought=f"thought of {model.id}", calls=(call,)))
    answer(messages)
    matrix.say(model, messages, Said("", calls=(call, call)))
    answer(messages, error=True)


def everything(matrix: Matrix, model: Model, messages: list[Message]) -> None:
    for talk in (images, thinking, interrupted_call, edits, odd_ids, cut_reply, error_results):
        talk(matrix, model, messages)
        messages.append(User("Next."))


HISTORIES: dict[str, Talk] = {
    talk.__name__.replace("_", " "): talk
    for talk in (
        text, thinking, parallel_calls, error_results, images, many_images, interrupted_call, compaction, cut_reply,
        empty_text, odd_ids, edits, everything,
    )
}  # fmt: skip
