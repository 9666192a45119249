"""Asks the embedded model's server for one streamed reply, which can be cut at any moment."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers.local.runtime import Address
from droidlite.types import Usage

STALL_SECONDS = 300.0
"""Longest silence: reading a full context of new tokens takes about 170 s on two cores."""

_LOOP_CHARACTERS, _LOOP_TIMES, _LOOP_WINDOW = 40, 6, 300  # a text this long, so often, in so many last pieces


class Ask(Struct, frozen=True, kw_only=True):
    """One question: chat `messages` as (role, text), what the answer must look like (GBNF, "" = free), how free the
    choice of words is (0 = none) and the most tokens the answer may have."""

    messages: tuple[tuple[str, str], ...]
    grammar: str = ""
    temperature: float = 0.0
    seed: int = 1
    max_tokens: int = 1_024


class Answer(Struct, frozen=True):
    """A reply; `cut` when it is not whole: it reached the limit or was stopped because it repeated itself."""

    text: str
    usage: Usage
    cut: bool = False


class _Delta(Struct, frozen=True):
    content: str | None = None


class _Choice(Struct, frozen=True):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Timings(Struct, frozen=True):
    cache_n: int = 0
    prompt_n: int = 0
    predicted_n: int = 0


class _Chunk(Struct, frozen=True):
    choices: list[_Choice] = field(default_factory=list)
    timings: _Timings | None = None
    error: dict[str, Any] | None = None


def ask(address: Address, question: Ask, cancellation: Cancellation) -> Iterator[str | Answer]:
    """Yields the reply's text as it comes, then the whole Answer, last. Raises ProviderError, Interrupted."""
    parts = urlsplit(address.url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=STALL_SECONDS)

    def forget() -> None:
        return None

    try:
        connection.connect()
        wire = connection.sock
        forget = cancellation.on_cancel(lambda: _cut(wire))
        with _send(connection, address, question) as response:
            if cancellation.cancelled:
                raise Interrupted
            if response.status != 200:
                raise _refused(response.status, response.read(10_000))
            yield from _read(response)
    except (OSError, http.client.HTTPException, msgspec.DecodeError, ProviderError) as error:
        if cancellation.cancelled:
            raise Interrupted from error
        if isinstance(error, ProviderError):
            raise
        if isinstance(error, TimeoutError):
            message = f"The embedded model was silent for {STALL_SECONDS:.0f} s."
            raise ProviderError(message, fault="stalled", retry="never") from error
        message = f"The embedded model's server broke off: {error}."
        raise ProviderError(message, fault="network", retry="same") from error
    finally:
        forget()
        connection.close()


def _send(connection: http.client.HTTPConnection, address: Address, question: Ask) -> http.client.HTTPResponse:
    body: dict[str, Any] = {
        "messages": [{"role": role, "content": text} for role, text in question.messages],
        "temperature": question.temperature,
        "seed": question.seed,
        "max_tokens": question.max_tokens,
        "cache_prompt": True,
        "stream": True,
        "timings_per_token": True,
    }
    if question.grammar:
        body["grammar"] = question.grammar
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {address.key}"}
    connection.request("POST", "/v1/chat/completions", msgspec.json.encode(body), headers)
    return connection.getresponse()


def _read(response: http.client.HTTPResponse) -> Iterator[str | Answer]:
    text: list[str] = []
    finish, timings = "", _Timings()
    for line in response:
        data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
        if data == b"[DONE]":
            break
        if not data:
            continue
        chunk = msgspec.json.decode(data, type=_Chunk)
        if chunk.error is not None:
            raise _refused(500, data)
        timings = chunk.timings or timings
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            if choice.delta.content:
                text.append(choice.delta.content)
                yield choice.delta.content
                if is_looping(text):
                    yield Answer("".join(text), _usage(timings), cut=True)
                    return
    if not finish:
        raise ProviderError("The embedded model's reply was not ended.", fault="incomplete", retry="same")
    yield Answer("".join(text), _usage(timings), finish == "length")


def is_looping(pieces: list[str]) -> bool:
    """Whether the model says the same thing again and again, which it never stops by itself."""
    tail = "".join(pieces[-_LOOP_WINDOW:])
    return len(tail) > _LOOP_CHARACTERS * _LOOP_TIMES and tail.count(tail[-_LOOP_CHARACTERS:]) >= _LOOP_TIMES


def _usage(timings: _Timings) -> Usage:
    return Usage(input=timings.prompt_n, output=timings.predicted_n, cache_read=timings.cache_n)


def _refused(status: int, body: bytes) -> ProviderError:
    if b"exceed" in body and b"context" in body:
        return ProviderError("This does not fit the embedded model's context.", fault="context", retry="never")
    said = body.decode("utf-8", "replace")[:200]
    # llama.cpp's reply parser fails now and then ("peg-native format"); the same question asked again works.
    retry = "same" if status >= 500 else "never"
    return ProviderError(
        f"The embedded model's server answered {status}: {said}",
        fault="server" if status >= 500 else "invalid",
        retry="same" if retry == "same" else "never",
        status=status,
    )


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
