"""The embedded model as a provider: the host reads, checks and stops by rule; the model makes one change at a time.

A small model cannot drive a tool loop (native tool calls were filled in 0 of 32 times), but it can write a function.
So this provider answers the loop's requests with ordinary tool calls, most of them decided by episode.next_step, one
by the model. The loop does not know.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers.local import wording
from droidlite.providers.local.episode import (
    AnswerQuestion,
    ChooseFile,
    Finish,
    ProposeChange,
    ProposeCommand,
    Situation,
    UseTools,
    next_step,
)
from droidlite.providers.local.history import fold
from droidlite.providers.local.runtime import Address, Runtime
from droidlite.providers.local.speech import Speech
from droidlite.providers.local.task import Task, read_task
from droidlite.types import Assistant, Call, CallAnnounced, Delta, Endpoint, ModelSpec, Request, Text, Thought, Usage

NOTE = (
    "The embedded model (Qwen2.5-Coder 1.5B) is small and runs on this machine's CPU. It is good for fixing one "
    "function, writing a small new file, or one shell command. It solved about two thirds of 36 such tasks kept apart, "
    "and is no use for anything larger: give it a check (--verify) and look at what it changed."
)


class Local:
    """The provider of protocol "local". `endpoint.base_url` is the path of the weights (a GGUF file that
    weights.verify accepted), or the http:// address of a llama.cpp server, which then wants `endpoint.api_key`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._served = endpoint.base_url.startswith("http://")
        self._runtime = Runtime(Path(endpoint.base_url))

    def close(self) -> None:
        """Ends the model's process. Also happens by itself when this process ends, however it ends."""
        self._runtime.close()

    def address(self, cancellation: Cancellation) -> Address:
        if self._served:
            return Address(self.endpoint.base_url, self.endpoint.api_key)
        if not self._runtime.weights.is_file():
            message = f"There are no weights at {self._runtime.weights}. Run: droidlite local get"
            raise ProviderError(message, fault="model", retry="never")
        return self._runtime.address(cancellation)

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        if cancellation.cancelled:
            raise Interrupted
        situation = read_situation(request)
        if request.final:
            yield from self._tell(spec, wording.summary(situation.task.text, situation.history))
            return
        speech = Speech(
            lambda: self.address(cancellation), situation, min(spec.max_output, request.max_output), cancellation
        )
        step = next_step(situation)
        match step:
            case Finish(text=text):
                yield from self._tell(spec, text)
                return
            case UseTools(calls=calls, why=why):
                yield Thought(why)
                reply = Assistant("", _calls(request, calls), usage=Usage())
            case AnswerQuestion():
                reply = yield from speech.answer()
            case ProposeCommand(files=files):
                reply = yield from speech.command(files)
            case ChooseFile(files=files):
                reply = yield from speech.choose(files)
            case ProposeChange():
                reply = yield from speech.change(step)
        yield from _announced(reply)
        yield msgspec.structs.replace(
            reply,
            calls=_calls(
                request, [(call.name, msgspec.json.decode(call.arguments)) for call in reply.calls], speech.asked
            ),
            stop="calls" if reply.calls else "end",
            model=spec.id,
        )

    def _tell(self, spec: ModelSpec, text: str) -> Generator[Delta | Assistant, None, None]:
        yield Text(text)
        yield Assistant(text, model=spec.id, usage=Usage())


def read_situation(request: Request) -> Situation:
    """What a request says about the task; a follow-up that names no file is about what the one before named."""
    history = fold(request.messages)
    task = read_task(history.said, checked=bool(request.check))
    for text in reversed(history.earlier):
        if task.paths or task.kind != "change":
            break
        before: Task = read_task(text)
        task = msgspec.structs.replace(task, paths=before.paths, names=(*task.names, *before.names))
    return Situation(task, history, frozenset(tool.name for tool in request.tools), request.check or task.check)


def _announced(reply: Assistant) -> Iterator[Delta]:
    yield from (CallAnnounced(call.name) for call in reply.calls)


def _calls(
    request: Request,
    calls: "list[tuple[str, dict[str, object]]] | tuple[tuple[str, dict[str, object]], ...]",
    asked: int = 0,
) -> tuple[Call, ...]:
    """Calls with ids that do not repeat within a conversation, and tell how often the model was asked for a change."""
    place = len(request.messages)
    told = f"_{asked}" if asked else ""
    return tuple(
        Call(f"local_{place}_{number}{told}", name, msgspec.json.encode(arguments).decode())
        for number, (name, arguments) in enumerate(calls)
    )
